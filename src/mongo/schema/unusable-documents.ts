/**
 * Which documents are skipped because they are not of their collection's definition. MongoDB finds them, by
 * the schema that `decode` follows too.
 */
import { shownId, usable } from './checked-collection.ts';
import type { Store } from './collections.ts';
import { definitions } from './definitions.ts';

/** The skipped documents of one collection. */
export interface UnusableDocuments {
  readonly collection: string;
  readonly count: number;
  /** A few of their ids. */
  readonly ids: readonly string[];
}

const shownIds = 5;

/** Every collection but `streams`, which is too large to be read through; `verify` looks at those. */
export async function unusableDocuments({ db }: Store): Promise<readonly UnusableDocuments[]> {
  const found: UnusableDocuments[] = [];
  for (const definition of definitions) {
    const { name: collection } = definition;
    if (collection === 'streams') continue;
    const documents = await db
      .collection(collection)
      // Read through: the planner of MongoDB 6.0 fails on a schema beside some indexes.
      .find({ $nor: [usable(definition)] }, { projection: { _id: 1 }, hint: { $natural: 1 } })
      .toArray();
    const ids = documents.slice(0, shownIds).map(({ _id }) => shownId(_id));
    if (documents.length > 0) found.push({ collection, count: documents.length, ids });
  }
  return found;
}

/**
 * The fields of athletes' documents that another program or a hand wrote in another shape.
 */
import { int64 } from '../base/bson-value.ts';
import { athletes as definition } from '../schema/definitions/athletes.ts';
import { decodeAll } from '../schema/checked-collection.ts';
import type { AthleteDocument, Store } from '../schema/collections.ts';
import { decode } from '../schema/decode.ts';

/**
 * Removes what is not of its type in our own part of the documents: it counts as absent, and an update of a
 * field in it would fail.
 */
export async function removeOddFields(
  { db, athletes, warn }: Store,
  athleteIds: readonly number[],
): Promise<void> {
  const filter = { _id: { $in: athleteIds.map(int64) } };
  const projection = { sync: 1 };
  const found = await db
    .collection<AthleteDocument>('athletes')
    .find(filter, { projection })
    .toArray();
  for (const document of found) {
    const decoded = decode(definition, document, projection);
    if ('fault' in decoded || decoded.odd.length === 0) continue;
    decodeAll(definition, [document], { warn, projection });
    const $unset = Object.fromEntries(decoded.odd.map((path) => [path, '' as const]));
    await athletes.updateOne({ _id: document._id }, { $unset });
  }
}

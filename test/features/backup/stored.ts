/**
 * What is in a database, byte by byte, so that two can be compared.
 */
import type { Db, Document } from 'mongodb';
import { storedCollections } from '../../support/mongodb/database.ts';

export type Stored = Readonly<Record<string, readonly string[]>>;

/** The BSON of each document of each collection, but of those left out. */
export async function storedIn(
  db: Db,
  leftOut: readonly string[] = ['workers', 'leases', 'schema'],
): Promise<Stored> {
  const stored: Record<string, readonly string[]> = {};
  for (const name of await namesIn(db, leftOut)) {
    const found = await db.collection(name).find({}, { raw: true }).sort({ _id: 1 }).toArray();
    if (found.length > 0) stored[name] = found.map((bytes) => textOf(bytes));
  }
  return stored;
}

/** With `raw` the driver gives bytes, and says that they are a document. */
function textOf(document: Document): string {
  if (document instanceof Buffer) return document.toString('base64');
  throw new TypeError('It is not raw.');
}

/** The indexes of each collection, but of those left out. */
export async function indexesIn(db: Db, leftOut: readonly string[] = []): Promise<unknown> {
  const indexes: Record<string, unknown> = {};
  for (const name of await namesIn(db, leftOut)) {
    const found = await db.collection(name).indexes();
    indexes[name] = found.toSorted((one, other) =>
      (one.name ?? '') < (other.name ?? '') ? -1 : 1,
    );
  }
  return indexes;
}

async function namesIn(db: Db, leftOut: readonly string[]): Promise<readonly string[]> {
  const collections = await storedCollections(db);
  const names = collections.map(({ collectionName }) => collectionName);
  return names.filter((name) => !leftOut.includes(name)).sort();
}

/**
 * A database for one test file, on the mongod that all test files share.
 */
import { randomUUID } from 'node:crypto';

import { MongoClient, type Collection, type Db } from 'mongodb';
import { afterAll, beforeAll, inject } from 'vitest';

/** The database of a test file. */
export interface TestDatabase {
  /** The URI of the server, without the database's name. */
  readonly uri: string;
  readonly name: string;
  readonly client: MongoClient;
  readonly db: Db;
  /** Removes every collection of the database, with its indexes. */
  clear(): Promise<void>;
}

/** Call it at the top of a test file: connects before its tests, and drops the database after. */
export function useDatabase(): TestDatabase {
  const uri = inject('mongoUri');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new MongoClient(uri, { writeConcern: { w: 'majority', journal: true } });
  const db = client.db(name);
  beforeAll(async () => {
    await client.connect();
  });
  afterAll(async () => {
    await db.dropDatabase();
    await client.close();
  });
  return {
    uri,
    name,
    client,
    db,
    clear: async () => {
      await Promise.all((await storedCollections(db)).map((collection) => collection.drop()));
    },
  };
}

/** Every collection, without views and MongoDB's own collections. */
export async function storedCollections(db: Db): Promise<readonly Collection[]> {
  const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  const names = found.map(({ name }) => name).filter((name) => !name.startsWith('system.'));
  return names.map((name) => db.collection(name));
}

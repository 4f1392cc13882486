/**
 * A database for one test file: opened before its tests, closed after them.
 */
import { afterAll, beforeAll } from 'vitest';

import { createActivityStore } from '../../src/mongo/streams/activity-store.ts';
import { collectionsOf, type Collections } from '../../src/mongo/schema/collections.ts';
import { prepareDatabase } from '../../src/mongo/setup/ensure-indexes.ts';
import type { Mongo } from '../../src/mongo/base/connection.ts';
import type { ActivityStore } from '../../src/sync/ports/ports.ts';
import { storedCollections, useDatabase, type TestDatabase } from '../support/database.ts';
import { open } from './base/connection-of.ts';

export interface Adapter {
  readonly database: TestDatabase;
  readonly mongo: Mongo;
  readonly collections: Collections;
  readonly activities: ActivityStore;
  /** Removes every document and keeps the collections. */
  empty(): Promise<void>;
}

/** Call it at the top of a test file; its result may be used while the tests run. */
export function useAdapter(): Adapter {
  const database = useDatabase();
  let opened: Mongo | undefined;
  const mongo = (): Mongo => {
    if (opened === undefined) throw new Error('The database is not open yet.');
    return opened;
  };
  beforeAll(async () => {
    opened = await open(database);
    await prepareDatabase(opened);
  });
  afterAll(async () => {
    await opened?.close();
  });
  return {
    database,
    get mongo() {
      return mongo();
    },
    get collections() {
      return collectionsOf(mongo().db);
    },
    get activities() {
      return createActivityStore(mongo(), collectionsOf(mongo().db));
    },
    empty: async () => {
      const all = await storedCollections(database.db);
      await Promise.all(all.map((collection) => collection.deleteMany({})));
    },
  };
}

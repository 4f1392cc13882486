/**
 * The store over a database for one test file: opened before its tests, closed after them.
 */
import type { Db } from 'mongodb';
import { afterAll, beforeAll } from 'vitest';

import type { Retry } from '../../src/mongo/base/retrying-db.ts';
import { retryingDb } from '../../src/mongo/base/retrying-db.ts';
import type { Store } from '../../src/mongo/schema/collections.ts';
import { storeOf } from '../../src/mongo/schema/collections.ts';
import { prepareDatabase } from '../../src/mongo/setup/ensure-indexes.ts';
import { createActivityStore } from '../../src/mongo/streams/activity-store.ts';
import { createTaskStore } from '../../src/mongo/tasks/task-store.ts';
import { createEventStore } from '../../src/features/webhooks/store.ts';
import { systemClock } from '../../src/clock.ts';
import type { ActivityStore } from '../../src/sync/ports/activities.ts';
import type { TaskStore } from '../../src/sync/ports/tasks.ts';
import { storedCollections, useDatabase, type TestDatabase } from '../support/mongodb/database.ts';
import { open } from './base/connection-of.ts';

export interface Adapter {
  readonly database: TestDatabase;
  readonly store: Store;
  readonly activities: ActivityStore;
  readonly tasks: TaskStore;
  /** Removes every document and leaves the collections as they are. */
  empty(): Promise<void>;
}

/** Call it at the top of a test file; its result may be used while the tests run. */
export function useAdapter(): Adapter {
  const database = useDatabase();
  let opened: Store | undefined;
  const store = (): Store => {
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
    get store() {
      return store();
    },
    get activities() {
      return createActivityStore(store());
    },
    get tasks() {
      return createTaskStore(store(), { events: createEventStore(store(), systemClock) });
    },
    empty: async () => {
      const all = await storedCollections(database.db);
      await Promise.all(all.map((collection) => collection.deleteMany({})));
    },
  };
}

/** A store over `db` whose operations run under `retry`, which can hold one or let it fail. */
export function storeWith(db: Db, retry: Retry): Store {
  const wrapped = retryingDb(db, retry);
  return storeOf({
    db: wrapped,
    urgent: wrapped,
    address: 'mongodb://test',
    retry,
    close: () => Promise.resolve(),
  });
}

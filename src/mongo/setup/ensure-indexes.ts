/**
 * Prepares the database: creates its collections, indexes, validators and views. Each index serves a query
 * that docs/querying.md or the cookbook names, or one of the sync.
 */
import { hasServerCode, namespaceExists } from '../base/failures.ts';
import type { Db } from 'mongodb';
import type { Store } from '../schema/collections.ts';
import { definitions } from '../schema/definitions.ts';
import { createRouteIndex } from './route-index.ts';
import { applyValidators } from './validators.ts';
import { createViews } from './views.ts';

/** Creates the collections, validators, indexes and views; repeating it changes nothing. */
export async function prepareDatabase(store: Store): Promise<void> {
  const { db } = store;
  await createStreamsCollection(db);
  for (const { name, indexes } of definitions) {
    if (indexes !== undefined) await db.collection(name).createIndexes([...indexes]);
  }
  await applyValidators(store);
  await createRouteIndex(store);
  await createViews(store);
}

/** zstd halves the streams on disk and costs no time; it can only be set when the collection is created. */
async function createStreamsCollection(db: Db): Promise<void> {
  const storageEngine = { wiredTiger: { configString: 'block_compressor=zstd' } };
  try {
    await db.createCollection('streams', { storageEngine });
  } catch (error) {
    if (!hasServerCode(error, namespaceExists)) throw error;
  }
}

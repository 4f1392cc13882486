/**
 * Prepares the database: creates its collections, indexes, validators and views. Each index serves a query
 * that docs/querying.md or the cookbook names, or one of the sync.
 */
import { hasServerCode, namespaceExists } from '../base/failures.ts';
import type { Db } from 'mongodb';
import type { Store } from '../schema/collections.ts';
import { definitions } from '../schema/definitions.ts';
import { MongoRejectedError } from '../../errors.ts';
import { ensureIndexes } from './indexes.ts';
import { createRouteIndex } from './route-index.ts';
import { applyValidators } from './validators.ts';
import { createViews } from './views.ts';

/**
 * Creates the collections, validators, indexes and views that are missing; repeating it changes nothing.
 * @throws MongoRejectedError where something of the user's own is in the way.
 */
export async function prepareDatabase(store: Store): Promise<void> {
  const { db } = store;
  await assertCollections(db);
  await createStreamsCollection(db);
  for (const { name, indexes } of definitions) {
    if (indexes !== undefined) await ensureIndexes(db, name, indexes);
  }
  await applyValidators(store);
  await createRouteIndex(store);
  await createViews(store);
}

/** @throws MongoRejectedError where a view or a time series has the name of a collection. */
async function assertCollections(db: Db): Promise<void> {
  const ours = new Set<string>(definitions.map(({ name }) => name));
  const found = await db.listCollections({}, { nameOnly: true }).toArray();
  const other = found.find(({ name, type }) => ours.has(name) && type !== 'collection');
  if (other === undefined) return;
  const kind = other.type === 'view' ? 'a view' : 'a time series';
  throw new MongoRejectedError(
    `The database ${db.databaseName} has ${kind} named ${other.name}, and Domestique needs a collection of that name. Rename it, or set MONGODB_DATABASE to a database of its own.`,
  );
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

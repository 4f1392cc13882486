/**
 * Makes the missing indexes of a collection. One of the user's own with the same key is good enough; what is
 * in the way is named.
 */
import type { Db, Document, IndexDescription } from 'mongodb';
import { MongoServerError } from 'mongodb';
import { MongoRejectedError } from '../../errors.ts';
import { describeMongoFailure, isDuplicateKey, isPassing } from '../base/failures.ts';

/** @throws MongoRejectedError where an index cannot be made; the message says why, and what to do. */
export async function ensureIndexes(
  db: Db,
  name: string,
  indexes: readonly IndexDescription[],
): Promise<void> {
  try {
    await db.collection(name).createIndexes([...indexes]);
  } catch (error) {
    if (!isRejection(error)) throw error;
    for (const index of indexes) await ensureIndex(db, name, index);
  }
}

/** Whether the server rejects the command itself. */
function isRejection(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && !isPassing(error);
}

async function ensureIndex(db: Db, name: string, index: IndexDescription): Promise<void> {
  if (await hasIndex(db, name, index)) return;
  try {
    await db.collection(name).createIndexes([index]);
  } catch (error) {
    if (!isRejection(error)) throw error;
    throw rejected(name, index, reasonOf(name, index, error), error);
  }
}

/**
 * Whether the collection has an index with the key of `index`.
 * @throws MongoRejectedError where that one does something else, or another one has the name.
 */
export async function hasIndex(db: Db, name: string, index: IndexDescription): Promise<boolean> {
  const existing: readonly Document[] = await db.collection(name).listIndexes().toArray();
  const same = existing.find(({ key }) => JSON.stringify(key) === JSON.stringify(index.key));
  if (same !== undefined) {
    if (isGoodEnough(same, index)) return true;
    const reason = `the collection has the index ${String(same['name'])} with the same key, which is unique or expires documents where Domestique's does not, or the reverse`;
    throw rejected(name, index, `${reason}. Remove it: ${dropOf(name, String(same['name']))}`);
  }
  const namesake = existing.find((one) => one['name'] === index.name);
  if (namesake === undefined) return false;
  const reason = 'the collection has another index of that name';
  throw rejected(name, index, `${reason}. Remove it: ${dropOf(name, String(index.name))}`);
}

/** What changes which documents there can be; the rest only decides how fast a query is. */
function isGoodEnough(same: Document, index: IndexDescription): boolean {
  return (
    Boolean(same['unique']) === Boolean(index.unique) &&
    same['expireAfterSeconds'] === index.expireAfterSeconds
  );
}

function dropOf(name: string, index: string): string {
  return `db.${name}.dropIndex(${JSON.stringify(index)})`;
}

function reasonOf(name: string, index: IndexDescription, error: MongoServerError): string {
  if (!isDuplicateKey(error)) return describeMongoFailure(error);
  const value = JSON.stringify(error['keyValue']);
  return `several documents have the same ${Object.keys(index.key).join(' and ')} (${value}). Keep one of them: db.${name}.find(${value})`;
}

function rejected(
  name: string,
  index: IndexDescription,
  reason: string,
  cause?: unknown,
): MongoRejectedError {
  return new MongoRejectedError(
    `The index ${String(index.name)} of the collection ${name} cannot be made: ${reason}`,
    { cause },
  );
}

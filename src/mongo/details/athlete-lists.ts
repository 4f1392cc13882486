/**
 * The lists of an athlete in collections of their own, a document for each record. They go with the athlete.
 */
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import type { AthleteList } from '../../domain/sync/athlete-lists.ts';
import { listedAgainMs } from '../../domain/sync/athlete-lists.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { StorageProblem, TaskWrite } from '../../sync/ports/tasks.ts';
import { storageProblemOf } from '../base/bson-limits.ts';
import { int64, toBson } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';
import { storedState } from '../schema/fetch-state-queries.ts';
import { setPartState } from './profile.ts';

const writesAtOnce = 100;

/**
 * Puts the records in the place of earlier ones, marks those that the list misses, and removes those that an
 * earlier list missed already. A record without an id, or one that MongoDB cannot hold, is left out; the
 * state says how many. Cut off in between, the list is read and stored again.
 * @throws LeaseLostError when another process took the athlete over.
 */
export async function storeAthleteList(
  store: Store,
  write: TaskWrite,
  list: AthleteList,
  records: readonly JsonObject[],
): Promise<StorageProblem> {
  const writes = records.flatMap((record) => replacementOf(write, record));
  const collection = store.db.collection<{ _id: string } & Document>(list);
  for (let from = 0; from < writes.length; from += writesAtOnce)
    await collection.bulkWrite(writes.slice(from, from + writesAtOnce), { ordered: false });
  const { athleteId, at } = write;
  const missed = { 'sync.athlete_id': int64(athleteId), 'sync.fetched_at': { $lt: at } };
  const before = { $lte: new Date(at.getTime() - listedAgainMs) };
  await collection.deleteMany({ ...missed, 'sync.gone_at': before });
  const unmarked = { ...missed, 'sync.gone_at': { $exists: false } };
  await collection.updateMany(unmarked, { $set: { 'sync.gone_at': at } });
  const left = records.length - writes.length;
  const error = left === 0 ? {} : { error: `${left} of the records cannot be stored` };
  await setPartState(store, write, list, { ...storedState(at), ...error });
  return undefined;
}

/** Nothing where it cannot be stored. An older copy changes nothing. */
function replacementOf(
  { athleteId, at }: TaskWrite,
  record: JsonObject,
): readonly AnyBulkWriteOperation<{ _id: string } & Document>[] {
  const { id, id_str: text } = record;
  const isNumber = typeof id === 'number' || typeof id === 'bigint';
  const key = typeof text === 'string' && text !== '' ? text : isNumber ? String(id) : undefined;
  if (key === undefined || storageProblemOf(record) !== undefined) return [];
  const _id = `${athleteId}:${key}`;
  const fields = Object.entries(record).filter(([name]) => name !== '_id' && name !== 'sync');
  const document = {
    ...(toBson(Object.fromEntries(fields)) as Document),
    ...{ _id, sync: { athlete_id: int64(athleteId), fetched_at: at } },
  };
  const isOlder = { $gt: ['$sync.fetched_at', at] };
  const update = [{ $replaceWith: { $cond: [isOlder, '$$ROOT', { $literal: document }] } }];
  return [{ updateOne: { filter: { _id }, update, upsert: true } }];
}

/**
 * The retention sweep: removes what was fetched longer ago than is allowed, an activity with its streams,
 * and leaves a tombstone. A TTL index would tear the two apart. Of an activity that an export has too, only
 * what came from the API goes, and no tombstone stays. It knows no setting and no schedule.
 * The athlete and the gear stay: they are fetched again and again.
 */
import type { Document, Filter } from 'mongodb';
import { athleteLists } from '../../domain/sync/athlete-lists.ts';
import { activityParts } from '../../domain/sync/activity-parts.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { ActivityDocument, Store, TombstoneDocument } from '../schema/collections.ts';
import { revertToExport } from '../imports/revert-activity.ts';
import { deleteActivity } from './delete-activity.ts';

export interface Expiry {
  readonly athleteId: number;
  /** What was fetched before is removed. */
  readonly fetchedBefore: Date;
  readonly now: Date;
  /** Of the lease `athlete:ID`, which the caller holds. */
  readonly epoch: number;
  /** The most activities to remove. */
  readonly limit: number;
}

const batchSize = 50;
const tombstonesAtOnce = 1_000;
const removedAtOnce = 500;

/**
 * Removes the athlete's expired activities, oldest start first; after the last one also what else of
 * Strava's is as old, and streams that a stale write left beside a tombstone. Returns how many activities
 * went; where that is `limit`, there may be more. Cut off anywhere, the next sweep does the rest.
 * @throws LeaseLostError where an activity was written under a newer lease.
 */
export async function expire(store: Store, expiry: Expiry): Promise<number> {
  let count = 0;
  while (count < expiry.limit) {
    const batch = await expired(store, expiry, expiry.limit - count);
    if (batch.length === 0) break;
    for (const { _id, start_date, sync, export: exported } of batch) {
      const { athleteId, epoch, now } = expiry;
      if (exported !== undefined) {
        await revertToExport(store, { _id, sync, export: exported }, epoch);
        count += 1;
        continue;
      }
      const activityId = toNumber(_id);
      const deletion = { athleteId, activityId, startAt: start_date, at: now, epoch };
      if (await deleteActivity(store, { ...deletion, why: 'expired' })) count += 1;
    }
  }
  if (count >= expiry.limit) return count;
  await removeOrphans(store, expiry);
  await removeTheRest(store, expiry);
  return count;
}

/**
 * The history of changes, records that were parked, lists that are not read any more, and segments. A segment is gone with what is known
 * of it: it is fetched again only when the details of another activity meet it.
 */
async function removeTheRest(store: Store, { athleteId, fetchedBefore }: Expiry): Promise<void> {
  const id = int64(athleteId);
  const old = { $lt: fetchedBefore };
  await removeAll(store, 'changes', { athlete_id: id, seen_at: old });
  await removeAll(store, 'parked', { athlete_id: id, first_seen_at: old });
  for (const list of athleteLists)
    await removeAll(store, list, { 'sync.athlete_id': id, 'sync.fetched_at': old });
  await removeAll(store, 'segments', { 'sync.athlete_ids': id, 'sync.record.fetched_at': old });
}

/** In batches, so that no operation takes long. */
async function removeAll({ db }: Store, name: string, filter: Document): Promise<void> {
  const collection = db.collection(name);
  for (;;) {
    const found = await collection
      .find(filter, { projection: { _id: 1 } })
      .limit(removedAtOnce)
      .toArray();
    if (found.length === 0) return;
    const ids = found.map(({ _id }) => _id);
    await collection.deleteMany({ ...filter, _id: { $in: ids } });
  }
}

/**
 * A summary that came again keeps the age of its streams, details and parts: what is oldest in an activity decides.
 * What an export brought does not age.
 */
async function expired(
  { activities }: Store,
  { athleteId, fetchedBefore }: Expiry,
  limit: number,
): Promise<readonly Pick<ActivityDocument, '_id' | 'start_date' | 'sync' | 'export'>[]> {
  const filter: Filter<ActivityDocument> = {
    'sync.athlete_id': int64(athleteId),
    $or: [
      { 'sync.fetched_at': { $lt: fetchedBefore }, 'sync.source': { $ne: 'export' } },
      {
        'sync.streams.fetched_at': { $lt: fetchedBefore },
        'sync.streams.state': { $ne: 'none' },
        'sync.streams.source': { $ne: 'export' },
      },
      {
        'sync.details.fetched_at': { $lt: fetchedBefore },
        'sync.details.state': { $ne: 'none' },
      },
      ...activityParts.map((part) => ({
        [`sync.${part}.fetched_at`]: { $lt: fetchedBefore },
        [`sync.${part}.state`]: { $ne: 'none' },
      })),
    ],
  };
  return activities
    .find(filter, { projection: { start_date: 1, sync: 1, export: 1 } })
    .sort({ start_date: 1 })
    .limit(Math.min(limit, batchSize))
    .toArray();
}

/**
 * A holder that lost its lease while it was storing streams can leave parts of an activity that is
 * deleted. Every removal leaves a tombstone, so that only these have to be checked, not all streams.
 */
async function removeOrphans(store: Store, expiry: Expiry): Promise<void> {
  const athlete = { athlete_id: int64(expiry.athleteId) };
  for (let last: TombstoneDocument['_id'] | undefined; ;) {
    const after = last === undefined ? {} : { _id: { $gt: last } };
    const found = await store.tombstones
      .find({ ...athlete, ...after }, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(tombstonesAtOnce)
      .toArray();
    const ids = found.map(({ _id }) => int64(toNumber(_id)));
    if (ids.length === 0) return;
    await removePartsOf(store, ids, expiry.epoch);
    last = ids.at(-1);
  }
}

async function removePartsOf(
  { activities, streams }: Store,
  deleted: readonly ActivityDocument['_id'][],
  epoch: number,
): Promise<void> {
  const parts = { activity_id: { $in: [...deleted] } };
  const withStreams = await streams.distinct('activity_id', parts);
  if (withStreams.length === 0) return;
  const alive = await activities.distinct('_id', { _id: { $in: withStreams } });
  const isAlive = new Set(alive.map(toNumber));
  const orphans = withStreams.map(toNumber).filter((id) => !isAlive.has(id));
  const filter = { activity_id: { $in: orphans.map(int64) }, epoch: { $lte: epoch } };
  await streams.deleteMany(filter);
}

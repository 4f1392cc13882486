/**
 * The `tombstones` collection: what was removed, when and why, so that an old copy of it does not come
 * back. It removes one activity with its streams, and never decides which.
 */
import type { Db, Long } from 'mongodb';
import { LeaseLostError } from '../errors.ts';
import { int64, toNumber } from './bson-value.ts';
import type { Collections } from './collections.ts';
import type { Mongo } from './connection.ts';

/** `deleted` at Strava, or `expired` by our own retention. */
export type BurialReason = 'deleted' | 'expired';

export interface TombstoneDocument {
  /** The activity's id. */
  readonly _id: Long;
  readonly athlete_id: Long;
  readonly start_date: Date;
  readonly why: BurialReason;
  readonly at: Date;
}

export interface Burial {
  readonly athleteId: number;
  readonly activityId: number;
  readonly startAt: Date;
  readonly why: BurialReason;
  readonly at: Date;
  /** Of the lease `athlete:ID`. */
  readonly epoch: number;
}

/**
 * Tombstone, then streams, then the activity: cut off in between it leaves an activity that says that
 * its streams are missing, and doing it again removes the rest. Returns false where the activity was
 * gone already.
 * @throws LeaseLostError where the activity was written under a newer lease, which leaves it alone.
 */
export async function buryActivity(
  mongo: Mongo,
  collections: Collections,
  burial: Burial,
): Promise<boolean> {
  const { attempt } = mongo;
  const { activityId, epoch } = burial;
  const isThere = await claim(mongo, collections, burial);
  await raiseTombstone(mongo, burial);
  const parts = { activity_id: int64(activityId), epoch: { $lte: epoch } };
  await attempt(() => collections.streams.deleteMany(parts));
  await attempt(() =>
    collections.activities.deleteOne({ _id: int64(activityId), 'sync.epoch': { $lte: epoch } }),
  );
  if (await isStored(mongo, collections, activityId)) {
    await removeTombstone(mongo, burial);
    throw leaseLost(activityId);
  }
  return isThere;
}

/** The tombstones among these activities, by activity. */
export async function buriedIds(
  { attempt }: Mongo,
  db: Db,
  ids: readonly number[],
): Promise<ReadonlyMap<number, TombstoneDocument>> {
  if (ids.length === 0) return new Map();
  const tombstones = db.collection<TombstoneDocument>('tombstones');
  const found = await attempt(() => tombstones.find({ _id: { $in: ids.map(int64) } }).toArray());
  return new Map(found.map((tombstone) => [toNumber(tombstone._id), tombstone]));
}

/** Whether what expired by our own retention stays away: only while there is a retention. */
export type Expiry = 'final' | 'lifted';

/**
 * Which of these activities stay away although a page shows them: what expired, and what was deleted
 * after the page was asked for. What Strava shows again later is there again.
 */
export async function stillBuried(
  mongo: Mongo,
  ids: readonly number[],
  requestedAt: Date,
  expiry: Expiry,
): Promise<ReadonlySet<number>> {
  const buried = await buriedIds(mongo, mongo.db, ids);
  const away = [...buried].filter(([, { why, at }]) =>
    why === 'expired' ? expiry === 'final' : at >= requestedAt,
  );
  const staysAway = new Set(away.map(([id]) => id));
  const back = [...buried.keys()].filter((id) => !staysAway.has(id));
  if (back.length > 0) {
    const tombstones = mongo.db.collection<TombstoneDocument>('tombstones');
    await mongo.attempt(() => tombstones.deleteMany({ _id: { $in: back.map(int64) } }));
  }
  return staysAway;
}

/**
 * Marks the streams as missing before they go: should a newer holder take over in between, it finds an
 * activity whose streams have to be fetched, never one whose streams are there and are not.
 */
async function claim(
  mongo: Mongo,
  collections: Collections,
  { activityId, epoch }: Burial,
): Promise<boolean> {
  const { matchedCount } = await mongo.attempt(() =>
    collections.activities.updateOne(
      { _id: int64(activityId), 'sync.epoch': { $lte: epoch } },
      { $set: { 'sync.epoch': epoch, 'sync.streams.state': 'pending', 'sync.streams.tries': 0 } },
    ),
  );
  if (matchedCount > 0) return true;
  if (await isStored(mongo, collections, activityId)) throw leaseLost(activityId);
  return false;
}

async function raiseTombstone(
  { db, attempt }: Mongo,
  { activityId, athleteId, startAt, why, at }: Burial,
): Promise<void> {
  const tombstones = db.collection<TombstoneDocument>('tombstones');
  const stone = { athlete_id: int64(athleteId), start_date: startAt, why, at };
  await attempt(() => tombstones.replaceOne({ _id: int64(activityId) }, stone, { upsert: true }));
}

async function removeTombstone({ db, attempt }: Mongo, { activityId, at }: Burial): Promise<void> {
  const tombstones = db.collection<TombstoneDocument>('tombstones');
  await attempt(() => tombstones.deleteOne({ _id: int64(activityId), at }));
}

async function isStored(
  { attempt }: Mongo,
  { activities }: Collections,
  activityId: number,
): Promise<boolean> {
  const projection = { _id: 1 };
  const found = await attempt(() => activities.findOne({ _id: int64(activityId) }, { projection }));
  return found !== null;
}

function leaseLost(activityId: number): LeaseLostError {
  return new LeaseLostError(
    `Another process took over while activity ${activityId} was being removed.`,
  );
}

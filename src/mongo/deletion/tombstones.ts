/**
 * The `tombstones` collection: what was removed, when and why, so that an old copy of it does not come
 * back. It removes one activity with its streams, and never decides which.
 */
import type { Db, Filter, Long } from 'mongodb';
import { LeaseLostError } from '../../errors.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { ActivityDocument, Collections, StreamsDocument } from '../schema/collections.ts';
import type { Mongo } from '../base/connection.ts';

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
 * gone already, or is another athlete's: that one is left alone.
 * @throws LeaseLostError where the activity was written under a newer lease, which leaves it alone.
 */
export async function buryActivity(
  mongo: Mongo,
  collections: Collections,
  burial: Burial,
): Promise<boolean> {
  const { attempt } = mongo;
  const claimed = await claim(mongo, collections, burial);
  if (claimed === 'foreign') return false;
  await raiseTombstone(mongo, burial);
  await attempt(() => collections.streams.deleteMany(partsOf(burial)));
  await attempt(() => collections.activities.deleteOne(writtenBefore(burial)));
  if (await isStored(mongo, collections, burial)) {
    await removeTombstone(mongo, burial);
    throw leaseLost(burial.activityId);
  }
  return claimed === 'claimed';
}

/** Under this lease or an older one. */
function writtenBefore({ activityId, athleteId, epoch }: Burial): Filter<ActivityDocument> {
  return {
    _id: int64(activityId),
    'sync.athlete_id': int64(athleteId),
    'sync.epoch': { $lte: epoch },
  };
}

function partsOf({ activityId, athleteId, epoch }: Burial): Filter<StreamsDocument> {
  return {
    activity_id: int64(activityId),
    athlete_id: int64(athleteId),
    epoch: { $lte: epoch },
  };
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
  burial: Burial,
): Promise<'claimed' | 'gone' | 'foreign'> {
  const { activityId, athleteId, epoch } = burial;
  const { matchedCount } = await mongo.attempt(() =>
    collections.activities.updateOne(writtenBefore(burial), {
      $set: { 'sync.epoch': epoch, 'sync.streams.state': 'pending', 'sync.streams.tries': 0 },
    }),
  );
  if (matchedCount > 0) return 'claimed';
  const owner = await ownerOf(mongo, collections, activityId);
  if (owner === athleteId) throw leaseLost(activityId);
  return owner === undefined ? 'gone' : 'foreign';
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

/** Whether the activity is stored as this athlete's. */
export async function isStored(
  mongo: Mongo,
  collections: Collections,
  { athleteId, activityId }: Pick<Burial, 'athleteId' | 'activityId'>,
): Promise<boolean> {
  return (await ownerOf(mongo, collections, activityId)) === athleteId;
}

async function ownerOf(
  { attempt }: Mongo,
  { activities }: Collections,
  activityId: number,
): Promise<number | undefined> {
  const projection = { 'sync.athlete_id': 1 };
  const found = await attempt(() => activities.findOne({ _id: int64(activityId) }, { projection }));
  return found === null ? undefined : toNumber(found.sync.athlete_id);
}

function leaseLost(activityId: number): LeaseLostError {
  return new LeaseLostError(
    `Another process took over while activity ${activityId} was being removed.`,
  );
}

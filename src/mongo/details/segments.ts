/**
 * The `segments` collection: each segment that was met in an activity's efforts, once, with its own
 * streams. A segment belongs to nobody: no lease fences it, and a later copy prevails.
 */
import type { AnyBulkWriteOperation, Collection, Document, Long } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import type { Streams } from '../../domain/activity/streams.ts';
import type { StreamsFailure } from '../../sync/ports/ports.ts';
import type { TaskWrite } from '../../sync/ports/task-ports.ts';
import { int64, toBson, toNumber } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';
import { storageProblemOf } from '../base/bson-limits.ts';

export type SegmentPart = 'record' | 'streams';

export interface SegmentBookkeeping {
  /** Who met it. */
  readonly athlete_ids: readonly (number | Long)[];
  readonly first_seen_at: Date;
  /** `record`: the record is stored, its streams are still to be fetched. */
  readonly state: 'pending' | 'record' | 'stored' | 'none' | 'parked';
  readonly tries: number;
  readonly error?: string;
  readonly reason?: string;
  readonly next_try_at?: Date;
  /** When what is stored last of it was asked for; absent where nothing is. */
  readonly fetched_at?: Date;
}

/** Strava's segment as it came, beside what is ours. */
export interface SegmentDocument {
  readonly _id: Long;
  readonly streams?: Readonly<Record<string, readonly unknown[]>>;
  readonly sync: SegmentBookkeeping;
}

/** A segment that can be asked for now. */
export interface DueSegment {
  readonly segmentId: number;
  readonly part: SegmentPart;
  readonly tries: number;
}

/** Which segments are due. */
export interface SegmentQuery {
  readonly athleteId: number;
  readonly now: Date;
  readonly exclude: readonly number[];
  readonly limit: number;
}

/** The fate of one request for a segment. */
export interface SegmentWrite extends TaskWrite {
  readonly segmentId: number;
  readonly part: SegmentPart;
}

type State = Omit<SegmentBookkeeping, 'athlete_ids' | 'first_seen_at'>;

const parkedForMs = 24 * 60 * 60 * 1_000;

function segmentsOf({ db }: Store): Collection<SegmentDocument> {
  return db.collection<SegmentDocument>('segments');
}

/** Remembers segments as met by the athlete; what is known of them stays. */
export async function meetSegments(
  store: Store,
  { athleteId, at }: Pick<TaskWrite, 'athleteId' | 'at'>,
  segmentIds: readonly number[],
): Promise<void> {
  if (segmentIds.length === 0) return;
  const operations = segmentIds.map((segmentId): AnyBulkWriteOperation<SegmentDocument> => ({
    updateOne: {
      filter: { _id: int64(segmentId) },
      update: {
        $addToSet: { 'sync.athlete_ids': int64(athleteId) },
        $setOnInsert: {
          'sync.first_seen_at': at,
          'sync.state': 'pending' as const,
          'sync.tries': 0,
        },
      },
      upsert: true,
    },
  }));
  await segmentsOf(store).bulkWrite(operations, { ordered: false });
}

/** The segments met by an athlete of which something is due, those first that were met first. */
export async function dueSegments(
  store: Store,
  { athleteId, now, exclude, limit }: SegmentQuery,
): Promise<readonly DueSegment[]> {
  const filter = {
    'sync.athlete_ids': int64(athleteId),
    'sync.state': { $in: ['pending', 'record', 'parked'] as const },
    $or: [{ 'sync.next_try_at': { $exists: false } }, { 'sync.next_try_at': { $lte: now } }],
    ...(exclude.length > 0 && { _id: { $nin: exclude.map(int64) } }),
  };
  const found = await segmentsOf(store)
    .find(filter, { projection: { sync: 1 } })
    .sort({ 'sync.first_seen_at': 1, _id: 1 })
    .limit(limit)
    .toArray();
  return found.map(({ _id, sync: { fetched_at, tries } }) => ({
    segmentId: toNumber(_id),
    part: fetched_at === undefined ? 'record' : 'streams',
    tries,
  }));
}

/** When the next failed, not yet parked segment of an athlete may be asked for again. */
export async function nextSegmentTryAt(store: Store, athleteId: number): Promise<Date | undefined> {
  const filter = { ...toDo(athleteId), 'sync.tries': { $gt: 0 } };
  const found = await segmentsOf(store).findOne(filter, {
    projection: { sync: 1 },
    sort: { 'sync.next_try_at': 1 },
  });
  return found?.sync.next_try_at;
}

/** How many segments met by an athlete are not complete yet, parked ones aside. */
export async function countDueSegments(store: Store, athleteId: number): Promise<number> {
  return segmentsOf(store).countDocuments(toDo(athleteId));
}

function toDo(athleteId: number): Document {
  return {
    'sync.athlete_ids': int64(athleteId),
    'sync.state': { $in: ['pending', 'record'] },
  };
}

const ownKeys: ReadonlySet<string> = new Set(['_id', 'streams', 'sync']);

/** Puts the record in the place of an earlier one; its streams are due then. */
export async function storeSegment(
  store: Store,
  write: TaskWrite,
  segmentId: number,
  record: JsonObject,
): Promise<void> {
  const ofRecord = { ...write, segmentId, part: 'record' as const };
  const rejection = storageProblemOf(record);
  if (rejection !== undefined) return park(store, ofRecord, rejection);
  const fields = Object.entries(record).filter(([key]) => !ownKeys.has(key));
  const document = { $literal: toBson(Object.fromEntries(fields)) };
  const own = { _id: '$_id', streams: '$streams', sync: syncWith(write, 'record') };
  await update(store, ofRecord, [{ $replaceWith: { $mergeObjects: [document, own] } }]);
}

/** Stores the streams beside the record, which makes the segment complete. */
export async function storeSegmentStreams(
  store: Store,
  write: TaskWrite,
  segmentId: number,
  { arrays }: Streams,
): Promise<void> {
  const ofStreams = { ...write, segmentId, part: 'streams' as const };
  const streams = Object.fromEntries(arrays);
  const rejection = storageProblemOf(streams);
  if (rejection !== undefined) return park(store, ofStreams, rejection);
  const sync = { $mergeObjects: [syncWith(write, 'stored')] };
  await update(store, ofStreams, [{ $set: { streams: { $literal: streams }, sync } }]);
}

/** What an earlier state left (an error, a next try) goes. */
function syncWith({ at }: TaskWrite, state: 'record' | 'stored'): Document {
  return {
    athlete_ids: '$sync.athlete_ids',
    first_seen_at: '$sync.first_seen_at',
    ...{ state, tries: { $literal: 0 }, fetched_at: { $max: ['$sync.fetched_at', at] } },
  };
}

async function park(store: Store, write: SegmentWrite, reason: string): Promise<void> {
  const nextTryAt = new Date(write.at.getTime() + parkedForMs);
  const message = `Not stored: ${reason}.`;
  await recordSegmentFailure(store, write, { message, tries: 1, isParked: true, nextTryAt });
}

/** Counts a failure of the segment's own. */
export async function recordSegmentFailure(
  store: Store,
  write: SegmentWrite,
  { message, tries, isParked, nextTryAt }: StreamsFailure,
): Promise<void> {
  const waiting = write.part === 'record' ? 'pending' : 'record';
  const state = isParked ? 'parked' : waiting;
  await setState(store, write, { state, tries, error: message, next_try_at: nextTryAt });
}

/** Final: Strava does not give it. A record without streams stays. */
export async function markSegmentUnavailable(
  store: Store,
  write: SegmentWrite,
  reason: string,
): Promise<void> {
  await setState(store, write, { state: 'none', tries: 0, reason });
}

async function setState(store: Store, write: SegmentWrite, state: State): Promise<void> {
  const sync = {
    athlete_ids: '$sync.athlete_ids',
    first_seen_at: '$sync.first_seen_at',
    fetched_at: '$sync.fetched_at',
  };
  await update(store, write, [{ $set: { sync: { $mergeObjects: [{ $literal: state }, sync] } } }]);
}

/**
 * A segment that nobody has met (any more) is left alone, and so is a record that was asked for later. Its
 * streams are settled whatever the instants say, for until then they are due.
 */
async function update(
  store: Store,
  { segmentId, part, at }: SegmentWrite,
  pipeline: Document[],
): Promise<void> {
  const isNoLater = [
    { 'sync.fetched_at': { $exists: false } },
    { 'sync.fetched_at': { $lte: at } },
  ];
  const filter = { _id: int64(segmentId), ...(part === 'record' && { $or: isNoLater }) };
  await segmentsOf(store).updateOne(filter, pipeline);
}

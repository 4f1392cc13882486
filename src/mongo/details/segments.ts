/**
 * The `segments` collection: each segment that was met in an activity's efforts, once, with its own
 * streams. A segment belongs to no athlete: no lease fences it, and a later copy prevails. One state is about
 * both requests: it is pending until the streams are stored, and has `fetched_at` once the record is.
 */
import type { AnyBulkWriteOperation, Document } from 'mongodb';
import type { Streams } from '../../domain/activity/streams.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { SegmentTask } from '../../domain/sync/fetch-task.ts';
import type { StorageProblem, TaskWrite } from '../../sync/ports/tasks.ts';
import { storageProblemOf } from '../base/bson-limits.ts';
import { int64, toBson } from '../base/bson-value.ts';
import { ofType } from '../base/typed-value.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import { pendingState } from '../schema/fetch-state-queries.ts';
import type { SegmentDocument, Store } from '../schema/collections.ts';

/** Adds the athlete to segments that its efforts name; their other fields stay. */
export async function meetSegments(
  { segments }: Store,
  { athleteId, at }: Pick<TaskWrite, 'athleteId' | 'at'>,
  segmentIds: readonly number[],
): Promise<void> {
  if (segmentIds.length === 0) return;
  const operations = segmentIds.map((segmentId): AnyBulkWriteOperation<SegmentDocument> => ({
    updateOne: {
      filter: { _id: int64(segmentId) },
      update: [{ $set: { sync: metBy(athleteId, at) } }],
      upsert: true,
    },
  }));
  await segments.bulkWrite(operations, { ordered: false });
}

/** What another program or a hand put in the place of ours is replaced. */
function metBy(athleteId: number, at: Date): Document {
  return {
    athlete_ids: {
      $setUnion: [ofType('$sync.athlete_ids', 'array', []), [int64(athleteId)]],
    },
    first_seen_at: ofType('$sync.first_seen_at', 'date', at),
    record: ofType('$sync.record', 'object', { $literal: pendingState }),
  };
}

const ownKeys: ReadonlySet<string> = new Set(['_id', 'streams', 'sync']);

/** Puts the record in the place of an earlier one; its streams are due then. */
export async function storeSegment(
  store: Store,
  write: TaskWrite,
  segmentId: number,
  record: JsonObject,
): Promise<StorageProblem> {
  const problem = storageProblemOf(record);
  if (problem !== undefined) return problem;
  const fields = Object.entries(record).filter(([key]) => !ownKeys.has(key));
  const document = { $literal: toBson(Object.fromEntries(fields)) };
  const own = { _id: '$_id', streams: '$streams', sync: syncWith(pendingState, write) };
  const pipeline = [{ $replaceWith: { $mergeObjects: [document, own] } }];
  await update(store, write, { segmentId, part: 'record' }, pipeline);
  return undefined;
}

/** Stores the streams beside the record, which makes the segment complete. */
export async function storeSegmentStreams(
  store: Store,
  write: TaskWrite,
  segmentId: number,
  { arrays }: Streams,
): Promise<StorageProblem> {
  const streams = Object.fromEntries(arrays);
  const problem = storageProblemOf(streams);
  if (problem !== undefined) return problem;
  const sync = syncWith({ state: 'stored', tries: 0 }, write);
  const set = { streams: { $literal: streams }, sync };
  await update(store, write, { segmentId, part: 'streams' }, [{ $set: set }]);
  return undefined;
}

/** Writes the state of a request without storing anything. A record without streams stays. */
export async function setSegmentState(
  store: Store,
  write: TaskWrite,
  task: Pick<SegmentTask, 'segmentId' | 'part'>,
  state: FetchState,
): Promise<void> {
  await update(store, write, task, [{ $set: { sync: syncWith(state) } }]);
}

/** Removes what an earlier state left (an error, a next try). */
function syncWith(state: FetchState, write?: TaskWrite): Document {
  const fetchedAt = '$sync.record.fetched_at';
  const fate = Object.entries(state).filter(([key]) => key !== 'fetched_at');
  const record = {
    $mergeObjects: [
      { $literal: Object.fromEntries(fate) },
      { fetched_at: write === undefined ? fetchedAt : { $max: [fetchedAt, write.at] } },
    ],
  };
  const met = { athlete_ids: '$sync.athlete_ids', first_seen_at: '$sync.first_seen_at' };
  // Merged, because a `$set` of an object keeps the keys that it does not name.
  return { $mergeObjects: [{ ...met, record }] };
}

/**
 * A segment that no athlete has ridden (any more) is left alone, and so is a record that was requested later.
 * Its streams are settled whatever the instants say, for until then they are due.
 */
async function update(
  { segments }: Store,
  { at }: TaskWrite,
  { segmentId, part }: Pick<SegmentTask, 'segmentId' | 'part'>,
  pipeline: Document[],
): Promise<void> {
  const fetchedAt = 'sync.record.fetched_at';
  const isNoLater = [{ [fetchedAt]: { $exists: false } }, { [fetchedAt]: { $lte: at } }];
  const filter = { _id: int64(segmentId), ...(part === 'record' && { $or: isNoLater }) };
  await segments.updateOne(filter, pipeline);
}

/**
 * Merges an activity's details into its document, beside the summary's keys, and keeps what became of
 * them in `sync.details`. It writes no key of the summary's.
 */
import type { Document } from 'mongodb';
import type { ActivityDetail } from '../../domain/activity/detail.ts';
import { mayEffortsCome, segmentIdsOf } from '../../domain/activity/detail.ts';
import type { JsonObject } from '../../domain/json.ts';
import { LeaseLostError } from '../../errors.ts';
import type { StreamsFailure } from '../../sync/ports/ports.ts';
import type { KeptKinds, TaskWrite } from '../../sync/ports/task-ports.ts';
import { int64, toBson } from '../base/bson-value.ts';
import type { DetailsBookkeeping, Store } from '../schema/collections.ts';
import { meetSegments } from './segments.ts';
import { isTooLarge, storageProblemOf } from '../base/bson-limits.ts';

/** What is to be written of one activity. */
export interface DetailsToStore {
  readonly detail: ActivityDetail;
  readonly kept: Pick<KeptKinds, 'segments'>;
}

/** The fate of one activity's details. */
export interface DetailsWrite extends TaskWrite {
  readonly activityId: number;
}

const effortsPauseMs = 30 * 60 * 1_000;
const parkedForMs = 24 * 60 * 60 * 1_000;

/**
 * Puts the details in the place of earlier ones, in one atomic step; doing it again changes nothing.
 * 'postponed' where efforts may still be on their way, or the details cannot be stored and are parked.
 * @throws LeaseLostError when the activity was written under a newer lease.
 */
export async function storeDetails(
  store: Store,
  write: TaskWrite,
  { detail, kept }: DetailsToStore,
): Promise<'stored' | 'postponed'> {
  const details = withoutOwnKeys(detail.details);
  const ofActivity = { ...write, activityId: detail.summary.id };
  const rejection = storageProblemOf(details);
  if (rejection !== undefined) return park(store, ofActivity, rejection);
  // First the segments: a crash in between leads to asking again, never to a segment that nobody asks for.
  if (kept.segments) await meetSegments(store, write, segmentIdsOf(details));
  const isPostponed = mayEffortsCome(detail, write.at);
  const state: DetailsBookkeeping = isPostponed
    ? {
        state: 'pending',
        tries: 0,
        next_try_at: later(write, effortsPauseMs),
        fetched_at: write.at,
      }
    : { state: 'stored', tries: 0, fetched_at: write.at };
  const update = detailsUpdate(details, state, write.epoch);
  if (!(await updateIfFits(store, ofActivity, update)))
    return park(store, ofActivity, 'with it the activity is larger than MongoDB stores');
  return isPostponed ? 'postponed' : 'stored';
}

async function updateIfFits(
  store: Store,
  write: DetailsWrite,
  update: readonly Document[],
): Promise<boolean> {
  try {
    await updateUnderLease(store, write, update);
    return true;
  } catch (error) {
    if (isTooLarge(error)) return false;
    throw error;
  }
}

function later({ at }: TaskWrite, ms: number): Date {
  return new Date(at.getTime() + ms);
}

async function park(store: Store, write: DetailsWrite, reason: string): Promise<'postponed'> {
  const nextTryAt = later(write, parkedForMs);
  const failure = { message: `Not stored: ${reason}.`, tries: 1, isParked: true, nextTryAt };
  await recordDetailsFailure(store, write, failure);
  return 'postponed';
}

const ownKeys: ReadonlySet<string> = new Set(['_id', 'track', 'start_point', 'derived', 'sync']);

function withoutOwnKeys(details: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(details).filter(([key]) => !ownKeys.has(key)));
}

/**
 * The keys that earlier details brought go, the new ones come, the summary's prevail. As a pipeline
 * with literals, because a plain `$set` would read a dot in a key as a path.
 */
function detailsUpdate(details: JsonObject, state: DetailsBookkeeping, epoch: number): Document[] {
  const bookkeeping = { details: state, detail_keys: Object.keys(details), epoch };
  const isOfSummary = { $in: ['$$this.k', { $ifNull: ['$sync.summary_keys', []] }] };
  const isOfDetails = { $in: ['$$this.k', { $ifNull: ['$sync.detail_keys', []] }] };
  const kept = entriesOf('$$ROOT', { $or: [isOfSummary, { $not: isOfDetails }] });
  const brought = entriesOf({ $literal: toBson(details) }, { $not: isOfSummary });
  const sync = { $mergeObjects: ['$sync', { $literal: bookkeeping }] };
  return [{ $replaceWith: { $mergeObjects: [kept, brought, { sync }] } }];
}

function entriesOf(object: unknown, cond: Document): Document {
  return { $arrayToObject: { $filter: { input: { $objectToArray: object }, cond } } };
}

/** Counts a failure of the details' own. */
export async function recordDetailsFailure(
  store: Store,
  write: DetailsWrite,
  { message, tries, isParked, nextTryAt }: StreamsFailure,
): Promise<void> {
  const state = isParked ? 'parked' : 'pending';
  await setState(store, write, {
    state,
    tries,
    error: message,
    next_try_at: nextTryAt,
  });
}

/** Final: Strava gives no details of this activity; earlier ones stay. */
export async function markDetailsUnavailable(
  store: Store,
  write: DetailsWrite,
  reason: string,
): Promise<void> {
  const { at } = write;
  await setState(store, write, { state: 'none', reason, tries: 0, fetched_at: at });
}

async function setState(
  store: Store,
  write: DetailsWrite,
  details: DetailsBookkeeping,
): Promise<void> {
  const update = { $set: { 'sync.details': details, 'sync.epoch': write.epoch } };
  await updateUnderLease(store, write, update);
}

/** Nothing is written where the activity is gone. */
async function updateUnderLease(
  { activities }: Store,
  { activityId, epoch }: DetailsWrite,
  update: Document | readonly Document[],
): Promise<void> {
  const _id = int64(activityId);
  const filter = { _id, 'sync.epoch': { $lte: epoch } };
  const pipelineOrUpdate = Array.isArray(update) ? [...(update as Document[])] : update;
  const { matchedCount } = await activities.updateOne(filter, pipelineOrUpdate);
  if (matchedCount > 0) return;
  const found = await activities.findOne({ _id }, { projection: { _id: 1 } });
  if (found === null) return;
  throw new LeaseLostError(
    `Another process took over while the details of activity ${activityId} were being stored.`,
  );
}

/**
 * Merges an activity's details into its document, beside the summary's keys, and keeps what became of
 * them in `sync.details`. It writes no key of the summary's.
 */
import type { Document } from 'mongodb';
import type { ActivityDetail } from '../../domain/activity/detail.ts';
import { alignDetail, segmentIdsOf } from '../../domain/activity/detail.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { KeptKinds, StorageProblem, TaskWrite } from '../../sync/ports/tasks.ts';
import { isTooLarge, storageProblemOf } from '../base/bson-limits.ts';
import { int64, toBson } from '../base/bson-value.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import { stateUpdate, storedState } from '../schema/fetch-state-queries.ts';
import { ownActivityKeys } from '../schema/definitions/activities.ts';
import type { Store } from '../schema/collections.ts';
import { meetSegments } from './segments.ts';
import { updateActivity } from './update-activity.ts';

/**
 * Puts the details in the place of earlier ones, in one atomic step; doing it again changes nothing.
 * They are due again at `nextTryAt`, if there is one.
 * @throws LeaseLostError when the activity was written under a newer lease.
 */
export async function storeDetails(
  store: Store,
  write: TaskWrite,
  { details: given, summary: { id } }: ActivityDetail,
  {
    kept,
    nextTryAt,
  }: { readonly kept: Pick<KeptKinds, 'segments'>; readonly nextTryAt?: Date | undefined },
): Promise<StorageProblem> {
  const details = withoutOwnKeys(given);
  const problem = storageProblemOf(details);
  if (problem !== undefined) return problem;
  // First the segments: a crash in between leads to fetching again, never to a segment that nobody fetches.
  if (kept.segments) await meetSegments(store, write, segmentIdsOf(details));
  const state = storedState(write.at, nextTryAt);
  try {
    await updateActivity(
      store,
      { ...write, activityId: id },
      detailsUpdate(details, state, write.epoch),
    );
    return undefined;
  } catch (error) {
    if (isTooLarge(error)) return 'with it the activity is larger than MongoDB stores';
    throw error;
  }
}

function withoutOwnKeys(details: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(details).filter(([key]) => !ownActivityKeys.has(key)));
}

/**
 * The keys that earlier details brought go, the new ones come, the summary's prevail. As a pipeline
 * with literals, because a plain `$set` would read a dot in a key as a path.
 */
function detailsUpdate(details: JsonObject, state: FetchState, epoch: number): Document[] {
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

/** Writes the state of the details without storing any; earlier details stay. */
export async function setDetailsState(
  store: Store,
  write: TaskWrite,
  activityId: number,
  state: FetchState,
): Promise<void> {
  const update = stateUpdate('sync.details', state, write.epoch);
  await updateActivity(store, { ...write, activityId }, update);
}

/** The detail, split as the list of the stored activity is; that of one that no list brought stays as it is. */
export async function alignedDetail(
  { activities }: Store,
  detail: ActivityDetail,
): Promise<ActivityDetail> {
  const _id = int64(detail.summary.id);
  const projection = { track: 0, start_point: 0, derived: 0, export: 0 };
  const stored = await activities.findOne({ _id }, { projection });
  if (stored === null || stored.sync.source === 'export') return detail;
  const values: Record<string, unknown> = { ...stored };
  return alignDetail(detail, { keys: new Set(stored.sync.summary_keys), values });
}

/**
 * Activities that a complete list does not show: finds them, marks them, and removes the one that Strava
 * confirmed gone. It decides nothing.
 */
import type { Filter } from 'mongodb';
import { confirmedForMs } from '../../domain/sync/deletion.ts';
import type { DeletionView, MissingActivities, SeenSpan } from '../../sync/ports/deletions.ts';
import type { TaskWrite } from '../../sync/ports/tasks.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import { pendingState } from '../schema/fetch-state-queries.ts';
import { recordDeletion } from '../history/changes.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import { refreshRoutes } from '../routes/refresh-routes.ts';
import { deleteActivity } from './delete-activity.ts';

/** The activities of a span that the list did not show, those that are marked already aside. */
export async function missingIn(
  { activities }: Store,
  { athleteId, from, to, listedSince, seenIds, storedBefore }: SeenSpan,
): Promise<readonly number[]> {
  const confirmedBefore = new Date(storedBefore.getTime() - confirmedForMs);
  const conditions: Filter<ActivityDocument>[] = [
    {
      'sync.athlete_id': int64(athleteId),
      start_date: { $gte: from, $lte: to },
      'sync.first_seen_at': { $lt: storedBefore },
      'sync.missing': { $exists: false },
    },
    notSince('sync.confirmed_at', confirmedBefore),
    ...(seenIds ? [{ _id: { $nin: seenIds.map(int64) } }] : []),
    ...(listedSince ? [notSince('sync.listed_at', listedSince)] : []),
  ];
  const found = await activities.find({ $and: conditions }, { projection: { _id: 1 } }).toArray();
  return found.map(({ _id }) => toNumber(_id));
}

function notSince(field: string, at: Date): Filter<ActivityDocument> {
  return { $or: [{ [field]: { $exists: false } }, { [field]: { $lt: at } }] };
}

/**
 * What is known when something is missing. A grant of unknown scope is trusted: Strava names the scope
 * in each token response, so that it is known after the next refresh at the latest, and where some other
 * response does not name it nothing is rejected for that. Until then a grant without `activity:read_all`
 * could have private activities taken for deleted; docs/usage.md says so.
 */
export async function deletionView(
  { activities, tokens }: Store,
  athleteId: number,
): Promise<DeletionView> {
  const id = int64(athleteId);
  const stored = await activities.countDocuments({ 'sync.athlete_id': id });
  const missing = await activities.countDocuments({
    'sync.athlete_id': id,
    'sync.missing.since': { $exists: true },
  });
  const grant = await tokens.findOne({ _id: id }, { projection: { scope: 1 } });
  const canSeePrivate = grant?.scope?.includes('activity:read_all') ?? true;
  return { stored, missing, canSeePrivate };
}

/** Activities of the athlete that no newer lease has written. */
function ours(
  { athleteId, epoch }: Pick<TaskWrite, 'athleteId' | 'epoch'>,
  activityIds: readonly number[],
): Filter<ActivityDocument> {
  return {
    _id: { $in: activityIds.map(int64) },
    'sync.athlete_id': int64(athleteId),
    'sync.epoch': { $lte: epoch },
  };
}

/** Marks activities, each to be fetched by itself. */
export async function markMissing(
  { activities }: Store,
  { activityIds, since, ...write }: MissingActivities,
): Promise<void> {
  const set = { 'sync.missing': { since, ...pendingState } };
  await activities.updateMany(ours(write, activityIds), { $set: set });
}

/** Removes the mark: Strava showed the activity after all. */
export async function unmarkMissing(
  { activities }: Store,
  activityId: number,
  at: Date,
): Promise<void> {
  await activities.updateOne(
    { _id: int64(activityId) },
    { $unset: { 'sync.missing': '' }, $set: { 'sync.confirmed_at': at } },
  );
}

/**
 * Takes the mark away although nothing is known: for a 404 that proves nothing, because the grant shows
 * no private activities. Such a grant marks nothing either (`rejectDeletions`), so that the next poll
 * does not fetch it again; one that shows more may mark it at once.
 */
export async function giveUpMissing(
  { activities }: Store,
  write: TaskWrite,
  activityId: number,
): Promise<void> {
  await activities.updateOne(ours(write, [activityId]), { $unset: { 'sync.missing': '' } });
}

/** Writes the state of the request for a marked activity; an unmarked activity does not change. */
export async function setMissingState(
  { activities }: Store,
  activityId: number,
  state: FetchState,
): Promise<void> {
  const missing = { $mergeObjects: [{ since: '$sync.missing.since' }, { $literal: state }] };
  await activities.updateOne({ _id: int64(activityId), 'sync.missing.since': { $exists: true } }, [
    { $set: { 'sync.missing': missing } },
  ]);
}

/** Removes an athlete's activity that is gone at Strava, and says so in the history of changes. */
export async function deleteGoneActivity(
  store: Store,
  { athleteId, epoch, at }: TaskWrite,
  activityId: number,
): Promise<void> {
  const filter = { _id: int64(activityId), 'sync.athlete_id': int64(athleteId) };
  const found = await store.activities.findOne(filter, { projection: { start_date: 1 } });
  if (found === null) return;
  await recordDeletion(store, { athleteId, activityId, at });
  const deletion = { athleteId, activityId, startAt: found.start_date, at, epoch };
  await deleteActivity(store, { ...deletion, why: 'deleted' });
  await refreshRoutes(store, { athleteId, epoch });
}

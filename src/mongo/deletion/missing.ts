/**
 * Activities that a complete list does not show: finds them, marks them, and removes the one that Strava
 * confirmed gone. It decides nothing.
 */
import type { Filter } from 'mongodb';
import type { DeletionView, Missing, TaskWrite, SeenSpan } from '../../sync/ports/task-ports.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import { recordDeletion } from '../history/changes.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import { deleteActivity } from './delete-activity.ts';

/** One that Strava showed although the list did not is not asked for again within a day. */
const confirmedForMs = 24 * 60 * 60 * 1_000;

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
 * What is known when something is missing. A grant of unknown scope is not doubted: Strava names the
 * scope in each token answer, so that it is known after the next refresh at the latest, and where some
 * other answer does not name it nothing is refused for that. Until then a grant without
 * `activity:read_all` could have private activities taken for deleted; docs/commands.md says so.
 */
export async function deletionView(
  { activities, tokens }: Store,
  athleteId: number,
): Promise<DeletionView> {
  const id = int64(athleteId);
  const stored = await activities.countDocuments({ 'sync.athlete_id': id });
  const marked: Filter<ActivityDocument> = {
    'sync.athlete_id': id,
    'sync.missing.since': { $exists: true },
  };
  const missing = await activities.countDocuments(marked);
  const grant = await tokens.findOne({ _id: id }, { projection: { scope: 1 } });
  const canSeePrivate = grant?.scope?.includes('activity:read_all') ?? true;
  return { stored, missing, canSeePrivate };
}

/** Marks activities, each to be asked for by itself. */
export async function markMissing(
  { activities }: Store,
  { athleteId, activityIds, since, epoch }: Missing,
): Promise<void> {
  await activities.updateMany(
    {
      _id: { $in: activityIds.map(int64) },
      'sync.athlete_id': int64(athleteId),
      'sync.epoch': { $lte: epoch },
    },
    { $set: { 'sync.missing': { since, tries: 0 } } },
  );
}

/** Strava showed the activity after all. */
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
 * no private activities. Such a grant marks nothing either (`rejectDeletions`), so that it is not asked
 * for again at the next look; one that shows more may mark it at once.
 */
export async function giveUpMissing(
  { activities }: Store,
  { athleteId, epoch }: TaskWrite,
  activityId: number,
): Promise<void> {
  const _id = int64(activityId);
  const filter = { _id, 'sync.athlete_id': int64(athleteId), 'sync.epoch': { $lte: epoch } };
  await activities.updateOne(filter, { $unset: { 'sync.missing': '' } });
}

/** The marked activities that can be asked for now, the longest missing first. */
export async function dueMissing(
  { activities }: Store,
  { athleteId, now, limit }: { athleteId: number; now: Date; limit: number },
): Promise<readonly { readonly activityId: number; readonly tries: number }[]> {
  const filter: Filter<ActivityDocument> = {
    'sync.athlete_id': int64(athleteId),
    'sync.missing.since': { $exists: true },
    $or: [
      { 'sync.missing.next_try_at': { $exists: false } },
      { 'sync.missing.next_try_at': { $lte: now } },
    ],
  };
  const found = await activities
    .find(filter, { projection: { 'sync.missing': 1 } })
    .sort({ 'sync.missing.since': 1 })
    .limit(limit)
    .toArray();
  return found.map(({ _id, sync }) => ({
    activityId: toNumber(_id),
    tries: sync.missing?.tries ?? 0,
  }));
}

/** When the next failed question about a missing activity may be repeated within minutes. */
export async function nextMissingTryAt(
  { activities }: Store,
  athleteId: number,
  before: Date,
): Promise<Date | undefined> {
  const filter: Filter<ActivityDocument> = {
    'sync.athlete_id': int64(athleteId),
    'sync.missing.since': { $exists: true },
    'sync.missing.next_try_at': { $lte: before },
  };
  const found = await activities.findOne(filter, { sort: { 'sync.missing.next_try_at': 1 } });
  return found?.sync.missing?.next_try_at;
}

export async function recordMissingFailure(
  { activities }: Store,
  activityId: number,
  failure: { readonly message: string; readonly tries: number; readonly nextTryAt: Date },
): Promise<void> {
  await activities.updateOne(
    { _id: int64(activityId), 'sync.missing.since': { $exists: true } },
    {
      $set: {
        'sync.missing.tries': failure.tries,
        'sync.missing.error': failure.message,
        'sync.missing.next_try_at': failure.nextTryAt,
      },
    },
  );
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
  const startAt = found.start_date;
  await deleteActivity(store, {
    athleteId,
    activityId,
    startAt,
    why: 'deleted',
    at,
    epoch,
  });
}

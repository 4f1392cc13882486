/**
 * The parts of an activity that are fetched by requests of their own: which are due, their records in the
 * activity, and what became of them in `sync`. They go with the activity, whatever removes it.
 */
import type { ActivityPart } from '../../domain/sync/activity-parts.ts';
import { closedPartRetryAt, partRules } from '../../domain/sync/activity-parts.ts';
import type { ActivityPartTask } from '../../domain/sync/fetch-task.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { TimeRange } from '../../sync/ports/activities.ts';
import type { StorageProblem, TaskWrite } from '../../sync/ports/tasks.ts';
import type { AthleteTaskQuery } from '../athletes/task-facts.ts';
import { isTooLarge, storageProblemOf } from '../base/bson-limits.ts';
import { int64, toBson, toNumber } from '../base/bson-value.ts';
import { ofSports } from '../base/sport-filter.ts';
import { inRanges } from '../base/time-range.ts';
import { counted, partFields } from '../schema/activity-parts.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import type { StateQuery } from '../schema/fetch-state-queries.ts';
import {
  findDue,
  isAnyOpen,
  isDue,
  nextTryIn,
  stateUpdate,
  storedState,
  unavailableState,
} from '../schema/fetch-state-queries.ts';
import { updateActivity } from './update-activity.ts';

const readAhead = 8;

/** The due parts where details are wanted, newest first, part by part. */
export async function dueActivityParts(
  store: Store,
  query: AthleteTaskQuery,
): Promise<readonly ActivityPartTask[]> {
  const due: ActivityPartTask[] = [];
  for (const part of openParts(query)) {
    const { countKey } = partRules[part];
    const found = await findDue(ofPart(store, part, query, query.ranges.slice(-1)), {
      ...{ sort: { start_date: -1 }, limit: readAhead },
      ...(countKey !== undefined && { keys: [countKey] }),
    });
    due.push(...found.map((document) => taskOf(part, document)));
  }
  return due;
}

function taskOf(part: ActivityPart, document: ActivityDocument): ActivityPartTask {
  const { _id, sync } = document;
  const values: Record<string, unknown> = { ...document };
  const { countKey } = partRules[part];
  const count: unknown = countKey === undefined ? undefined : values[countKey];
  return {
    ...{ kind: 'activityPart', part, activityId: toNumber(_id), tries: sync[part]?.tries ?? 0 },
    ...(typeof count === 'number' && { count }),
  };
}

/** When the next failed, not yet parked part becomes due. */
export async function nextActivityPartTryAt(
  store: Store,
  query: AthleteTaskQuery,
): Promise<readonly (Date | undefined)[]> {
  const tries: (Date | undefined)[] = [];
  for (const part of openParts(query))
    tries.push(await nextTryIn(ofPart(store, part, query, query.ranges.slice(-1))));
  return tries;
}

/** Whether parts of the ranges are due, or failed and wait for their next try. */
export async function isAnyPartOpen(store: Store, query: AthleteTaskQuery): Promise<boolean> {
  for (const part of openParts(query))
    if (await isAnyOpen(ofPart(store, part, query, query.ranges))) return true;
  return false;
}

/** The wanted parts, those aside that Strava gives for none of the athlete's activities. */
function openParts({ athlete, kept, ranges, now }: AthleteTaskQuery): readonly ActivityPart[] {
  const { parts = [] } = kept;
  if (ranges.length === 0) return [];
  const { closed_parts: closed = {} } = athlete;
  return parts.filter((part) => isDue(closed[part], now, () => now));
}

function ofPart(
  { activities: collection }: Store,
  part: ActivityPart,
  { athleteId, kept, exclude, now }: AthleteTaskQuery,
  ranges: readonly TimeRange[],
): StateQuery<ActivityDocument> {
  const prefix = `${part}:`;
  const excluded = [...exclude].flatMap((key) =>
    key.startsWith(prefix) ? [int64(Number(key.slice(prefix.length)))] : [],
  );
  const filter = {
    $and: [inRanges(athleteId, ranges)],
    // There is nothing to fetch of what is counted as none or was entered by hand.
    ...(counted(part) ?? { manual: { $ne: true } }),
    ...ofSports(kept.sports),
    // Of an activity that only an export brought, the first summary of the API comes first.
    'sync.source': { $ne: 'export' },
    ...(excluded.length > 0 && { _id: { $nin: excluded } }),
  };
  return { collection, path: `sync.${part}`, filter, now };
}

/**
 * Puts the records in the place of earlier ones. Where the summary counts others by now, they are still due.
 * @throws LeaseLostError when the activity was written under a newer lease.
 */
export async function storeActivityPart(
  store: Store,
  write: TaskWrite,
  { part, activityId, count }: ActivityPartTask,
  records: readonly JsonObject[],
): Promise<StorageProblem> {
  const { countKey, maxRecords } = partRules[part];
  const kept = records.slice(0, maxRecords);
  const problem = storageProblemOf(kept);
  if (problem !== undefined) return problem;
  const { epoch, at } = write;
  const set = { [partFields[part]]: toBson(kept), 'sync.epoch': epoch };
  // The files of the photos are those of an earlier list now.
  const unset = part === 'photos' && { $unset: { 'sync.photo_files': '' } };
  const stored = { $set: { ...set, [`sync.${part}`]: storedState(at) }, ...unset };
  const isSame = count === undefined || countKey === undefined ? {} : { [countKey]: count };
  try {
    if (await updateActivity(store, { epoch, activityId, condition: isSame }, stored))
      return undefined;
    // Where there are none any more, those that came are out of date.
    const isAny = countKey === undefined ? {} : { [countKey]: { $ne: 0 } };
    await updateActivity(store, { epoch, activityId, condition: isAny }, { $set: set, ...unset });
    return undefined;
  } catch (error) {
    if (isTooLarge(error)) return 'with it the activity is larger than MongoDB stores';
    throw error;
  }
}

/** Writes the state of a part without storing one; earlier records stay. */
export async function setActivityPartState(
  store: Store,
  { epoch }: TaskWrite,
  { part, activityId }: ActivityPartTask,
  state: FetchState,
): Promise<void> {
  await updateActivity(store, { epoch, activityId }, stateUpdate(`sync.${part}`, state, epoch));
}

/** @see TaskStore.closeActivityPart */
export async function closeActivityPart(
  { athletes }: Store,
  { athleteId, at }: TaskWrite,
  part: ActivityPart,
  reason: string,
): Promise<void> {
  const state = unavailableState(reason, at, closedPartRetryAt(at));
  await athletes.updateOne(
    { _id: int64(athleteId) },
    { $set: { [`sync.closed_parts.${part}`]: state } },
  );
}

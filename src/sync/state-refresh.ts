/**
 * Brings a run's picture of an athlete up to date from the database: the streams still missing, and
 * wishes that other processes left. It asks MongoDB only where the picture can be out of date.
 */
import { addSpan, nextListRequest } from '../domain/sync/list-coverage.ts';
import { activityOfTask } from '../domain/sync/fetch-task.ts';
import type { ReconciledAt } from '../domain/sync/reconcile.ts';
import type { AthleteSyncState } from './athlete-sync-state.ts';
import {
  activityOfKey,
  isResting,
  notBefore,
  ranges,
  backfillRange,
  streamsKey,
  backfillsInScope,
  backfillGoal,
} from './athlete-sync-state.ts';
import type {
  ActivityStore,
  AthleteStore,
  PendingStreams,
  TimeRange,
  BackfillRequest,
} from './ports/ports.ts';
import type { KeptKinds, TaskStore } from './ports/task-ports.ts';
import { areDetailsThere } from './task-refresh.ts';

export interface StateRefreshDeps {
  readonly activities: ActivityStore;
  readonly athletes: AthleteStore;
  readonly reads: TaskStore;
  readonly kept: KeptKinds;
  readonly shouldFetchStreams: boolean;
}

const readAhead = 16;

/** Reads due streams ahead where none are left in memory. */
export async function refillDue(
  { activities, shouldFetchStreams }: StateRefreshDeps,
  work: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  if (!shouldFetchStreams || !isRefillNeeded(work, nowMs)) return;
  const wanted = ranges(work, nowMs);
  const due = await readDue(activities, work, wanted, nowMs);
  if (due.length === 0) for (const id of rested(work, nowMs)) work.weather.delete(streamsKey(id));
  const next = await soonestTry(activities, work.athleteId, wanted);
  work.nextTryAt = notBefore(next, nowMs);
}

/** A flight that lands meanwhile can make the answer stale: it says so by forgetting what is due. */
async function readDue(
  activities: ActivityStore,
  work: AthleteSyncState,
  wanted: readonly TimeRange[],
  nowMs: number,
): Promise<readonly PendingStreams[]> {
  for (;;) {
    const reading: readonly PendingStreams[] = [];
    work.due = reading;
    const due = await firstDue(activities, work, wanted, nowMs);
    if (work.due !== reading) continue;
    work.due = due;
    return due;
  }
}

function isRefillNeeded(work: AthleteSyncState, nowMs: number): boolean {
  if (work.due === undefined) return true;
  if (work.nextTryAt !== undefined && work.nextTryAt.getTime() <= nowMs) return true;
  return work.due.length === 0 && rested(work, nowMs).length > 0;
}

/** Activities that bad weather no longer keeps from being due; where they are not, they are settled. */
function rested({ weather, streamsInFlight }: AthleteSyncState, nowMs: number): readonly number[] {
  return [...weather].flatMap(([key, { untilMs }]) => {
    const id = activityOfKey(key);
    return id !== undefined && untilMs <= nowMs && !streamsInFlight.has(id) ? [id] : [];
  });
}

async function firstDue(
  activities: ActivityStore,
  work: AthleteSyncState,
  wanted: readonly TimeRange[],
  nowMs: number,
): Promise<readonly PendingStreams[]> {
  const resting = [...work.weather.keys()].flatMap((key) => {
    const id = activityOfKey(key);
    return id !== undefined && isResting(work, key, nowMs) ? [id] : [];
  });
  const exclude = [...work.streamsInFlight, ...activitiesInFlight(work), ...resting];
  const now = new Date(nowMs);
  for (const range of wanted) {
    const { athleteId } = work;
    const query = { athleteId, range, now, exclude, limit: readAhead };
    const due = await activities.pendingStreams(query);
    if (due.length > 0) return due;
  }
  return [];
}

/** Activities that are being read by themselves: the answer says whether streams are wanted, and which. */
function activitiesInFlight({ tasksInFlight }: AthleteSyncState): readonly number[] {
  return [...tasksInFlight].flatMap((key) => activityOfTask(key) ?? []);
}

async function soonestTry(
  activities: ActivityStore,
  athleteId: number,
  wanted: readonly TimeRange[],
): Promise<Date | undefined> {
  const tries: Date[] = [];
  for (const range of wanted) {
    const at = await activities.nextTryAt(athleteId, range);
    if (at) tries.push(at);
  }
  return tries.sort((one, other) => one.getTime() - other.getTime())[0];
}

/**
 * Takes over what other processes left since the last look: wishes, and a new login, which makes a full
 * reconcile due. Returns whether there was a wish.
 */
export async function pickUp(
  { athletes }: StateRefreshDeps,
  work: AthleteSyncState,
): Promise<boolean> {
  if (work.scope.kind === 'repair') return false;
  const { backfills, reconciledAt } = await athletes.load(work.athleteId);
  pickUpLogin(work, reconciledAt);
  const added = backfills.filter(({ id }) => !work.backfills.some((known) => known.id === id));
  if (added.length === 0) return false;
  work.backfills = [...work.backfills, ...added];
  work.due = undefined;
  work.isPollDue ||= added.some(({ until }) => until === undefined);
  return true;
}

/** What began before the login was read with the old grant. */
function pickUpLogin(work: AthleteSyncState, { full }: ReconciledAt): void {
  const known = work.reconciledAt.full;
  if (full === undefined || known === undefined || full >= known) return;
  work.reconciledAt = { ...work.reconciledAt, full };
  work.reconcile = undefined;
}

/** Ends the wishes whose period is listed and whose streams are all there or parked. */
export async function completeBackfills(
  deps: StateRefreshDeps,
  work: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  for (const backfill of backfillsInScope(work)) {
    if (!(await isComplete(deps, work, { backfill, nowMs }))) continue;
    await joinCoverage(deps, work, backfill);
    await deps.athletes.removeBackfill(work.athleteId, backfill.id);
    work.backfills = work.backfills.filter(({ id }) => id !== backfill.id);
  }
}

async function isComplete(
  deps: StateRefreshDeps,
  work: AthleteSyncState,
  { backfill, nowMs }: { backfill: BackfillRequest; nowMs: number },
): Promise<boolean> {
  if (work.isPollDue || work.isListInFlight) return false;
  if (nextListRequest(backfill.coverage, backfillGoal(backfill)) !== undefined) return false;
  const range = backfillRange(backfill);
  if (!(await areDetailsThere(deps, work, range))) return false;
  const { activities, shouldFetchStreams } = deps;
  if (!shouldFetchStreams) return true;
  const { athleteId } = work;
  if ((await activities.nextTryAt(athleteId, range)) !== undefined) return false;
  const now = new Date(nowMs);
  const query = { athleteId, range, now, exclude: [], limit: 1 };
  return (await activities.pendingStreams(query)).length === 0;
}

/** What a wish proved complete needs not be listed again by the standing backfill. */
async function joinCoverage(
  { athletes }: StateRefreshDeps,
  work: AthleteSyncState,
  backfill: BackfillRequest,
): Promise<void> {
  const [covered] = backfill.coverage.spans;
  if (covered === undefined) return;
  work.coverage = { ...work.coverage, spans: addSpan(work.coverage.spans, covered) };
  await athletes.saveCoverage(work.athleteId, work.coverage, { epoch: work.lease.epoch });
}

/**
 * Backfill requests during a run: picks up those that other processes left, moves them on, and
 * completes those whose period is all there.
 */
import type { PageOutcome } from '../domain/sync/list-coverage.ts';
import { rankOf } from '../domain/sync/fetch-task.ts';
import { afterPolledPage, joinCoverage, nextListRequest } from '../domain/sync/list-coverage.ts';
import type { ReconciledAt } from '../domain/sync/reconcile.ts';
import type { AthleteSyncState } from './athletes/athlete-sync-state.ts';
import {
  backfillRange,
  backfillsInScope,
  freshFrom,
  goalOf,
  listKey,
} from './athletes/athlete-sync-state.ts';
import type { AthleteState, AthleteStore, BackfillRequest } from './ports/athletes.ts';
import type { TaskRefreshDeps } from './tasks/task-refresh.ts';

export interface BackfillDeps extends TaskRefreshDeps {
  readonly athletes: AthleteStore;
}

/**
 * Picks up what other processes left since the last time: backfill requests, new logins, which make a full
 * reconcile due, webhook events, and requests for one activity. Each costs one query for all athletes. Returns for whom there was a
 * backfill request.
 */
export async function pickUp(
  { athletes, tasks }: Pick<BackfillDeps, 'athletes' | 'tasks'>,
  active: readonly AthleteSyncState[],
  nowMs: number,
): Promise<readonly number[]> {
  const listening = active.filter(
    ({ scope }) => scope.kind === 'default' || scope.kind === 'backfill',
  );
  if (listening.length === 0) return [];
  const byId = new Map(listening.map((athlete) => [athlete.athleteId, athlete]));
  const notified = await tasks.withDueEvents([...byId.keys()], new Date(nowMs));
  for (const athleteId of notified) pickUpEvent(byId.get(athleteId));
  const states = await athletes.withRequests([...byId.keys()]);
  return states.filter((state) => pickUpRequests(byId.get(state.athleteId), state)).map(idOf);
}

function idOf({ athleteId }: AthleteState): number {
  return athleteId;
}

/** One that is due or in flight is known. */
function pickUpEvent(athlete: AthleteSyncState | undefined): void {
  if (athlete?.tasks === undefined) return;
  const isKnown =
    athlete.tasks.some((task) => rankOf(task) === 'event') ||
    [...athlete.inFlight, ...athlete.backoffs.keys()].some((key) => key.startsWith('activity:'));
  if (!isKnown) athlete.tasks = undefined;
}

function pickUpRequests(
  athlete: AthleteSyncState | undefined,
  { backfills, reconciledAt }: AthleteState,
): boolean {
  if (athlete === undefined) return false;
  pickUpLogin(athlete, reconciledAt);
  const added = backfills.filter(({ id }) => !athlete.backfills.some((known) => known.id === id));
  if (added.length === 0) return false;
  athlete.backfills = [...athlete.backfills, ...added];
  athlete.tasks = undefined;
  athlete.isPollDue ||= added.some(({ until }) => until === undefined);
  return true;
}

/** A reconcile that began before the login was read with the old grant. */
function pickUpLogin(athlete: AthleteSyncState, { full }: ReconciledAt): void {
  const known = athlete.reconciledAt.full;
  if (full === undefined || known === undefined || full >= known) return;
  athlete.reconciledAt = { ...athlete.reconciledAt, full };
  athlete.reconcile = undefined;
}

/** Moves a backfill request on by a page that is stored. */
export async function advanceBackfill(
  { athletes }: Pick<BackfillDeps, 'athletes'>,
  athlete: AthleteSyncState,
  backfillId: string,
  page: PageOutcome,
): Promise<void> {
  const backfill = athlete.backfills.find(({ id }) => id === backfillId);
  if (backfill === undefined) return;
  const coverage = afterPolledPage(backfill.coverage, page, goalOf(backfill));
  const advanced = { ...backfill, coverage };
  athlete.backfills = athlete.backfills.map((other) =>
    other.id === backfillId ? advanced : other,
  );
  await athletes.saveBackfill(athlete.athleteId, advanced, athlete.lease.epoch);
}

/** Ends the backfill requests whose period is listed and whose activities are all there or parked. */
export async function completeBackfills(
  deps: BackfillDeps,
  athlete: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  for (const backfill of backfillsInScope(athlete)) {
    if (!(await isComplete(deps, athlete, backfill, nowMs))) continue;
    await saveJoined(deps, athlete, backfill);
    await deps.athletes.removeBackfill(athlete.athleteId, backfill.id);
    athlete.backfills = athlete.backfills.filter(({ id }) => id !== backfill.id);
  }
}

async function isComplete(
  { tasks, kept }: BackfillDeps,
  { athleteId, isPollDue, inFlight }: AthleteSyncState,
  backfill: BackfillRequest,
  nowMs: number,
): Promise<boolean> {
  if (isPollDue || inFlight.has(listKey)) return false;
  if (nextListRequest(backfill.coverage, goalOf(backfill)) !== undefined) return false;
  return tasks.isComplete({
    athleteId,
    ranges: [backfillRange(backfill)],
    now: new Date(nowMs),
    freshFrom: freshFrom(nowMs),
    exclude: new Set(),
    kept,
    eventBudgets: [],
  });
}

/** The default backfill does not list again what a backfill request proved complete. */
async function saveJoined(
  { athletes }: BackfillDeps,
  athlete: AthleteSyncState,
  { coverage }: BackfillRequest,
): Promise<void> {
  if (coverage.spans.length === 0) return;
  athlete.coverage = joinCoverage(athlete.coverage, coverage);
  await athletes.saveCoverage(athlete.athleteId, athlete.coverage, { epoch: athlete.lease.epoch });
}

/**
 * Brings a run's state of its athletes up to date. What other processes did is asked for once for all
 * athletes. Due tasks are read for one athlete after the other, and only once no poll can be sent, because
 * the polls of all athletes come before every task.
 */
import type { Logger } from 'pino';
import { LeaseLostError } from '../errors.ts';
import type { AthleteSyncState } from './athletes/athlete-sync-state.ts';
import { isBackfillGone, isBackingOff, listKey } from './athletes/athlete-sync-state.ts';
import type { BackfillDeps } from './backfills.ts';
import { completeBackfills, pickUp } from './backfills.ts';
import type { AthleteLeases } from './athletes/athlete-leases.ts';
import type { ActivityStore } from './ports/activities.ts';
import { recountPending } from './tasks/pending-count.ts';
import type { QuotaView } from './quota-view.ts';
import type { ReconcileDeps } from './reconcile.ts';
import { beginReconcile } from './reconcile.ts';
import { refreshTasks } from './tasks/task-refresh.ts';

export interface ObserveDeps extends BackfillDeps, Omit<ReconcileDeps, 'nowMs'> {
  readonly activities: ActivityStore;
  readonly quota: QuotaView;
  readonly log: Logger;
}

/** When an iteration takes place, and whether it reads what other processes did. */
export interface Iteration {
  readonly nowMs: number;
  readonly isPollDue: boolean;
}

/** So many athletes' tasks are read at the same time. */
const readsAtOnce = 8;
/** So many are read in an iteration that sends a poll, so that there is no gap after the last poll. */
const readsBesidePoll = 2;

/** Returns the athletes for whom something may be sent. */
export async function observe(
  deps: ObserveDeps,
  athleteLeases: AthleteLeases,
  iteration: Iteration,
): Promise<readonly AthleteSyncState[]> {
  const { nowMs, isPollDue } = iteration;
  if (isPollDue) {
    await deps.quota.refresh();
    await athleteLeases.releaseErasing();
    await athleteLeases.balance();
  }
  const active = athleteLeases.athletes.filter(isActive);
  if (isPollDue) {
    for (const athleteId of await pickUp(deps, active, nowMs))
      deps.log.info({ athlete: athleteId }, 'Picking up a backfill request of another process.');
  }
  for (const athlete of active)
    await unlessLost(deps, athlete, () => prepare(deps, athlete, nowMs));
  const stale = active.filter((athlete) => isActive(athlete) && isStale(athlete, nowMs));
  const hasPoll = active.some((athlete) => isActive(athlete) && canPoll(athlete, nowMs));
  await readAll(deps, hasPoll ? leastServed(stale) : stale, nowMs);
  for (const athlete of active) {
    if (athlete.backfills.length === 0 || !isActive(athlete)) continue;
    const isIdle = athlete.tasks?.length === 0 && athlete.inFlight.size === 0;
    if (isPollDue || isIdle)
      await unlessLost(deps, athlete, () => completeBackfills(deps, athlete, nowMs));
  }
  return active.filter((athlete) => isActive(athlete) && !isBackfillGone(athlete));
}

function isActive({ stoppedBy, isReleasing }: AthleteSyncState): boolean {
  return stoppedBy === undefined && !isReleasing;
}

/** Whether its state can be out of date. */
function isStale({ isSweepDue, tasks, nextTryAtMs }: AthleteSyncState, nowMs: number): boolean {
  return isSweepDue || tasks === undefined || nextTryAtMs <= nowMs;
}

function canPoll(athlete: AthleteSyncState, nowMs: number): boolean {
  const isListInFlight = athlete.inFlight.has(listKey) || isBackingOff(athlete, listKey, nowMs);
  return athlete.isPollDue && !isListInFlight;
}

/** Whose poll is done, for a poll makes what was read stale. */
function leastServed(stale: readonly AthleteSyncState[]): readonly AthleteSyncState[] {
  return stale.filter(({ isPollDue }) => !isPollDue).slice(0, readsBesidePoll);
}

async function prepare(deps: ObserveDeps, athlete: AthleteSyncState, nowMs: number): Promise<void> {
  if (athlete.lease.signal.aborted) await athlete.lease.assertHeld();
  await beginReconcile({ ...deps, nowMs: () => nowMs }, athlete);
}

async function readAll(
  deps: ObserveDeps,
  athletes: readonly AthleteSyncState[],
  nowMs: number,
): Promise<void> {
  for (let index = 0; index < athletes.length; index += readsAtOnce) {
    const reads = athletes
      .slice(index, index + readsAtOnce)
      .map((athlete) => unlessLost(deps, athlete, () => read(deps, athlete, nowMs)));
    await Promise.all(reads);
  }
}

async function read(deps: ObserveDeps, athlete: AthleteSyncState, nowMs: number): Promise<void> {
  await sweep(deps, athlete, nowMs);
  await refreshTasks(deps, athlete, nowMs);
  if (athlete.waitingStreams === undefined) await recountPending(deps, athlete, nowMs);
}

/** What is lost concerns one athlete. */
async function unlessLost(
  { log }: Pick<ObserveDeps, 'log'>,
  athlete: AthleteSyncState,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    log.warn({ athlete: athlete.athleteId, code: error.code }, error.message);
    athlete.stoppedBy = error;
  }
}

async function sweep(
  { deletions, log }: ObserveDeps,
  athlete: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  if (!athlete.isSweepDue) return;
  const { athleteId, lease } = athlete;
  const write = { athleteId, epoch: lease.epoch, at: new Date(nowMs) };
  const { activities, isMore } = await deletions.expire(write);
  athlete.isSweepDue = isMore;
  if (activities === 0) return;
  // Their tasks are not due any more.
  athlete.tasks = undefined;
  log.info({ athlete: athleteId, expired: activities }, 'Removed what the retention ends.');
}

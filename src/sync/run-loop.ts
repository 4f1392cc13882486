/**
 * Drives one run: brings the picture up to date, asks the planner for the request most worth making,
 * launches it or waits, and asks again until nothing is left to do.
 */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { maxConcurrency } from '../domain/sync/circuit.ts';
import type { PlanView, WaitReason, Work } from '../domain/sync/plan.ts';
import { plan } from '../domain/sync/plan.ts';
import type { Reserve } from '../domain/rate-limit/quota.ts';
import { noReserve, opensAt } from '../domain/rate-limit/quota.ts';
import type { ReconcileSettings } from '../domain/sync/reconcile.ts';
import { reserveFor } from '../domain/rate-limit/reserve.ts';
import { LeaseLostError, StravaRequestError, StravaUnavailableError } from '../errors.ts';
import type { AthleteSyncState } from './athlete-sync-state.ts';
import { isBackfillGone, viewOf } from './athlete-sync-state.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { AthleteLeases } from './athlete-leases.ts';
import type { Outcomes } from './outcomes.ts';
import { pickUp, completeBackfills, refillDue } from './state-refresh.ts';
import { refillTasks } from './task-refresh.ts';
import type { KeptKinds, TaskStore } from './ports/task-ports.ts';
import type { QuotaView } from './quota-view.ts';
import { beginReconcile } from './reconcile.ts';
import type { ActivityStore, AthleteStore } from './ports/ports.ts';
import { createPollInterval } from './poll-interval.ts';
import type { RunOptions } from './run-options.ts';
import type { RunStats } from './run-stats.ts';

export interface RunLoopDeps {
  readonly activities: ActivityStore;
  readonly athletes: AthleteStore;
  readonly reads: TaskStore;
  readonly kept: KeptKinds;
  readonly reconcile: ReconcileSettings;
  readonly quota: QuotaView;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly shouldFetchStreams: boolean;
  readonly maxInFlight: number;
  /** Milliseconds between two ticks of the schedule: what the reserve is made for. */
  readonly tickIntervalMs: number;
  /** How long to go on while Strava is away; Infinity in the daemon. */
  readonly deadlineMs: number;
}

/** One run under way. */
export interface Run {
  readonly deps: RunLoopDeps;
  readonly options: RunOptions;
  readonly athleteLeases: AthleteLeases;
  readonly dispatcher: Dispatcher;
  readonly outcomes: Outcomes;
  readonly stats: () => RunStats;
  /** A tick of the schedule came meanwhile. */
  isPollRequested: boolean;
  /** The same, and only who logged in meanwhile is wanted. */
  isJoinRequested: boolean;
}

const maxSleepMs = 5_000;

/** Returns when the quota opens, where an impatient run ends because of it. */
export async function runLoop(run: Run): Promise<number | undefined> {
  const { options, outcomes, deps } = run;
  const isPollDue = createPollInterval(deps);
  let clockSuspectSinceMs: number | undefined;
  while (!options.signal.aborted) {
    options.onIteration?.();
    outcomes.throwFatal();
    if (deps.quota.isClockSuspect() && !(await settleClock(run))) {
      clockSuspectSinceMs ??= deps.clock.monotonicMs();
      throwIfOver(deps, deps.clock.monotonicMs() - clockSuspectSinceMs);
      continue;
    }
    clockSuspectSinceMs = undefined;
    if (run.isPollRequested || run.isJoinRequested) await pollAgain(run);
    // One instant for the whole turn: what rests in the picture must not be over for the planner.
    const nowMs = deps.quota.nowMs();
    const active = await observe(run, { nowMs, isPollDue: isPollDue() });
    const view = planView(run, active, nowMs);
    const next = plan(view);
    if (next.kind === 'done') {
      if (run.isPollRequested || run.isJoinRequested || isOutOfDate(run, active)) continue;
      return undefined;
    }
    if (next.kind === 'request') {
      launch(run, active, next.work);
      continue;
    }
    if (next.reason === 'quota' && options.failOnQuota && view.inFlight === 0) return next.untilMs;
    await wait(run, next);
  }
  return undefined;
}

/** Without Strava's time no window can be told from the next: returns false until it is known. */
async function settleClock({ deps, options }: Run): Promise<boolean> {
  try {
    await deps.quota.checkTime(options.signal);
    return true;
  } catch (error) {
    if (!(error instanceof StravaRequestError)) throw error;
    await deps.clock.sleep(maxSleepMs, options.signal);
    return false;
  }
}

async function pollAgain(run: Run): Promise<void> {
  const isPollWanted = run.isPollRequested;
  run.isPollRequested = false;
  run.isJoinRequested = false;
  await run.athleteLeases.acquire();
  if (!isPollWanted) return;
  for (const work of run.athleteLeases.works) {
    work.isPollDue = true;
    work.isSweepDue = true;
    work.reads = undefined;
  }
}

/** When a turn looks, and whether at what other processes do. */
interface Iteration {
  readonly nowMs: number;
  readonly isPollDue: boolean;
}

async function observe(
  { deps, athleteLeases }: Run,
  turn: Iteration,
): Promise<readonly AthleteSyncState[]> {
  if (turn.isPollDue) {
    await deps.quota.refresh();
    await athleteLeases.releaseErasing();
  }
  for (const work of athleteLeases.works.filter(isActive)) {
    await observeOne(deps, work, turn);
  }
  return athleteLeases.works.filter((work) => isActive(work) && !isBackfillGone(work));
}

/** A flight landed since the picture was brought up to date, or the retention has more to remove. */
function isOutOfDate({ deps }: Run, active: readonly AthleteSyncState[]): boolean {
  return active.some(
    ({ due, reads, isSweepDue }) =>
      isSweepDue || reads === undefined || (deps.shouldFetchStreams && due === undefined),
  );
}

async function observeOne(
  deps: RunLoopDeps,
  work: AthleteSyncState,
  { nowMs, isPollDue }: Iteration,
): Promise<void> {
  try {
    if (work.lease.signal.aborted) await work.lease.assertHeld();
    const isNew = isPollDue && (await pickUp(deps, work));
    if (isNew) deps.log.info({ athlete: work.athleteId }, 'Taking over a wish of another process.');
    await sweep(deps, work, nowMs);
    await beginReconcile({ ...deps, nowMs: () => nowMs }, work);
    await refillDue(deps, work, nowMs);
    await refillTasks(deps, work, nowMs);
    const isIdle = work.due?.length === 0 && work.streamsInFlight.size === 0;
    if (isPollDue || isIdle) await completeBackfills(deps, work, nowMs);
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    deps.log.warn({ athlete: work.athleteId, code: error.code }, error.message);
    work.stoppedBy = error;
  }
}

async function sweep(
  { reads, log }: RunLoopDeps,
  work: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  if (!work.isSweepDue) return;
  const { athleteId, lease } = work;
  const write = { athleteId, epoch: lease.epoch, at: new Date(nowMs) };
  const { activities, isMore } = await reads.expire(write);
  work.isSweepDue = isMore;
  if (activities === 0) return;
  // What was due of them is not any more.
  work.due = undefined;
  work.reads = undefined;
  log.info({ athlete: athleteId, expired: activities }, 'Removed what the retention ends.');
}

function isActive({ stoppedBy }: AthleteSyncState): boolean {
  return stoppedBy === undefined;
}

function planView(run: Run, active: readonly AthleteSyncState[], nowMs: number): PlanView {
  const { deps, dispatcher, outcomes } = run;
  const { quota, maxInFlight } = deps;
  const circuit = outcomes.circuit();
  const state = quota.known();
  return {
    nowMs,
    athletes: active.map((work) => viewOf(work, nowMs)),
    inFlight: dispatcher.count(),
    maxInFlight: maxConcurrency(circuit, maxInFlight),
    pausedUntilMs: circuit.closedUntilMs,
    freshOpensAtMs: opensAt(state, nowMs, quota.settings, noReserve),
    oldOpensAtMs: opensAt(state, nowMs, quota.settings, reserveOf(run)),
  };
}

function reserveOf({ deps: { quota, tickIntervalMs }, athleteLeases }: Run): Reserve {
  const nowMs = quota.nowMs();
  const athleteCount = athleteLeases.everyone();
  return reserveFor(quota.known(), quota.settings, { athleteCount, tickIntervalMs, nowMs });
}

function launch(run: Run, active: readonly AthleteSyncState[], chosen: Work): void {
  const work = active.find(({ athleteId }) => athleteId === chosen.athleteId);
  if (work === undefined) return;
  run.dispatcher.launch(work, chosen, chosen.isFresh ? noReserve : reserveOf(run));
}

async function wait(
  { deps, options, dispatcher, outcomes, athleteLeases }: Run,
  { reason, untilMs }: { reason: WaitReason; untilMs: number },
): Promise<void> {
  const { clock, quota } = deps;
  throwIfAwayTooLong(deps, outcomes);
  const left = leftOf(athleteLeases.works);
  const isShown = reason !== 'inFlight' && !options.failOnQuota;
  if (isShown) options.reporter.waiting({ reason, untilMs, left });
  const maxMs = Math.min(maxSleepMs, quota.settings.shortWindowMs / 50);
  const sleepMs = Math.min(maxMs, untilMs - quota.nowMs());
  await dispatcher.wakeOr((signal) => clock.sleep(Math.max(1, sleepMs), signal));
}

function throwIfAwayTooLong(deps: RunLoopDeps, outcomes: Outcomes): void {
  const { quota } = deps;
  const { failingSinceMs } = outcomes.circuit();
  if (failingSinceMs === undefined) return;
  throwIfOver(deps, quota.nowMs() - failingSinceMs, outcomes.lastTransientError());
}

function throwIfOver({ deadlineMs }: RunLoopDeps, awayMs: number, cause?: Error): void {
  if (awayMs < deadlineMs) return;
  throw new StravaUnavailableError(
    'Strava has not answered for ten minutes. Run the command again later; nothing is lost.',
    { cause },
  );
}

/** How many streams are still to be fetched. */
export function leftOf(works: readonly AthleteSyncState[]): number {
  return works.reduce((sum, { pendingCount }) => sum + pendingCount, 0);
}

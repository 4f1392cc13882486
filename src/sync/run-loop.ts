/**
 * The loop of one run: brings the state of its athletes up to date, lets the planner choose the
 * request most worth making, sends it or waits, and starts over until nothing is left to do.
 */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { maxConcurrency } from '../domain/sync/circuit.ts';
import type { PlanView, WaitReason, Work } from '../domain/sync/plan.ts';
import { plan } from '../domain/sync/plan.ts';
import { noReserve, opensAt } from '../domain/rate-limit/quota.ts';
import type { ReconcileSettings } from '../domain/sync/reconcile.ts';
import { StravaUnavailableError } from '../errors.ts';
import { StravaRejectedError, StravaRequestError } from '../strava-errors.ts';
import type { AthleteSyncState } from './athletes/athlete-sync-state.ts';
import { isListKnown, viewOf } from './athletes/athlete-sync-state.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { AthleteLeases } from './athletes/athlete-leases.ts';
import type { Outcomes } from './outcomes.ts';
import { observe } from './observe.ts';
import { pendingCountOf } from './tasks/pending-count.ts';
import type { PhotoFiles } from './photo-files.ts';
import type { ActivityStore } from './ports/activities.ts';
import type { AthleteStore } from './ports/athletes.ts';
import type { DeletionStore } from './ports/deletions.ts';
import type { KeptKinds, TaskStore } from './ports/tasks.ts';
import type { QuotaView } from './quota-view.ts';
import { createPollInterval } from './poll-interval.ts';
import type { PollDeps, PollMemory, Polls } from './polls.ts';
import type { Backlog, RunOptions } from './run-options.ts';
import type { RunStats } from './run-stats.ts';

export interface RunLoopDeps extends Omit<PollDeps, keyof PollMemory> {
  readonly activities: ActivityStore;
  readonly athletes: AthleteStore;
  readonly tasks: TaskStore;
  readonly deletions: DeletionStore;
  readonly kept: KeptKinds;
  readonly reconcile: ReconcileSettings;
  readonly quota: QuotaView;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly maxInFlight: number;
  /** How long to keep trying while Strava is down; Infinity in the daemon. */
  readonly deadlineMs: number;
}

/** One run under way. */
export interface Run {
  readonly deps: RunLoopDeps;
  readonly options: RunOptions;
  readonly athleteLeases: AthleteLeases;
  readonly dispatcher: Dispatcher;
  readonly outcomes: Outcomes;
  readonly polls: Polls;
  readonly photoFiles: PhotoFiles;
  readonly stats: () => RunStats;
  /** A tick of the schedule came meanwhile. */
  isPollRequested: boolean;
}

const maxSleepMs = 5_000;

/** Returns when the quota opens, where a run with `failOnQuota` ends because of it. */
export async function runLoop(run: Run): Promise<number | undefined> {
  const { options, outcomes, deps } = run;
  const isPollDue = createPollInterval(deps);
  let clockSuspectSinceMs: number | undefined;
  let clockError: StravaRequestError | undefined;
  while (!options.signal.aborted) {
    options.onIteration?.();
    outcomes.throwFatal();
    clockError = deps.quota.isClockSuspect() ? await settleClock(run, clockError) : undefined;
    if (clockError !== undefined) {
      clockSuspectSinceMs ??= deps.clock.monotonicMs();
      throwIfOver(deps, deps.clock.monotonicMs() - clockSuspectSinceMs, clockError);
      continue;
    }
    clockSuspectSinceMs = undefined;
    if (run.isPollRequested) await pollAgain(run);
    await run.polls.keepUp();
    // One instant for the whole iteration: what backs off in the state must not be over for the planner.
    const nowMs = deps.quota.nowMs();
    const active = await observe(deps, run.athleteLeases, { nowMs, isPollDue: isPollDue() });
    run.photoFiles.start();
    const view = planView(run, active, nowMs);
    const next = plan(view);
    if (next.kind === 'done') {
      if (run.isPollRequested || isOutOfDate(active)) continue;
      const againAtMs = run.polls.againAtMs();
      const isLast = againAtMs === Number.POSITIVE_INFINITY;
      const isIdle = !run.athleteLeases.isShort() && !run.photoFiles.isBusy();
      if (isLast && isIdle) return undefined;
      await wait(run, { reason: isLast ? 'inFlight' : 'quota', untilMs: againAtMs });
      continue;
    }
    if (next.kind === 'request') {
      send(run, active, next.work);
      continue;
    }
    if (next.reason === 'quota' && options.failOnQuota && view.inFlight === 0) return next.untilMs;
    await wait(run, next);
  }
  return undefined;
}

/** Without Strava's time one window cannot be told from the next: returns why it is still unknown. */
async function settleClock(
  { deps, options }: Run,
  earlier: StravaRequestError | undefined,
): Promise<StravaRequestError | undefined> {
  try {
    await deps.quota.checkTime(options.signal);
    return undefined;
  } catch (error) {
    if (!(error instanceof StravaRequestError) || error instanceof StravaRejectedError) throw error;
    if (earlier === undefined)
      deps.log.warn({ code: error.code }, `${error.message} Trying again.`);
    await deps.clock.sleep(maxSleepMs, options.signal);
    return error;
  }
}

async function pollAgain(run: Run): Promise<void> {
  run.isPollRequested = false;
  await run.athleteLeases.acquire();
  await run.polls.mark();
  for (const athlete of run.athleteLeases.athletes) {
    athlete.isSweepDue = true;
    athlete.arePhotosDue = true;
    athlete.tasks = undefined;
  }
}

/** A request settled since the state was brought up to date, or the retention has more to remove. */
function isOutOfDate(active: readonly AthleteSyncState[]): boolean {
  return active.some(({ tasks, isSweepDue }) => isSweepDue || tasks === undefined);
}

function planView(run: Run, active: readonly AthleteSyncState[], nowMs: number): PlanView {
  const { deps, dispatcher, outcomes } = run;
  const { quota, maxInFlight } = deps;
  const circuit = outcomes.circuit();
  const state = quota.known();
  return {
    nowMs,
    athletes: active.map((athlete) => viewOf(athlete, nowMs)),
    inFlight: dispatcher.count(),
    maxInFlight: maxConcurrency(circuit, maxInFlight),
    pausedUntilMs: circuit.closedUntilMs,
    freshOpensAtMs: opensAt(state, nowMs, quota.settings, noReserve),
    oldOpensAtMs: opensAt(state, nowMs, quota.settings, run.polls.reserve()),
  };
}

function send(run: Run, active: readonly AthleteSyncState[], work: Work): void {
  const athlete = active.find(({ athleteId }) => athleteId === work.athleteId);
  if (athlete === undefined) return;
  run.dispatcher.send({ athlete, work }, work.isFresh ? noReserve : run.polls.reserve());
}

async function wait(
  { deps, options, dispatcher, outcomes, athleteLeases }: Run,
  { reason, untilMs }: { reason: WaitReason; untilMs: number },
): Promise<void> {
  const { clock, quota } = deps;
  throwIfDownTooLong(deps, outcomes);
  const isShown = reason !== 'inFlight' && !options.failOnQuota;
  if (isShown) {
    const backlog = backlogOf(athleteLeases.athletes);
    options.reporter.waiting({ reason, untilMs, ...backlog });
  }
  const maxMs = Math.min(maxSleepMs, quota.settings.shortWindowMs / 50);
  const sleepMs = Math.min(maxMs, untilMs - quota.nowMs());
  await dispatcher.wakeOr((signal) => clock.sleep(Math.max(1, sleepMs), signal));
}

function throwIfDownTooLong(deps: RunLoopDeps, outcomes: Outcomes): void {
  const { quota } = deps;
  const { failingSinceMs } = outcomes.circuit();
  if (failingSinceMs === undefined) return;
  throwIfOver(deps, quota.nowMs() - failingSinceMs, outcomes.lastTransientError());
}

function throwIfOver({ deadlineMs }: RunLoopDeps, downMs: number, cause?: Error): void {
  if (downMs < deadlineMs) return;
  const reason = cause === undefined ? '' : ` The last failure: ${cause.message}`;
  throw new StravaUnavailableError(
    `Strava has sent no usable response for ten minutes.${reason} Run the command again later; nothing is lost.`,
    { cause },
  );
}

/** What is left to do for the athletes. */
export function backlogOf(athletes: readonly AthleteSyncState[]): Backlog {
  return {
    left: athletes.reduce((sum, athlete) => sum + pendingCountOf(athlete), 0),
    isListKnown: athletes.every(isListKnown),
  };
}

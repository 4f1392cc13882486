/**
 * Drives one run: brings the picture up to date, asks the planner for the request most worth making,
 * launches it or waits, and asks again until nothing is left to do.
 */
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { allowedFlights } from '../domain/sync/circuit.ts';
import type { PlanView, WaitReason, Work } from '../domain/sync/plan.ts';
import { plan } from '../domain/sync/plan.ts';
import type { Reserve } from '../domain/rate-limit/quota.ts';
import { noReserve, opensAt } from '../domain/rate-limit/quota.ts';
import type { ReconcileSettings } from '../domain/sync/reconcile.ts';
import { reserveFor } from '../domain/rate-limit/reserve.ts';
import { LeaseLostError, StravaRequestError, StravaUnavailableError } from '../errors.ts';
import type { AthleteWork } from './athlete-sync-state.ts';
import { isWishGone, viewOf } from './athlete-sync-state.ts';
import type { Flights } from './dispatcher.ts';
import type { Holdings } from './athlete-leases.ts';
import type { Judgement } from './outcomes.ts';
import { adopt, grantWishes, refillDue } from './state-refresh.ts';
import { refillReads } from './task-refresh.ts';
import type { KeptKinds, ReadStore } from './ports/task-ports.ts';
import type { QuotaView } from './quota-view.ts';
import { beginReconcile } from './reconcile.ts';
import type { ActivityStore, AthleteStore } from './ports/ports.ts';
import { createPace } from './poll-interval.ts';
import type { RunOptions } from './run-options.ts';
import type { Tally } from './run-stats.ts';

export interface DriveDeps {
  readonly activities: ActivityStore;
  readonly athletes: AthleteStore;
  readonly reads: ReadStore;
  readonly kept: KeptKinds;
  readonly reconcile: ReconcileSettings;
  readonly quota: QuotaView;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly shouldFetchStreams: boolean;
  readonly mostInFlight: number;
  /** Milliseconds between two ticks of the schedule: what the reserve is made for. */
  readonly tickIntervalMs: number;
  /** How long to go on while Strava is away; Infinity in the daemon. */
  readonly patienceMs: number;
}

/** One run under way. */
export interface Run {
  readonly deps: DriveDeps;
  readonly options: RunOptions;
  readonly holdings: Holdings;
  readonly flights: Flights;
  readonly judgement: Judgement;
  readonly tally: () => Tally;
  /** A tick of the schedule came meanwhile. */
  isLookAsked: boolean;
  /** The same, and only who logged in meanwhile is wanted. */
  isJoinAsked: boolean;
}

const longestSleepMs = 5_000;

/** Returns when the quota opens, where an impatient run ends because of it. */
export async function drive(run: Run): Promise<number | undefined> {
  const { options, judgement, deps } = run;
  const isPollDue = createPace(deps);
  let untoldSinceMs: number | undefined;
  while (!options.signal.aborted) {
    options.onTurn?.();
    judgement.throwFatal();
    if (deps.quota.isClockSuspect() && !(await settleClock(run))) {
      untoldSinceMs ??= deps.clock.monotonicMs();
      throwIfOver(deps, deps.clock.monotonicMs() - untoldSinceMs);
      continue;
    }
    untoldSinceMs = undefined;
    if (run.isLookAsked || run.isJoinAsked) await lookAgain(run);
    // One instant for the whole turn: what rests in the picture must not be over for the planner.
    const nowMs = deps.quota.nowMs();
    const active = await observe(run, { nowMs, isPollDue: isPollDue() });
    const view = planView(run, active, nowMs);
    const next = plan(view);
    if (next.kind === 'done') {
      if (run.isLookAsked || run.isJoinAsked || isOutOfDate(run, active)) continue;
      return undefined;
    }
    if (next.kind === 'request') {
      launch(run, active, next.work);
      continue;
    }
    if (next.reason === 'quota' && options.isImpatient && view.inFlight === 0) return next.untilMs;
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
    await deps.clock.sleep(longestSleepMs, options.signal);
    return false;
  }
}

async function lookAgain(run: Run): Promise<void> {
  const isLookWanted = run.isLookAsked;
  run.isLookAsked = false;
  run.isJoinAsked = false;
  await run.holdings.enlist();
  if (!isLookWanted) return;
  for (const work of run.holdings.works) {
    work.isLookDue = true;
    work.isSweepDue = true;
    work.reads = undefined;
  }
}

/** When a turn looks, and whether at what other processes do. */
interface Turn {
  readonly nowMs: number;
  readonly isPollDue: boolean;
}

async function observe({ deps, holdings }: Run, turn: Turn): Promise<readonly AthleteWork[]> {
  if (turn.isPollDue) {
    await deps.quota.refresh();
    await holdings.letLeave();
  }
  for (const work of holdings.works.filter(isActive)) {
    await observeOne(deps, work, turn);
  }
  return holdings.works.filter((work) => isActive(work) && !isWishGone(work));
}

/** A flight landed since the picture was brought up to date, or the retention has more to remove. */
function isOutOfDate({ deps }: Run, active: readonly AthleteWork[]): boolean {
  return active.some(
    ({ due, reads, isSweepDue }) =>
      isSweepDue || reads === undefined || (deps.shouldFetchStreams && due === undefined),
  );
}

async function observeOne(
  deps: DriveDeps,
  work: AthleteWork,
  { nowMs, isPollDue }: Turn,
): Promise<void> {
  try {
    if (work.lease.signal.aborted) await work.lease.assertHeld();
    const isNew = isPollDue && (await adopt(deps, work));
    if (isNew) deps.log.info({ athlete: work.athleteId }, 'Taking over a wish of another process.');
    await sweep(deps, work, nowMs);
    await beginReconcile({ ...deps, nowMs: () => nowMs }, work);
    await refillDue(deps, work, nowMs);
    await refillReads(deps, work, nowMs);
    const isIdle = work.due?.length === 0 && work.streamsInFlight.size === 0;
    if (isPollDue || isIdle) await grantWishes(deps, work, nowMs);
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    deps.log.warn({ athlete: work.athleteId, code: error.code }, error.message);
    work.stoppedBy = error;
  }
}

async function sweep({ reads, log }: DriveDeps, work: AthleteWork, nowMs: number): Promise<void> {
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

function isActive({ stoppedBy }: AthleteWork): boolean {
  return stoppedBy === undefined;
}

function planView(run: Run, active: readonly AthleteWork[], nowMs: number): PlanView {
  const { deps, flights, judgement } = run;
  const { quota, mostInFlight } = deps;
  const circuit = judgement.circuit();
  const state = quota.known();
  return {
    nowMs,
    athletes: active.map((work) => viewOf(work, nowMs)),
    inFlight: flights.count(),
    mostInFlight: allowedFlights(circuit, mostInFlight),
    pausedUntilMs: circuit.closedUntilMs,
    freshOpensAtMs: opensAt(state, nowMs, quota.settings, noReserve),
    oldOpensAtMs: opensAt(state, nowMs, quota.settings, reserveOf(run)),
  };
}

function reserveOf({ deps: { quota, tickIntervalMs }, holdings }: Run): Reserve {
  const nowMs = quota.nowMs();
  const athleteCount = holdings.everyone();
  return reserveFor(quota.known(), quota.settings, { athleteCount, tickIntervalMs, nowMs });
}

function launch(run: Run, active: readonly AthleteWork[], chosen: Work): void {
  const work = active.find(({ athleteId }) => athleteId === chosen.athleteId);
  if (work === undefined) return;
  run.flights.launch(work, chosen, chosen.isFresh ? noReserve : reserveOf(run));
}

async function wait(
  { deps, options, flights, judgement, holdings }: Run,
  { reason, untilMs }: { reason: WaitReason; untilMs: number },
): Promise<void> {
  const { clock, quota } = deps;
  throwIfAwayTooLong(deps, judgement);
  const left = leftOf(holdings.works);
  const isShown = reason !== 'flight' && !options.isImpatient;
  if (isShown) options.reporter.waiting({ reason, untilMs, left });
  const longestMs = Math.min(longestSleepMs, quota.settings.shortWindowMs / 50);
  const sleepMs = Math.min(longestMs, untilMs - quota.nowMs());
  await flights.wakeOr((signal) => clock.sleep(Math.max(1, sleepMs), signal));
}

function throwIfAwayTooLong(deps: DriveDeps, judgement: Judgement): void {
  const { quota } = deps;
  const { failingSinceMs } = judgement.circuit();
  if (failingSinceMs === undefined) return;
  throwIfOver(deps, quota.nowMs() - failingSinceMs, judgement.lastWeather());
}

function throwIfOver({ patienceMs }: DriveDeps, awayMs: number, cause?: Error): void {
  if (awayMs < patienceMs) return;
  throw new StravaUnavailableError(
    'Strava has not answered for ten minutes. Run the command again later; nothing is lost.',
    { cause },
  );
}

/** How many streams are still to be fetched. */
export function leftOf(works: readonly AthleteWork[]): number {
  return works.reduce((sum, { pendingCount }) => sum + pendingCount, 0);
}

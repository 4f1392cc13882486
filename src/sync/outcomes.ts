/**
 * What follows from how a request ended: the circuit, the tally, who rests for a while, who is given
 * up for this run, and what ends the run.
 */
import type { Logger } from 'pino';
import type { Circuit } from '../domain/sync/circuit.ts';
import { afterFailure, afterSuccess, closedCircuit } from '../domain/sync/circuit.ts';
import type { Work } from '../domain/sync/plan.ts';
import { taskKey } from '../domain/sync/fetch-task.ts';
import type { DomestiqueError } from '../errors.ts';
import {
  AccessTokenRejectedError,
  AuthorizationNeededError,
  LeaseLostError,
  QuotaSpentError,
  RateLimitedError,
  ScopeMissingError,
  StravaRequestError,
} from '../errors.ts';
import type { AthleteSyncState } from './athlete-sync-state.ts';
import { listKey, streamsKey } from './athlete-sync-state.ts';
import type { PageResult, PendingStreams } from './ports/ports.ts';
import type { TaskOutcome } from './tasks.ts';
import { countTaskFailure } from './tasks.ts';
import type { RequestDeps, StreamsResult } from './pages.ts';
import { countFailure } from './pages.ts';
import type { FailedTask } from './task-backoff.ts';
import { createTaskBackoffs } from './task-backoff.ts';
import type { RunStats } from './run-stats.ts';
import { addPage, addTask, emptyStats } from './run-stats.ts';

/** One piece of work under way. */
export interface RequestInFlight {
  readonly work: AthleteSyncState;
  readonly chosen: Work;
  /** The activity, where streams are asked for. */
  readonly pending: PendingStreams | undefined;
}

export interface Outcomes {
  readonly circuit: () => Circuit;
  readonly stats: () => RunStats;
  readonly lastTransientError: () => Error | undefined;
  /** @throws what ended a request and concerns the whole run. */
  readonly throwFatal: () => void;
  readonly pageStored: (inFlight: RequestInFlight, page: PageResult) => void;
  readonly streamsSettled: (inFlight: RequestInFlight, result: StreamsResult) => void;
  readonly readSettled: (inFlight: RequestInFlight, outcome: TaskOutcome) => void;
  readonly failed: (inFlight: RequestInFlight, error: unknown) => Promise<void>;
  /** What concerns the whole run. */
  readonly broke: (error: unknown) => void;
}

export function createOutcomes(deps: RequestDeps & { readonly log: Logger }): Outcomes {
  let circuit = closedCircuit;
  let stats = emptyStats;
  let fatal: { readonly error: unknown } | undefined;
  let weather: Error | undefined;

  const broke = (error: unknown): void => {
    fatal ??= { error };
  };

  const taskBackoffs = createTaskBackoffs(deps);
  const succeeded = (inFlight: RequestInFlight): void => {
    taskBackoffs.succeeded(failedTaskOf(deps, inFlight));
    circuit = afterSuccess();
  };

  /** Only an activity's first failure may be Strava's: several of them in a row are an outage. */
  const rejected = ({ work, chosen, pending }: RequestInFlight): void => {
    work.weather.delete(keyOf(chosen));
    const tries = chosen.kind === 'read' ? chosen.read.tries : pending?.tries;
    if (tries === 0) circuit = afterFailure(circuit, deps.nowMs(), deps.random());
  };

  const failTransiently = async (inFlight: RequestInFlight, error: StravaRequestError) => {
    weather = error;
    stats = { ...stats, failures: stats.failures + 1 };
    deps.log.debug({ athlete: inFlight.work.athleteId, code: error.code }, error.message);
    circuit = afterFailure(circuit, deps.nowMs(), deps.random());
    const result = await taskBackoffs.hit(failedTaskOf(deps, inFlight), error);
    stats = addParked(stats, result);
  };

  return {
    circuit: () => circuit,
    stats: () => stats,
    lastTransientError: () => weather,
    throwFatal: () => {
      if (fatal !== undefined) throw fatal.error;
    },
    pageStored: (inFlight, page) => {
      succeeded(inFlight);
      stats = addPage(stats, page);
      if (page.added + page.changed > 0) forgetDue(inFlight.work);
    },
    streamsSettled: (inFlight, result) => {
      if (isFailure(result)) rejected(inFlight);
      else succeeded(inFlight);
      stats = addStreams(stats, inFlight.work, result);
    },
    readSettled: (inFlight, outcome) => {
      if (isRejection(outcome)) rejected(inFlight);
      else succeeded(inFlight);
      forgetAfterRead(inFlight.work, outcome);
      stats = addTask(stats, outcome);
    },
    failed: async (inFlight, error) => {
      // It was taken out of what is due when it left, and is due again.
      if (isQuotas(error)) forgetDue(inFlight.work);
      else if (isAthletes(error)) stopWork(deps.log, inFlight.work, error);
      else if (error instanceof StravaRequestError) await failTransiently(inFlight, error);
      else broke(error);
    },
    broke,
  };
}

/** All that is in flight fails for the same reason: it is said once. */
function stopWork(log: Logger, work: AthleteSyncState, error: DomestiqueError): void {
  if (work.stoppedBy === undefined)
    log.warn({ athlete: work.athleteId, code: error.code }, error.message);
  work.stoppedBy = error;
}

function isRejection({ kind }: TaskOutcome): boolean {
  return kind === 'failed' || kind === 'parked';
}

/** What is read ahead stands, unless more than this read changed. */
function forgetAfterRead(work: AthleteSyncState, { kind, page }: TaskOutcome): void {
  const isChanged = page !== undefined && page.added + page.changed > 0;
  if (isChanged) work.due = undefined;
  if (isChanged || kind !== 'stored') work.reads = undefined;
}

function forgetDue(work: AthleteSyncState): void {
  work.due = undefined;
  work.reads = undefined;
}

function keyOf(chosen: Work): string {
  if (chosen.kind === 'streams') return streamsKey(chosen.activityId);
  return chosen.kind === 'read' ? taskKey(chosen.read) : listKey;
}

function isQuotas(error: unknown): boolean {
  return error instanceof QuotaSpentError || error instanceof RateLimitedError;
}

/** What concerns one athlete and not the others. */
export function isAthletes(error: unknown): error is DomestiqueError {
  return (
    error instanceof AuthorizationNeededError ||
    error instanceof AccessTokenRejectedError ||
    error instanceof ScopeMissingError ||
    error instanceof LeaseLostError
  );
}

function failedTaskOf(deps: RequestDeps, { work, chosen, pending }: RequestInFlight): FailedTask {
  const key = keyOf(chosen);
  const { athleteId, lease } = work;
  const writeNow = () => ({ athleteId, epoch: lease.epoch, at: new Date(deps.nowMs()) });
  if (pending !== undefined) {
    return {
      work,
      key,
      count: (message) => countFailure(deps, { ...writeNow(), pending }, message),
    };
  }
  if (chosen.kind !== 'read') return { work, key };
  const count = async (message: string): Promise<'failed' | 'parked'> =>
    (await countTaskFailure(deps, writeNow(), chosen.read, message)).kind;
  return { work, key, count };
}

function isFailure(result: StreamsResult): boolean {
  return result === 'failed' || result === 'parked';
}

function addStreams(stats: RunStats, work: AthleteSyncState, result: StreamsResult): RunStats {
  if (isFailure(result)) {
    work.due = undefined;
    const { failures, streamsFailed } = stats;
    const failed = { failures: failures + 1, streamsFailed: streamsFailed + 1 };
    return addParked({ ...stats, ...failed }, result);
  }
  work.pendingCount = Math.max(0, work.pendingCount - 1);
  if (result === 'stored') return { ...stats, streamsStored: stats.streamsStored + 1 };
  return result === 'none' ? { ...stats, withoutStreams: stats.withoutStreams + 1 } : stats;
}

function addParked(stats: RunStats, result: StreamsResult | undefined): RunStats {
  return result === 'parked' ? { ...stats, parked: stats.parked + 1 } : stats;
}

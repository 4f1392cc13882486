/**
 * What follows from how a request ended: the circuit, the tally, who rests for a while, who is given
 * up for this run, and what ends the run.
 */
import type { Logger } from 'pino';
import type { Circuit } from '../domain/sync/circuit.ts';
import { afterFailure, afterSuccess, closedCircuit } from '../domain/sync/circuit.ts';
import type { Work } from '../domain/sync/plan.ts';
import { keyOfRead } from '../domain/sync/fetch-task.ts';
import type { DomestiqueError } from '../errors.ts';
import {
  AccessTokenRefusedError,
  AuthorizationNeededError,
  LeaseLostError,
  QuotaSpentError,
  RateLimitedError,
  ScopeMissingError,
  StravaRequestError,
} from '../errors.ts';
import type { AthleteWork } from './athlete-sync-state.ts';
import { listKey, streamsKey } from './athlete-sync-state.ts';
import type { PageResult, PendingStreams } from './ports/ports.ts';
import type { ReadOutcome } from './tasks.ts';
import { countReadFailure } from './tasks.ts';
import type { RequestDeps, StreamsResult } from './pages.ts';
import { countFailure } from './pages.ts';
import type { Sufferer } from './task-backoff.ts';
import { createStorms } from './task-backoff.ts';
import type { Tally } from './run-stats.ts';
import { addPage, addRead, emptyTally } from './run-stats.ts';

/** One piece of work under way. */
export interface Flight {
  readonly work: AthleteWork;
  readonly chosen: Work;
  /** The activity, where streams are asked for. */
  readonly pending: PendingStreams | undefined;
}

export interface Judgement {
  readonly circuit: () => Circuit;
  readonly tally: () => Tally;
  readonly lastWeather: () => Error | undefined;
  /** @throws what ended a request and concerns the whole run. */
  readonly throwFatal: () => void;
  readonly pageStored: (flight: Flight, page: PageResult) => void;
  readonly streamsSettled: (flight: Flight, result: StreamsResult) => void;
  readonly readSettled: (flight: Flight, outcome: ReadOutcome) => void;
  readonly failed: (flight: Flight, error: unknown) => Promise<void>;
  /** What concerns the whole run. */
  readonly broke: (error: unknown) => void;
}

export function createJudgement(deps: RequestDeps & { readonly log: Logger }): Judgement {
  let circuit = closedCircuit;
  let tally = emptyTally;
  let fatal: { readonly error: unknown } | undefined;
  let weather: Error | undefined;

  const broke = (error: unknown): void => {
    fatal ??= { error };
  };

  const storms = createStorms(deps);

  const succeeded = (flight: Flight): void => {
    storms.succeeded(suffererOf(deps, flight));
    circuit = afterSuccess();
  };

  /** Only an activity's first failure may be Strava's: several of them in a row are an outage. */
  const refused = ({ work, chosen, pending }: Flight): void => {
    work.weather.delete(keyOf(chosen));
    const tries = chosen.kind === 'read' ? chosen.read.tries : pending?.tries;
    if (tries === 0) circuit = afterFailure(circuit, deps.nowMs(), deps.random());
  };

  const stormed = async (flight: Flight, error: StravaRequestError): Promise<void> => {
    weather = error;
    tally = { ...tally, failures: tally.failures + 1 };
    deps.log.debug({ athlete: flight.work.athleteId, code: error.code }, error.message);
    circuit = afterFailure(circuit, deps.nowMs(), deps.random());
    const result = await storms.hit(suffererOf(deps, flight), error);
    tally = addParked(tally, result);
  };

  return {
    circuit: () => circuit,
    tally: () => tally,
    lastWeather: () => weather,
    throwFatal: () => {
      if (fatal !== undefined) throw fatal.error;
    },
    pageStored: (flight, page) => {
      succeeded(flight);
      tally = addPage(tally, page);
      if (page.added + page.changed > 0) forgetDue(flight.work);
    },
    streamsSettled: (flight, result) => {
      if (isFailure(result)) refused(flight);
      else succeeded(flight);
      tally = addStreams(tally, flight.work, result);
    },
    readSettled: (flight, outcome) => {
      if (isRefusal(outcome)) refused(flight);
      else succeeded(flight);
      forgetAfterRead(flight.work, outcome);
      tally = addRead(tally, outcome);
    },
    failed: async (flight, error) => {
      // It was taken out of what is due when it left, and is due again.
      if (isQuotas(error)) forgetDue(flight.work);
      else if (isAthletes(error)) stopWork(deps.log, flight.work, error);
      else if (error instanceof StravaRequestError) await stormed(flight, error);
      else broke(error);
    },
    broke,
  };
}

/** All that is in flight fails for the same reason: it is said once. */
function stopWork(log: Logger, work: AthleteWork, error: DomestiqueError): void {
  if (work.stoppedBy === undefined)
    log.warn({ athlete: work.athleteId, code: error.code }, error.message);
  work.stoppedBy = error;
}

function isRefusal({ kind }: ReadOutcome): boolean {
  return kind === 'failed' || kind === 'parked';
}

/** What is read ahead stands, unless more than this read changed. */
function forgetAfterRead(work: AthleteWork, { kind, page }: ReadOutcome): void {
  const isChanged = page !== undefined && page.added + page.changed > 0;
  if (isChanged) work.due = undefined;
  if (isChanged || kind !== 'stored') work.reads = undefined;
}

function forgetDue(work: AthleteWork): void {
  work.due = undefined;
  work.reads = undefined;
}

function keyOf(chosen: Work): string {
  if (chosen.kind === 'streams') return streamsKey(chosen.activityId);
  return chosen.kind === 'read' ? keyOfRead(chosen.read) : listKey;
}

function isQuotas(error: unknown): boolean {
  return error instanceof QuotaSpentError || error instanceof RateLimitedError;
}

/** What concerns one athlete and not the others. */
export function isAthletes(error: unknown): error is DomestiqueError {
  return (
    error instanceof AuthorizationNeededError ||
    error instanceof AccessTokenRefusedError ||
    error instanceof ScopeMissingError ||
    error instanceof LeaseLostError
  );
}

function suffererOf(deps: RequestDeps, { work, chosen, pending }: Flight): Sufferer {
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
    (await countReadFailure(deps, writeNow(), chosen.read, message)).kind;
  return { work, key, count };
}

function isFailure(result: StreamsResult): boolean {
  return result === 'failed' || result === 'parked';
}

function addStreams(tally: Tally, work: AthleteWork, result: StreamsResult): Tally {
  if (isFailure(result)) {
    work.due = undefined;
    const { failures, streamsFailed } = tally;
    const failed = { failures: failures + 1, streamsFailed: streamsFailed + 1 };
    return addParked({ ...tally, ...failed }, result);
  }
  work.pendingCount = Math.max(0, work.pendingCount - 1);
  if (result === 'stored') return { ...tally, streamsStored: tally.streamsStored + 1 };
  return result === 'none' ? { ...tally, withoutStreams: tally.withoutStreams + 1 } : tally;
}

function addParked(tally: Tally, result: StreamsResult | undefined): Tally {
  return result === 'parked' ? { ...tally, parked: tally.parked + 1 } : tally;
}

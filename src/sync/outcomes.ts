/**
 * What follows from how a request ended: the circuit, the stats, what backs off, which athlete is
 * stopped for this run, and what ends the run.
 */
import type { Logger } from 'pino';
import type { Circuit } from '../domain/sync/circuit.ts';
import { afterFailure, afterSuccess, closedCircuit } from '../domain/sync/circuit.ts';
import { isRequested, taskKey } from '../domain/sync/fetch-task.ts';
import type { FetchTask } from '../domain/sync/fetch-task.ts';
import type { Work } from '../domain/sync/plan.ts';
import type { DomestiqueError } from '../errors.ts';
import {
  AuthorizationNeededError,
  LeaseLostError,
  OtherApplicationError,
  QuotaSpentError,
} from '../errors.ts';
import {
  AccessTokenRejectedError,
  RateLimitedError,
  ScopeMissingError,
  StravaRequestError,
} from '../strava-errors.ts';
import type { AthleteSyncState } from './athletes/athlete-sync-state.ts';
import { listKey } from './athletes/athlete-sync-state.ts';
import type { RequestInFlight } from './failing-requests.ts';
import { createFailingRequests } from './failing-requests.ts';
import { changeWaiting } from './tasks/pending-count.ts';
import type { PageResult } from './ports/activities.ts';
import type { RunStats } from './run-stats.ts';
import { addPage, addTask, emptyStats } from './run-stats.ts';
import { createTaskBackoffs } from './tasks/task-backoff.ts';
import type { TaskDeps, TaskOutcome } from './tasks/task-outcome.ts';
import { countFailure } from './tasks/task-outcome.ts';

export interface Outcomes {
  readonly circuit: () => Circuit;
  readonly stats: () => RunStats;
  readonly lastTransientError: () => Error | undefined;
  /** @throws what ended a request and concerns the whole run. */
  readonly throwFatal: () => void;
  readonly pageStored: (athlete: AthleteSyncState, page: PageResult) => void;
  readonly taskSettled: (athlete: AthleteSyncState, task: FetchTask, outcome: TaskOutcome) => void;
  readonly failed: (inFlight: RequestInFlight, error: unknown) => Promise<void>;
  /** What concerns the whole run. */
  readonly broke: (error: unknown) => void;
}

export type OutcomeDeps = Pick<TaskDeps, 'tasks' | 'nowMs' | 'random'> & { readonly log: Logger };

export function createOutcomes(deps: OutcomeDeps): Outcomes {
  const { log, nowMs, random } = deps;
  let circuit = closedCircuit;
  let stats = emptyStats;
  let fatal: { readonly error: unknown } | undefined;
  const backoffs = createTaskBackoffs(deps);
  const failing = createFailingRequests(deps);

  const broke = (error: unknown): void => {
    fatal ??= { error };
  };

  const succeeded = (athlete: AthleteSyncState, key: string): void => {
    backoffs.recordSuccess(athlete, key);
    circuit = afterSuccess();
    failing.succeeded();
  };

  const failTransiently = async (
    inFlight: RequestInFlight,
    error: StravaRequestError,
  ): Promise<void> => {
    stats = { ...stats, failures: stats.failures + 1 };
    const ended = failing.failed(inFlight, error, circuit.failures === 0);
    circuit = afterFailure(circuit, nowMs(), random());
    const isOwn = backoffs.recordFailure(inFlight.athlete, keyOf(inFlight.work));
    if (ended === 'run') broke(error);
    if (ended === 'athlete') stopAthlete(log, inFlight.athlete, error);
    if (isOwn && (await countOwnFailure(deps, inFlight, error)))
      stats = { ...stats, parked: stats.parked + 1 };
  };

  return {
    circuit: () => circuit,
    stats: () => stats,
    lastTransientError: failing.last,
    throwFatal: () => {
      if (fatal !== undefined) throw fatal.error;
    },
    pageStored: (athlete, page) => {
      succeeded(athlete, listKey);
      stats = addPage(stats, page);
      if (hasChanged(page)) athlete.tasks = undefined;
    },
    taskSettled: (athlete, task, outcome) => {
      const key = taskKey(task);
      if (outcome.kind !== 'failed' && outcome.kind !== 'parked') succeeded(athlete, key);
      else {
        athlete.backoffs.delete(key);
        // Only a task's first failure may be Strava's: several of them in a row are an outage.
        if (task.tries === 0) circuit = afterFailure(circuit, nowMs(), random());
      }
      updatePicture(athlete, task, outcome);
      stats = addTask(stats, task, outcome);
    },
    failed: async (inFlight, error) => {
      // It was taken out of the athlete's state when it was sent, and is due again.
      if (isQuotas(error)) inFlight.athlete.tasks = undefined;
      else if (isAthletes(error)) stopAthlete(log, inFlight.athlete, error);
      else if (error instanceof StravaRequestError) await failTransiently(inFlight, error);
      else broke(error);
    },
    broke,
  };
}

/** Returns whether the task is parked. */
async function countOwnFailure(
  deps: OutcomeDeps,
  { athlete, work }: RequestInFlight,
  error: StravaRequestError,
): Promise<boolean> {
  if (work.kind !== 'task') return false;
  const { athleteId, lease } = athlete;
  const write = { athleteId, epoch: lease.epoch, at: new Date(deps.nowMs()) };
  const isParked = (await countFailure(deps, write, work.task, error)).kind === 'parked';
  if (isParked) changeWaiting(athlete, work.task, -1);
  return isParked;
}

function updatePicture(
  athlete: AthleteSyncState,
  task: FetchTask,
  { kind, page }: TaskOutcome,
): void {
  // Unless nothing else becomes due through it, what was read ahead is stale.
  const isAlone = kind === 'stored' || (kind === 'unavailable' && task.kind !== 'activity');
  if (!isAlone || (page && hasChanged(page))) athlete.tasks = undefined;
  if (task.kind === 'activityPart' && task.part === 'photos') athlete.arePhotosDue = true;
  // What is requested may be stored or pending.
  if (isRequested(task)) athlete.waitingStreams = undefined;
  else if (kind === 'failed') changeWaiting(athlete, task, 1);
}

function hasChanged({ added, changed }: PageResult): boolean {
  return added + changed > 0;
}

/** All requests in flight fail for the same reason: it is logged once. */
function stopAthlete(log: Logger, athlete: AthleteSyncState, error: DomestiqueError): void {
  if (athlete.stoppedBy === undefined)
    log.warn({ athlete: athlete.athleteId, code: error.code }, error.message);
  athlete.stoppedBy = error;
}

/** The key under which work is in flight. */
export function keyOf(work: Work): string {
  return work.kind === 'task' ? taskKey(work.task) : listKey;
}

function isQuotas(error: unknown): boolean {
  return error instanceof QuotaSpentError || error instanceof RateLimitedError;
}

/** What concerns one athlete and not the others. */
export function isAthletes(error: unknown): error is DomestiqueError {
  return (
    error instanceof AuthorizationNeededError ||
    error instanceof OtherApplicationError ||
    error instanceof AccessTokenRejectedError ||
    error instanceof ScopeMissingError ||
    error instanceof LeaseLostError
  );
}

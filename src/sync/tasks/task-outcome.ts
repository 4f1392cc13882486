/**
 * What became of a task, and what every kind of task does with a failure of its own.
 */
import type { FetchTask } from '../../domain/sync/fetch-task.ts';
import { planParking, planRetry, planUnusableRetry } from '../../domain/sync/retry.ts';
import type { StravaRequestError } from '../../strava-errors.ts';
import { MalformedResponseError, ResponseTooLargeError } from '../../strava-errors.ts';
import type { ActivityStore, PageResult } from '../ports/activities.ts';
import type { DeletionStore } from '../ports/deletions.ts';
import type { StravaSource } from '../ports/source.ts';
import type { KeptKinds, StorageProblem, TaskStore, TaskWrite } from '../ports/tasks.ts';

export interface TaskDeps {
  readonly source: StravaSource;
  readonly tasks: TaskStore;
  readonly deletions: DeletionStore;
  readonly activities: ActivityStore;
  readonly kept: KeptKinds;
  readonly nowMs: () => number;
  readonly random: () => number;
}

/** What became of a task. */
export interface TaskOutcome {
  readonly kind:
    | 'stored'
    | 'deleted'
    | 'postponed'
    /** Strava has none, or does not give it. */
    | 'unavailable'
    /** Parked, because the database cannot hold it: the request itself succeeded. */
    | 'unstorable'
    /** A failure of the task's own: a few tries, then parked. */
    | 'failed'
    | 'parked';
  /** What storing the activity's summary did, where one came. */
  readonly page?: PageResult;
}

export async function parkIfUnstorable(
  { tasks }: TaskDeps,
  write: TaskWrite,
  task: FetchTask,
  problem: StorageProblem,
): Promise<TaskOutcome> {
  if (problem === undefined) return { kind: 'stored' };
  await tasks.postpone(write, task, planParking(task.tries, write.at), `Not stored: ${problem}.`);
  return { kind: 'unstorable' };
}

export async function markUnavailable(
  { tasks }: TaskDeps,
  write: TaskWrite,
  task: FetchTask,
  reason: string,
): Promise<TaskOutcome> {
  await tasks.markUnavailable(write, task, reason);
  return { kind: 'unavailable' };
}

/** A failure of the task's own: a few tries, then parked. */
export async function countFailure(
  { tasks, nowMs, random }: Pick<TaskDeps, 'tasks' | 'nowMs' | 'random'>,
  write: TaskWrite,
  task: FetchTask,
  error: StravaRequestError,
): Promise<TaskOutcome & { readonly kind: 'failed' | 'parked' }> {
  const planNext = isUnusable(error) ? planUnusableRetry : planRetry;
  const retry = planNext(task.tries, nowMs(), random());
  await tasks.postpone(write, task, retry, error.message);
  return { kind: retry.isParked ? 'parked' : 'failed' };
}

/** Whether a complete response held no record, and the next one probably holds none either. */
export function isUnusable(error: unknown): error is StravaRequestError {
  return error instanceof MalformedResponseError || error instanceof ResponseTooLargeError;
}

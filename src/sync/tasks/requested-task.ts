/**
 * Requests of `sync --activity`. Each is tried once, for the user reads why it failed; what is stored stays
 * as it is unless something new came.
 */
import type { ActivityDetail } from '../../domain/activity/detail.ts';
import type { RequestedTask } from '../../domain/sync/fetch-task.ts';
import type { StravaRequestError } from '../../strava-errors.ts';
import { NotFoundError, StravaRecordError, SubscribersOnlyError } from '../../strava-errors.ts';
import type { TaskWrite } from '../ports/tasks.ts';
import type { TaskDeps, TaskOutcome } from './task-outcome.ts';
import { isUnusable } from './task-outcome.ts';

/** The requested activity is stored. Its streams are next, if there may be any; returns whether they are. */
export async function continueRequest(
  { tasks, kept }: Pick<TaskDeps, 'tasks' | 'kept'>,
  { at }: TaskWrite,
  task: RequestedTask,
  { summary }: ActivityDetail,
): Promise<boolean> {
  if (kept.streams && !summary.isManual) {
    await tasks.awaitStreams(task, at);
    return true;
  }
  await tasks.settleRequest(task);
  return false;
}

/** Strava has no streams, or does not give them: the stored ones stay. */
export async function settleRequestWithoutStreams(
  { tasks }: Pick<TaskDeps, 'tasks'>,
  task: RequestedTask,
): Promise<TaskOutcome> {
  await tasks.settleRequest(task);
  return { kind: 'unavailable' };
}

/** Ends the request for a failure of its own; every other one is thrown again. */
export async function settleFailedRequest(
  deps: Pick<TaskDeps, 'tasks'>,
  task: RequestedTask,
  error: unknown,
): Promise<TaskOutcome> {
  if (isRejected(error)) {
    if (task.kind === 'streams') return settleRequestWithoutStreams(deps, task);
    await deps.tasks.settleRequest(task, error.message);
    return { kind: 'unavailable' };
  }
  if (!(error instanceof StravaRecordError || isUnusable(error))) throw error;
  await deps.tasks.settleRequest(task, error.message);
  return { kind: 'failed' };
}

function isRejected(error: unknown): error is StravaRequestError {
  return error instanceof NotFoundError || error instanceof SubscribersOnlyError;
}

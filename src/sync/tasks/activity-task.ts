/**
 * The fetch of one activity: stores what came, and decides what a 404 means for it.
 */
import type { ActivityDetail } from '../../domain/activity/detail.ts';
import { mayEffortsCome } from '../../domain/activity/detail.ts';
import type { ActivityTask, FetchTask } from '../../domain/sync/fetch-task.ts';
import { isRequested } from '../../domain/sync/fetch-task.ts';
import type { Retry } from '../../domain/sync/retry.ts';
import { effortsRetryAt, planEventRetry } from '../../domain/sync/retry.ts';
import type { AthleteSyncState } from '../athletes/athlete-sync-state.ts';
import type { TaskWrite } from '../ports/tasks.ts';
import { continueRequest } from './requested-task.ts';
import type { TaskDeps, TaskOutcome } from './task-outcome.ts';
import { markUnavailable, parkIfUnstorable } from './task-outcome.ts';

export async function storeActivity(
  deps: TaskDeps,
  { coverage }: AthleteSyncState,
  task: ActivityTask,
  write: TaskWrite,
  given: ActivityDetail,
): Promise<TaskOutcome> {
  const { activities, tasks, deletions, kept, nowMs } = deps;
  const { activityId, purpose, isReportedDeleted = false } = task;
  const { at, ...holder } = write;
  const detail = await tasks.aligned(given);
  const page = await activities.storePage({
    ...holder,
    summaries: [detail.summary],
    unusable: [],
    source: 'activity',
    known: coverage.spans,
    fetchedAt: at,
  });
  if (purpose === 'confirm') await deletions.unmarkMissing(activityId, at);
  // A task for details was due because they are wanted, and its request is paid for.
  const isWanted = purpose === 'details' || (await tasks.isDetailsWanted(write.athleteId, kept));
  const outcome = isWanted
    ? await storeDetails(deps, write, task, detail)
    : { kind: 'stored' as const };
  if (isRequested(task) && (await continueRequest(deps, write, task, detail)))
    return { kind: outcome.kind === 'unstorable' ? 'unstorable' : 'postponed', page };
  if (purpose === 'event') {
    const isWasted = page.added + page.changed === 0;
    const retry = isReportedDeleted ? planEventRetry(task.tries, nowMs()) : undefined;
    await settleOrPostpone(deps, write, task, { retry, error: 'still there', isWasted });
  }
  return { ...outcome, page };
}

async function storeDetails(
  deps: TaskDeps,
  write: TaskWrite,
  task: ActivityTask,
  detail: ActivityDetail,
): Promise<TaskOutcome> {
  const { tasks, kept } = deps;
  const nextTryAt = mayEffortsCome(detail, write.at) ? effortsRetryAt(write.at) : undefined;
  const problem = await tasks.storeDetails(write, detail, { kept, nextTryAt });
  const { kind, activityId, isFresh, tries } = task;
  const asDetails = { kind, purpose: 'details', activityId, isFresh, tries } as const;
  const outcome = await parkIfUnstorable(deps, write, asDetails, problem);
  return outcome.kind === 'stored' && nextTryAt !== undefined ? { kind: 'postponed' } : outcome;
}

/**
 * A 404 for an activity. It removes one that a complete list misses, or that a webhook reported deleted,
 * where the grant would show it if it were only private, or you said that it may go; for any other
 * purpose it proves nothing.
 */
export async function settleGone(
  deps: TaskDeps,
  { scope }: AthleteSyncState,
  task: ActivityTask,
  write: TaskWrite,
): Promise<TaskOutcome> {
  const { tasks, deletions, nowMs } = deps;
  const { activityId, purpose, isReportedDeleted = false } = task;
  if (purpose === 'details') return markUnavailable(deps, write, task, 'Strava has none');
  const isStored = await deletions.isStored({ athleteId: write.athleteId, activityId });
  if (purpose === 'event' && isStored && !isReportedDeleted) {
    const retry = planEventRetry(task.tries, nowMs());
    return settleOrPostpone(deps, write, task, { retry, error: 'not there', isWasted: true });
  }
  const { canSeePrivate } = await deletions.deletionView(write.athleteId);
  const isAccepted = scope.kind === 'repair' && scope.acceptsDeletions === true;
  const isBelieved = canSeePrivate || (purpose === 'confirm' && isAccepted);
  if (isStored && isBelieved) await deletions.deleteActivity(write, activityId);
  else if (isStored) await deletions.giveUpMissing(write, activityId);
  const isDeleted = isStored && isBelieved;
  // An activity that is neither here nor there: the list brings it, should Strava show it later.
  if (purpose === 'event') await tasks.settleEvent(task, write.at, !isDeleted);
  return { kind: isDeleted ? 'deleted' : 'unavailable' };
}

/** Whether nothing but a webhook event says that the activity exists. */
export function isOfUnknown(task: FetchTask): task is ActivityTask {
  return task.kind === 'activity' && task.purpose === 'event' && task.isStored === false;
}

interface EventResult {
  readonly retry: Retry | undefined;
  readonly error: string;
  /** Whether the request brought nothing. */
  readonly isWasted: boolean;
}

/** Settles an event, or makes it due again where there is another try. */
async function settleOrPostpone(
  { tasks }: TaskDeps,
  write: TaskWrite,
  task: ActivityTask,
  { retry, error, isWasted }: EventResult,
): Promise<TaskOutcome> {
  if (retry === undefined) {
    await tasks.settleEvent(task, write.at, isWasted);
    return { kind: 'unavailable' };
  }
  await tasks.postpone(write, task, retry, error);
  return { kind: 'postponed' };
}

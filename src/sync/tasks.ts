/**
 * Runs one fetch task: requests from Strava, makes sure of the lease, and stores what came. What follows
 * from a failure of the task's own is one table here.
 */
import { mayEffortsCome } from '../domain/activity/detail.ts';
import type { ActivityDetail } from '../domain/activity/detail.ts';
import { sentAt } from '../domain/rate-limit/clock-offset.ts';
import type { ActivityTask, FetchTask, StreamsTask } from '../domain/sync/fetch-task.ts';
import type { Retry } from '../domain/sync/retry.ts';
import {
  effortsRetryAt,
  missingStreamsRetry,
  planEventRetry,
  planParking,
  planRetry,
  planUnusableRetry,
} from '../domain/sync/retry.ts';
import type { StravaRequestError } from '../errors.ts';
import {
  MalformedResponseError,
  NotFoundError,
  ResponseTooLargeError,
  ScopeMissingError,
  StravaRecordError,
  SubscribersOnlyError,
} from '../errors.ts';
import type { AthleteSyncState } from './athlete-sync-state.ts';
import type { ActivityStore, PageResult } from './ports/activities.ts';
import type { DeletionStore } from './ports/deletions.ts';
import type { RequestOptions, StravaSource } from './ports/source.ts';
import type { KeptKinds, StorageProblem, TaskStore, TaskWrite } from './ports/tasks.ts';

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

type Store = (write: TaskWrite) => Promise<TaskOutcome>;

/** @throws what the source throws, but for the failures of the task's own, and LeaseLostError. */
export async function fetchTask(
  deps: TaskDeps,
  athlete: AthleteSyncState,
  task: FetchTask,
  options: RequestOptions,
): Promise<TaskOutcome> {
  const { athleteId, lease } = athlete;
  const requestedMs = deps.nowMs();
  const store = await request(deps, athlete, task, options).catch(
    (error: unknown): Store =>
      (write) =>
        settleFailure(deps, athlete, task, write, error),
  );
  await lease.assertHeld();
  return store({ athleteId, epoch: lease.epoch, at: sentAt(requestedMs, deps.nowMs()) });
}

/** Requests from Strava, and returns how to store what came. */
async function request(
  deps: TaskDeps,
  athlete: AthleteSyncState,
  task: FetchTask,
  options: RequestOptions,
): Promise<Store> {
  const { source, tasks } = deps;
  const { athleteId } = athlete;
  const storing =
    (store: (write: TaskWrite) => Promise<StorageProblem>): Store =>
    async (write) =>
      parkIfUnstorable(deps, write, task, await store(write));
  switch (task.kind) {
    case 'streams': {
      const streams = await source.streams(athleteId, task.activityId, options);
      if (streams.arrays.size === 0) return (write) => settleWithoutStreams(deps, write, task);
      return storing((write) => tasks.storeStreams(write, task, streams));
    }
    case 'activity': {
      const detail = await source.activity(athleteId, task.activityId, options);
      return (write) => storeActivity(deps, athlete, task, write, detail);
    }
    case 'segment': {
      const { segmentId } = task;
      if (task.part === 'record') {
        const record = await source.segment(athleteId, segmentId, options);
        return storing((write) => tasks.storeSegment(write, segmentId, record));
      }
      const streams = await source.segmentStreams(athleteId, segmentId, options);
      return storing((write) => tasks.storeSegmentStreams(write, segmentId, streams));
    }
    case 'athlete': {
      const record = await source.athlete(athleteId, task.part, options);
      return storing((write) => tasks.storeAthlete(write, task.part, record));
    }
    case 'gear': {
      const record = await source.gear(athleteId, task.gearId, options);
      return storing((write) => tasks.storeGear(write, task.gearId, record));
    }
  }
}

async function parkIfUnstorable(
  { tasks }: TaskDeps,
  write: TaskWrite,
  task: FetchTask,
  problem: StorageProblem,
): Promise<TaskOutcome> {
  if (problem === undefined) return { kind: 'stored' };
  await tasks.postpone(write, task, planParking(task.tries, write.at), `Not stored: ${problem}.`);
  return { kind: 'unstorable' };
}

async function storeActivity(
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
  const outcome = kept.details
    ? await storeDetails(deps, write, task, detail)
    : { kind: 'stored' as const };
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
  const outcome = await parkIfUnstorable(deps, write, { ...task, purpose: 'details' }, problem);
  return outcome.kind === 'stored' && nextTryAt !== undefined ? { kind: 'postponed' } : outcome;
}

/** The failures of the task's own; every other one is thrown again. */
async function settleFailure(
  deps: TaskDeps,
  athlete: AthleteSyncState,
  task: FetchTask,
  write: TaskWrite,
  error: unknown,
): Promise<TaskOutcome> {
  if (error instanceof NotFoundError) {
    if (task.kind === 'streams') return settleWithoutStreams(deps, write, task);
    if (task.kind === 'activity') return settleGone(deps, athlete, task, write);
    return markUnavailable(deps, write, task, 'Strava has none');
  }
  // Another athlete's public activity, for example: another try would bring the same.
  if (error instanceof MalformedResponseError && isOfUnknown(task)) {
    await deps.tasks.settleEvent(task, write.at, true);
    return { kind: 'unavailable' };
  }
  if (error instanceof SubscribersOnlyError)
    return markUnavailable(deps, write, task, 'for subscribers only');
  // A grant without the scope for one of the others lacks only that.
  const isOptional = task.kind !== 'streams' && task.kind !== 'activity';
  if (error instanceof ScopeMissingError && isOptional)
    return markUnavailable(deps, write, task, 'the login does not allow it');
  if (error instanceof StravaRecordError || isUnusable(error))
    return countFailure(deps, write, task, error);
  throw error;
}

async function markUnavailable(
  { tasks }: TaskDeps,
  write: TaskWrite,
  task: FetchTask,
  reason: string,
): Promise<TaskOutcome> {
  await tasks.markUnavailable(write, task, reason);
  return { kind: 'unavailable' };
}

async function settleWithoutStreams(
  deps: TaskDeps,
  write: TaskWrite,
  task: StreamsTask,
): Promise<TaskOutcome> {
  const retry = missingStreamsRetry(task, deps.nowMs());
  if (retry === undefined) return markUnavailable(deps, write, task, 'Strava has none');
  await deps.tasks.postpone(write, task, retry);
  return { kind: 'postponed' };
}

/**
 * A 404 for an activity. It removes one that a complete list misses, or that a webhook reported deleted,
 * where the grant would show it if it were only private, or you said that it may go; for any other
 * purpose it proves nothing.
 */
async function settleGone(
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
function isOfUnknown(task: FetchTask): task is ActivityTask {
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
function isUnusable(error: unknown): error is StravaRequestError {
  return error instanceof MalformedResponseError || error instanceof ResponseTooLargeError;
}

/**
 * Runs one fetch task: requests from Strava, makes sure of the lease, and stores what came. What follows
 * from a failure of the task's own is one table here.
 */
import { sentAt } from '../../domain/rate-limit/clock-offset.ts';
import { partRules } from '../../domain/sync/activity-parts.ts';
import type { ActivityPartTask, FetchTask, StreamsTask } from '../../domain/sync/fetch-task.ts';
import { isRequested } from '../../domain/sync/fetch-task.ts';
import { missingStreamsRetry } from '../../domain/sync/retry.ts';
import {
  MalformedResponseError,
  NotFoundError,
  ScopeMissingError,
  StravaRecordError,
  SubscribersOnlyError,
} from '../../strava-errors.ts';
import type { AthleteSyncState } from '../athletes/athlete-sync-state.ts';
import type { RequestOptions } from '../ports/source.ts';
import type { StorageProblem, TaskWrite } from '../ports/tasks.ts';
import { isOfUnknown, settleGone, storeActivity } from './activity-task.ts';
import { settleFailedRequest, settleRequestWithoutStreams } from './requested-task.ts';
import type { TaskDeps, TaskOutcome } from './task-outcome.ts';
import { countFailure, isUnusable, markUnavailable, parkIfUnstorable } from './task-outcome.ts';

const forSubscribers = 'for subscribers only';
const scopeMissing = 'the login does not allow it';

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
      return storing(async (write) => {
        const problem = await tasks.storeStreams(write, task, streams);
        if (problem === undefined && isRequested(task)) await tasks.settleRequest(task);
        return problem;
      });
    }
    case 'activity': {
      const detail = await source.activity(athleteId, task.activityId, options);
      return (write) => storeActivity(deps, athlete, task, write, detail);
    }
    case 'activityPart': {
      const records = await source.activityPart(athleteId, task, options);
      return storing((write) => tasks.storeActivityPart(write, task, records));
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
    case 'athleteList': {
      const records = await source.athleteList(athleteId, task.list, options);
      return storing((write) => tasks.storeAthleteList(write, task.list, records));
    }
    case 'gear': {
      const record = await source.gear(athleteId, task.gearId, options);
      return storing((write) => tasks.storeGear(write, task.gearId, record));
    }
  }
}

/** The failures of the task's own; every other one is thrown again. */
async function settleFailure(
  deps: TaskDeps,
  athlete: AthleteSyncState,
  task: FetchTask,
  write: TaskWrite,
  error: unknown,
): Promise<TaskOutcome> {
  if (isRequested(task)) return settleFailedRequest(deps, task, error);
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
  if (task.kind === 'activityPart' && isOfAllActivities(task, error))
    return closePart(deps, athlete, task, write, error);
  if (error instanceof SubscribersOnlyError)
    return markUnavailable(deps, write, task, forSubscribers);
  // A grant without the scope for one of the others lacks only that.
  const isOptional = task.kind !== 'streams' && task.kind !== 'activity';
  if (error instanceof ScopeMissingError && isOptional)
    return markUnavailable(deps, write, task, scopeMissing);
  if (error instanceof StravaRecordError || isUnusable(error))
    return countFailure(deps, write, task, error);
  throw error;
}

type Rejection = SubscribersOnlyError | ScopeMissingError;

/** Whether Strava rejects the part for this athlete, whichever activity it is. */
function isOfAllActivities({ part }: ActivityPartTask, error: unknown): error is Rejection {
  if (error instanceof ScopeMissingError) return true;
  return error instanceof SubscribersOnlyError && partRules[part].isForSubscribers === true;
}

async function closePart(
  { tasks }: TaskDeps,
  athlete: AthleteSyncState,
  { part }: ActivityPartTask,
  write: TaskWrite,
  error: Rejection,
): Promise<TaskOutcome> {
  const isScope = error instanceof ScopeMissingError;
  await tasks.closeActivityPart(write, part, isScope ? scopeMissing : forSubscribers);
  // Those of the other activities were read ahead.
  athlete.tasks = undefined;
  return { kind: 'unavailable' };
}

async function settleWithoutStreams(
  deps: TaskDeps,
  write: TaskWrite,
  task: StreamsTask,
): Promise<TaskOutcome> {
  if (isRequested(task)) return settleRequestWithoutStreams(deps, task);
  const retry = missingStreamsRetry(task, deps.nowMs());
  if (retry === undefined) return markUnavailable(deps, write, task, 'Strava has none');
  await deps.tasks.postpone(write, task, retry);
  return { kind: 'postponed' };
}

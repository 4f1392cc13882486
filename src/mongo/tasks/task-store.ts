/**
 * The store of what is fetched by tasks, as the engine sees it: hands each task to the piece that stores
 * it. What is due is collected in due-tasks.ts.
 */
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import type { ActivityTask, FetchTask } from '../../domain/sync/fetch-task.ts';
import { isRequested } from '../../domain/sync/fetch-task.ts';
import type { Retry } from '../../domain/sync/retry.ts';
import { unavailableRetryAt } from '../../domain/sync/retry.ts';
import type { EventStore } from '../../sync/ports/events.ts';
import type { KeptKinds, TaskStore, TaskWrite } from '../../sync/ports/tasks.ts';
import { isDetailsWanted } from '../athletes/details-choice.ts';
import { bind } from '../base/bind.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import { postponedState, unavailableState } from '../schema/fetch-state-queries.ts';
import { setMissingState } from '../deletion/missing.ts';
import {
  closeActivityPart,
  setActivityPartState,
  storeActivityPart,
} from '../details/activity-parts.ts';
import { alignedDetail, setDetailsState, storeDetails } from '../details/details.ts';
import { setGearState, storeGear } from '../details/gear.ts';
import { storeAthleteList } from '../details/athlete-lists.ts';
import { setPartState, storeAthletePart } from '../details/profile.ts';
import { setSegmentState, storeSegment, storeSegmentStreams } from '../details/segments.ts';
import type { Store } from '../schema/collections.ts';
import { setStreamsState, storeStreams } from '../streams/streams.ts';
import { awaitStreams, settleRequest } from './activity-requests.ts';
import { dueTasks, isComplete, nextTaskTryAt } from './due-tasks.ts';
import { settleByPage, wasteOf } from './pending-events.ts';

export interface TaskStoreOptions {
  readonly events: EventStore;
  readonly trackSource?: TrackSource;
}

type Context = Store & { readonly eventStore: EventStore; readonly trackSource: TrackSource };

export function createTaskStore(
  store: Store,
  { events, trackSource = 'summary' }: TaskStoreOptions,
): TaskStore {
  return bind(
    { ...store, eventStore: events, trackSource },
    {
      due: dueTasks,
      isDetailsWanted: (
        context: Context,
        athleteId: number,
        { details }: Pick<KeptKinds, 'details'>,
      ) => isDetailsWanted(context, athleteId, details),
      withDueEvents: ({ eventStore }: Context, athleteIds: readonly number[], now: Date) =>
        eventStore.withDue(athleteIds, now),
      nextTryAt: nextTaskTryAt,
      isComplete,
      aligned: alignedDetail,
      storeStreams,
      storeDetails,
      storeActivityPart,
      closeActivityPart,
      storeSegment,
      storeSegmentStreams,
      storeAthlete: storeAthletePart,
      storeAthleteList,
      storeGear,
      postpone,
      markUnavailable,
      awaitStreams,
      settleRequest,
      settleByPage,
      settleEvent: ({ eventStore }: Context, task: ActivityTask, readAt: Date, isWasted: boolean) =>
        eventStore.settle(task.activityId, readAt, isWasted ? wasteOf(task) : undefined),
    },
  );
}

async function postpone(
  store: Context,
  write: TaskWrite,
  task: FetchTask,
  retry: Retry,
  error?: string,
): Promise<void> {
  // It is not tried again, and the state of what is stored stays.
  if (isRequested(task)) return settleRequest(store, task, error);
  if (!isEvent(task)) return setState(store, write, task, postponedState(retry, error));
  // An event is tried a few times; the reconcile finds the rest.
  const { activityId } = task;
  if (retry.isParked) return store.eventStore.settle(activityId, write.at, wasteOf(task));
  return store.eventStore.postpone(activityId, retry.nextTryAt, wasteOf(task));
}

async function markUnavailable(
  store: Context,
  write: TaskWrite,
  task: FetchTask,
  reason: string,
): Promise<void> {
  if (isEvent(task)) return store.eventStore.settle(task.activityId, write.at, wasteOf(task));
  const nextTryAt = unavailableRetryAt(task, write.at);
  if (task.kind === 'activity' && nextTryAt !== undefined) {
    // Neither there nor gone: the mark stays, and tomorrow it is fetched again.
    const retry = { tries: task.tries, isParked: true, nextTryAt };
    return setState(store, write, task, postponedState(retry, reason));
  }
  return setState(store, write, task, unavailableState(reason, write.at, nextTryAt));
}

function isEvent(task: FetchTask): task is ActivityTask & { readonly purpose: 'event' } {
  return task.kind === 'activity' && task.purpose === 'event';
}

function setState(
  store: Store,
  write: TaskWrite,
  task: FetchTask,
  state: FetchState,
): Promise<void> {
  switch (task.kind) {
    case 'streams':
      return setStreamsState(store, write, task, state);
    case 'activity':
      return task.purpose === 'confirm'
        ? setMissingState(store, task.activityId, state)
        : setDetailsState(store, write, task.activityId, state);
    case 'activityPart':
      return setActivityPartState(store, write, task, state);
    case 'segment':
      return setSegmentState(store, write, task, state);
    case 'athlete':
      return setPartState(store, write, task.part, state);
    case 'athleteList':
      return setPartState(store, write, task.list, state);
    case 'gear':
      return setGearState(store, write, task.gearId, state);
  }
}

/**
 * Stores that know nothing but which tasks are left, as plain objects.
 */
import type { Clock } from '../../../src/clock.ts';
import type { FetchTask, StreamsTask } from '../../../src/domain/sync/fetch-task.ts';
import { taskKey } from '../../../src/domain/sync/fetch-task.ts';
import type { Retry } from '../../../src/domain/sync/retry.ts';
import type { ActivityStore, PageResult } from '../../../src/sync/ports/activities.ts';
import type { DeletionStore } from '../../../src/sync/ports/deletions.ts';
import type { TaskStore } from '../../../src/sync/ports/tasks.ts';
import { ada } from './athletes.ts';
import { dayMs, startMs } from './clock.ts';

export const nothingStored: PageResult = {
  added: 0,
  changed: 0,
  unchanged: 0,
  withoutStreams: 0,
  parked: 0,
};

export interface FakeWork {
  /** The activities whose streams are to be fetched, by athlete. */
  readonly pending?: Readonly<Record<number, readonly number[]>>;
  /** Other tasks of `ada` that are due. */
  readonly due?: readonly FetchTask[];
}

export interface PostponedTask extends Retry {
  readonly key: string;
  readonly error: string | undefined;
}

type Left = readonly { readonly athleteId: number; readonly task: FetchTask }[];

/** A store that knows nothing but which tasks are left, and what became of the others. */
export function fakeTasks({ pending, due = [] }: FakeWork, clock: Clock) {
  const failures: PostponedTask[] = [];
  const writes: string[] = [];
  const waiting = new Map<string, Date>();
  const streams = Object.entries(pending ?? {}).flatMap(([athleteId, ids]) =>
    ids.map((id) => ({ athleteId: Number(athleteId), task: streamsTask(id) })),
  );
  let left: Left = [...due.map((task) => ({ athleteId: ada, task })), ...streams];
  const settle = (key: string): void => {
    left = left.filter(({ task }) => taskKey(task) !== key);
    waiting.delete(key);
  };
  const stored = (key: string) => {
    settle(key);
    writes.push(`stored ${key}`);
    return Promise.resolve(undefined);
  };
  const isWaiting = (key: string): boolean => (waiting.get(key)?.getTime() ?? 0) > clock.nowMs();
  const tasks: TaskStore = {
    due: ({ athleteId, exclude }) => {
      const found = left.filter((one) => one.athleteId === athleteId).map(({ task }) => task);
      const isFree = (key: string): boolean => !exclude.has(key) && !isWaiting(key);
      return Promise.resolve(found.filter((task) => isFree(taskKey(task))).slice(0, 16));
    },
    isDetailsWanted: (_, { details }) => Promise.resolve(details === true),
    withDueEvents: () => Promise.resolve([]),
    nextTryAt: ({ now }) => {
      const later = [...waiting.values()].filter((at) => at > now);
      return Promise.resolve(later.sort((one, other) => one.getTime() - other.getTime())[0]);
    },
    isComplete: () => Promise.resolve(left.length === 0),
    aligned: (detail) => Promise.resolve(detail),
    storeStreams: (_, task) => stored(taskKey(task)),
    storeDetails: (_, { summary }) => stored(`activity:${summary.id}`),
    storeActivityPart: (_, task) => stored(taskKey(task)),
    closeActivityPart: (_, part, reason) => {
      left = left.filter(({ task }) => !taskKey(task).startsWith(`${part}:`));
      writes.push(`closed ${part}, ${reason}`);
      return Promise.resolve();
    },
    storeSegment: (_, id) => stored(`segment:${id}`),
    storeSegmentStreams: (_, id) => stored(`segment:${id}`),
    storeAthlete: (_, part) => stored(`athlete:${part}`),
    storeAthleteList: (_, list) => stored(`list:${list}`),
    storeGear: (_, gearId) => stored(`gear:${gearId}`),
    postpone: (_, task, retry, error) => {
      const key = taskKey(task);
      failures.push({ ...retry, key, error });
      left = left.map((one) =>
        taskKey(one.task) === key ? { ...one, task: { ...one.task, tries: retry.tries } } : one,
      );
      // A parked task is for another day, and for another run.
      if (retry.isParked) settle(key);
      else waiting.set(key, retry.nextTryAt);
      return Promise.resolve();
    },
    markUnavailable: (_, task, reason) => {
      settle(taskKey(task));
      writes.push(`unavailable ${taskKey(task)}, ${reason}`);
      return Promise.resolve();
    },
    settleEvent: (task, _, isWasted) => {
      settle(taskKey(task));
      writes.push(`settled ${taskKey(task)}${isWasted ? ', wasted' : ''}`);
      return Promise.resolve();
    },
    awaitStreams: (task) => {
      settle(taskKey(task));
      writes.push(`awaits streams:${task.activityId}`);
      return Promise.resolve();
    },
    settleRequest: (task, error = 'done') => {
      settle(taskKey(task));
      writes.push(`ended ${taskKey(task)}, ${error}`);
      return Promise.resolve();
    },
    settleByPage: () => Promise.resolve(false),
  };
  return { tasks, failures, writes, left: () => left };
}

export function streamsTask(activityId: number): StreamsTask {
  const startAt = new Date(startMs - dayMs);
  const recording = { startAt, elapsedS: 60, firstSeenAt: startAt, recordingHash: '' };
  return { kind: 'streams', activityId, isFresh: true, tries: 0, ...recording };
}

export function fakeActivities(left: () => Left): ActivityStore {
  return {
    storePage: ({ summaries }) => Promise.resolve({ ...nothingStored, added: summaries.length }),
    unknownIds: () => Promise.resolve(new Set()),
    countPending: (athleteId) =>
      Promise.resolve(left().filter((one) => one.athleteId === athleteId).length),
    countPendingDetails: () => Promise.resolve(0),
    parkedIds: () => Promise.resolve([]),
    retryParked: () => Promise.resolve(0),
  };
}

export function fakeDeletions(writes: string[]): DeletionStore {
  const note = (text: string) => Promise.resolve(void writes.push(text));
  return {
    isStored: () => Promise.resolve(true),
    missingIn: () => Promise.resolve([]),
    deletionView: () => Promise.resolve({ stored: 0, missing: 0, canSeePrivate: true }),
    markMissing: () => Promise.resolve(),
    unmarkMissing: (activityId) => note(`there activity:${activityId}`),
    giveUpMissing: (_, activityId) => note(`unknown activity:${activityId}`),
    deleteActivity: (_, activityId) => note(`deleted activity:${activityId}`),
    expire: () => Promise.resolve({ activities: 0, isMore: false }),
  };
}

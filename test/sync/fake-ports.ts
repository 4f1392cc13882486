/**
 * The sync engine between faked ports: plain objects that a test overrides one method at a time, and a
 * clock that moves on only when everybody waits. No MongoDB, no HTTP, no real time.
 */
import { pino } from 'pino';
import type { Clock } from '../../src/clock.ts';
import type { ListedRecord } from '../../src/domain/activity/activity.ts';
import type { ActivityDetail } from '../../src/domain/activity/detail.ts';
import type { ListCoverage } from '../../src/domain/sync/list-coverage.ts';
import { emptyQuota, type QuotaState } from '../../src/domain/rate-limit/quota-state.ts';
import { taskKey, type FetchTask, type StreamsTask } from '../../src/domain/sync/fetch-task.ts';
import type { Retry } from '../../src/domain/sync/retry.ts';
import type { AthleteSyncState } from '../../src/sync/athletes/athlete-sync-state.ts';
import { createJob, type Job, type JobDeps, type RunResult } from '../../src/sync/job.ts';
import type { ActivityStore, PageResult } from '../../src/sync/ports/activities.ts';
import type { AthleteState, AthleteStore } from '../../src/sync/ports/athletes.ts';
import type { DeletionStore } from '../../src/sync/ports/deletions.ts';
import type { Lease, LeaseHolder, LeaseStore } from '../../src/sync/ports/leases.ts';
import type { PhotoPorts } from '../../src/sync/ports/photos.ts';
import type { RequestOptions, StravaSource } from '../../src/sync/ports/source.ts';
import type { KeptKinds, TaskStore } from '../../src/sync/ports/tasks.ts';
import type { QuotaView } from '../../src/sync/quota-view.ts';
import type { RunOptions } from '../../src/sync/run-options.ts';

export const [ada, ben] = [1001, 1002];

const dayMs = 24 * 60 * 60 * 1_000;
export const windowMs = 15 * 60 * 1_000;
/** Noon and one minute: one minute into a quota window. */
export const startMs = Date.UTC(2026, 5, 1, 12, 1);

/** Resolves once everything that can go on without the clock has done so. */
export function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A clock on which the earliest sleep ends at once, as soon as nothing else can go on. */
export function createFakeClock(nowMs: number = startMs): Clock {
  let sleepers: readonly Sleeper[] = [];
  const endEarliest = (): void => {
    const [first] = [...sleepers].sort((one, other) => one.dueMs - other.dueMs);
    if (first === undefined) return;
    nowMs = Math.max(nowMs, first.dueMs);
    first.wake();
  };
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { dueMs: nowMs + ms, wake };
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        signal?.addEventListener('abort', wake);
        sleepers = [...sleepers, sleeper];
        setImmediate(endEarliest);
      }),
  };
}

/** A promise that the test ends. */
export function createHold<T = void>() {
  return Promise.withResolvers<T>();
}

export function createFakeLease(changes: Partial<Lease> = {}): Lease {
  return {
    epoch: 1,
    signal: new AbortController().signal,
    assertHeld: () => Promise.resolve(),
    release: () => Promise.resolve(),
    ...changes,
  };
}

/** Every lease is free, but for what `changes` does; notes what is released. */
export function createFakeLeases(
  released: string[] = [],
  changes: Partial<LeaseStore> = {},
): LeaseStore {
  const tryAcquire: LeaseStore['tryAcquire'] =
    changes.tryAcquire ??
    ((name) => {
      const release = () => Promise.resolve(void released.push(name));
      return Promise.resolve(createFakeLease({ release }));
    });
  return {
    tryAcquire,
    acquireAll: async (names) => {
      const leases = new Map<string, Lease>();
      const held = new Map<string, LeaseHolder>();
      for (const name of names) {
        const found = await tryAcquire(name);
        if ('epoch' in found) leases.set(name, found);
        else held.set(name, found);
      }
      return { leases, held };
    },
    heldWith: () => Promise.resolve(new Map()),
    releaseAll: async (leases) => {
      for (const lease of leases) await lease.release();
    },
    join: () => Promise.reject(new Error('Nothing is shared here.')),
    freeDead: () => Promise.resolve({ leases: 0 }),
    ...changes,
  };
}

/** A record of the list. */
export function recordOf(id: number, startAt: Date): ListedRecord {
  return { isUsable: true, summary: { id, startAt, isManual: false, record: { id } } };
}

/** A list that is known from the beginning up to now. */
export const completeList: ListCoverage = { spans: [{ fromS: 0, toS: startMs / 1_000 }] };

export const someStreams = { sampleCount: 2, arrays: new Map([['time', [0, 1]]]) };

/** A quota that is spent until the window ends. */
export const spentQuota: QuotaState = {
  ...emptyQuota,
  windows: [
    {
      kind: 'short',
      startMs: Math.floor(startMs / windowMs) * windowMs,
      reserved: 0,
      maxForeign: 0,
      minForeign: 0,
      seen: 0,
      isClosed: true,
    },
  ],
};

/** A run that does not end would never let a test's time limit pass: it holds the only thread. */
const [maxRequests, maxIterations] = [100, 10_000];

export interface FakeOptions {
  /** The activities whose streams are to be fetched, by athlete. */
  readonly pending?: Readonly<Record<number, readonly number[]>>;
  /** Other tasks of `ada` that are due. */
  readonly due?: readonly FetchTask[];
  readonly kept?: Partial<KeptKinds>;
  readonly coverage?: ListCoverage;
  readonly maxInFlight?: number;
  readonly deadlineMs?: number;
  readonly source?: Partial<StravaSource>;
  readonly activities?: Partial<ActivityStore>;
  readonly athletes?: Partial<AthleteStore>;
  readonly deletions?: Partial<DeletionStore>;
  readonly leases?: Partial<LeaseStore>;
  readonly tasks?: Partial<TaskStore>;
  readonly quota?: Partial<QuotaView>;
  readonly photos?: PhotoPorts;
  readonly clock?: Clock;
  readonly webhookIntervalMs?: number;
  readonly tickIntervalMs?: number;
}

export interface FakeEngine {
  readonly job: Job;
  readonly clock: Clock;
  /** The requests in their order, as `list 1001` and `streams 5`, and when each was sent. */
  readonly requests: { readonly name: string; readonly atMs: number }[];
  /** The tasks that were postponed, in their order. */
  readonly failures: (Retry & { readonly key: string; readonly error: string | undefined })[];
  /** What else became of tasks, as `stored streams:5` and `unavailable gear:b1, Strava has none`. */
  readonly writes: string[];
  readonly released: string[];
  /** Ends the run. */
  readonly stop: () => void;
  readonly run: (options?: Partial<RunOptions>) => Promise<RunResult>;
}

/** An engine whose list is complete and whose requests succeed at once, but for what `options` changes. */
export function createFakeEngine(options: FakeOptions = {}): FakeEngine {
  const clock = options.clock ?? createFakeClock();
  const pending = options.pending ?? { [ada]: [] };
  const ids = Object.keys(pending).map(Number);
  const requests: FakeEngine['requests'] = [];
  const sent = (name: string): void => {
    requests.push({ name, atMs: clock.nowMs() });
    if (requests.length > maxRequests) throw new Error('The engine requests without end.');
  };
  let iterations = 0;
  const countIteration = (): void => {
    iterations += 1;
    if (iterations > maxIterations) throw new Error('The run loop does not end.');
  };
  const store = fakeTasks(options, clock);
  const released: string[] = [];
  const stopping = new AbortController();
  const source = { ...fakeSource, ...options.source };
  const deps: JobDeps = {
    source: noted(source, sent),
    activities: { ...fakeActivities(store.left), ...options.activities },
    athletes: fakeAthletes(ids, options.coverage ?? completeList, options.athletes),
    tasks: { ...store.tasks, ...options.tasks },
    deletions: { ...fakeDeletions(store.writes), ...options.deletions },
    leases: createFakeLeases(released, options.leases),
    ...(options.photos && { photos: options.photos }),
    kept: { streams: true, details: false, segments: false, athlete: false, ...options.kept },
    reconcile: { recentIntervalMs: Infinity, recentPeriodMs: dayMs, fullIntervalMs: Infinity },
    quota: { ...fakeQuota(clock, () => requests.length), ...options.quota },
    clock,
    random: () => 1,
    log: pino({ level: 'silent' }),
    maxInFlight: options.maxInFlight ?? 4,
    tickIntervalMs: options.tickIntervalMs ?? windowMs,
    webhookIntervalMs: () => options.webhookIntervalMs ?? 0,
    deadlineMs: options.deadlineMs ?? Infinity,
  };
  const job = createJob(deps);
  const run = (changes: Partial<RunOptions> = {}): Promise<RunResult> =>
    job.run({
      athleteIds: () => deps.athletes.athleteIds(),
      scopeOf: () => ({ kind: 'default' }),
      failOnQuota: false,
      isPollWanted: false,
      signal: stopping.signal,
      reporter: { progress: () => undefined, waiting: () => undefined },
      onIteration: countIteration,
      ...changes,
    });
  return {
    job,
    clock,
    requests,
    failures: store.failures,
    writes: store.writes,
    released,
    stop: () => {
      stopping.abort();
    },
    run,
  };
}

/** Notes each request by its kind and by what it is for. */
function noted(source: StravaSource, sent: (name: string) => void): StravaSource {
  const note = <K extends keyof StravaSource>(kind: string, method: K): StravaSource[K] => {
    const call = (athleteId: number, what: unknown, options: RequestOptions): unknown => {
      sent(`${kind} ${kind === 'list' ? athleteId : String(what)}`);
      return source[method](athleteId, what as never, options);
    };
    return call as StravaSource[K];
  };
  return {
    listPage: note('list', 'listPage'),
    streams: note('streams', 'streams'),
    activity: note('activity', 'activity'),
    activityPart: note('part', 'activityPart'),
    segment: note('segment', 'segment'),
    segmentStreams: note('segment-streams', 'segmentStreams'),
    athlete: note('athlete', 'athlete'),
    athleteList: note('list-of', 'athleteList'),
    gear: note('gear', 'gear'),
  };
}

const fakeSource: StravaSource = {
  listPage: () => Promise.resolve([]),
  streams: () => Promise.resolve(someStreams),
  activity: (_, id) => Promise.resolve(detailOf(id)),
  activityPart: () => Promise.resolve([]),
  segment: () => Promise.resolve({}),
  segmentStreams: () => Promise.resolve(someStreams),
  athlete: () => Promise.resolve({}),
  athleteList: () => Promise.resolve([]),
  gear: () => Promise.resolve({}),
};

export function detailOf(id: number): ActivityDetail {
  const summary = { id, startAt: new Date(startMs - dayMs), isManual: false, record: { id } };
  return { summary, details: {} };
}

export const nothingStored: PageResult = {
  added: 0,
  changed: 0,
  unchanged: 0,
  withoutStreams: 0,
  parked: 0,
};

type Left = readonly { readonly athleteId: number; readonly task: FetchTask }[];

/** A store that knows nothing but which tasks are left, and what became of the others. */
function fakeTasks({ pending, due = [] }: FakeOptions, clock: Clock) {
  const failures: FakeEngine['failures'] = [];
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

function fakeActivities(left: () => Left): ActivityStore {
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

function fakeDeletions(writes: string[]): DeletionStore {
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

function fakeAthletes(
  ids: readonly number[],
  coverage: ListCoverage,
  changes: Partial<AthleteStore> = {},
): AthleteStore {
  const at = new Date(startMs);
  const load = (athleteId: number): Promise<AthleteState> =>
    Promise.resolve({ athleteId, coverage, backfills: [], reconciledAt: { recent: at, full: at } });
  return {
    athleteIds: () => Promise.resolve(ids),
    erasingIds: () => Promise.resolve([]),
    allPolledAt: () => Promise.resolve(undefined),
    polledAthletes: () => Promise.resolve(ids.map((athleteId) => ({ athleteId }))),
    load,
    take: load,
    takeAll: (epochs) =>
      Promise.all([...epochs].map(([id, epoch]) => (changes.take ?? load)(id, epoch))),
    withRequests: (athleteIds) => Promise.all(athleteIds.map(changes.load ?? load)),
    saveCoverage: () => Promise.resolve(),
    saveReconcile: () => Promise.resolve(),
    saveRejectedDeletions: () => Promise.resolve(),
    addBackfill: () => Promise.resolve(),
    saveBackfill: () => Promise.resolve(),
    removeBackfill: () => Promise.resolve(),
    ...changes,
  };
}

export function fakeQuota(clock: Clock, sent: () => number): QuotaView {
  return {
    settings: {
      short: 100,
      daily: 1_000,
      shortWindowMs: windowMs,
      dailyWindowMs: dayMs,
      isHigherAllowed: false,
      maxInFlightMs: 60_000,
    },
    known: () => emptyQuota,
    refresh: () => Promise.resolve(),
    nowMs: () => clock.nowMs(),
    isClockSuspect: () => false,
    checkTime: () => Promise.resolve(),
    passed: sent,
  };
}

/** One athlete's state in a run, with nothing to do. */
export function createFakeAthlete(athleteId: number = ada): AthleteSyncState {
  return {
    athleteId,
    lease: createFakeLease(),
    scope: { kind: 'default' },
    coverage: completeList,
    backfills: [],
    reconcile: undefined,
    reconciledAt: {},
    rejectedDeletions: undefined,
    isPollDue: false,
    lastPoll: undefined,
    isSweepDue: false,
    arePhotosDue: false,
    served: 0,
    tasks: [],
    nextTryAtMs: Infinity,
    inFlight: new Set(),
    backoffs: new Map(),
    stoppedBy: undefined,
    isReleasing: false,
    waitingStreams: 0,
    waitingChange: 0,
  };
}

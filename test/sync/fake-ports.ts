/**
 * The sync engine between faked ports: plain objects that a test overrides one method at a time, and a
 * clock that moves on only when everybody waits. No MongoDB, no HTTP, no real time.
 */
import { pino } from 'pino';
import type { Clock } from '../../src/clock.ts';
import type { ListedRecord } from '../../src/domain/activity/activity.ts';
import type { ListCoverage } from '../../src/domain/sync/list-coverage.ts';
import { emptyQuota, type QuotaState } from '../../src/domain/rate-limit/quota-state.ts';
import type { AthleteSyncState } from '../../src/sync/athlete-sync-state.ts';
import { createJob, type Job, type JobDeps, type RunResult } from '../../src/sync/job.ts';
import type {
  ActivitySource,
  ActivityStore,
  AthleteStore,
  Lease,
  LeaseStore,
  PendingStreams,
  StreamsFailure,
} from '../../src/sync/ports/ports.ts';
import type { QuotaView } from '../../src/sync/quota-view.ts';
import type { TaskSource, TaskStore } from '../../src/sync/ports/task-ports.ts';
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
  readonly coverage?: ListCoverage;
  readonly maxInFlight?: number;
  readonly deadlineMs?: number;
  readonly source?: Partial<ActivitySource>;
  readonly activities?: Partial<ActivityStore>;
  readonly athletes?: Partial<AthleteStore>;
  readonly leases?: Partial<LeaseStore>;
  readonly tasks?: Partial<TaskStore>;
  readonly quota?: Partial<QuotaView>;
  readonly clock?: Clock;
}

export interface FakeEngine {
  readonly job: Job;
  readonly clock: Clock;
  /** The requests in their order, as `list 1001` and `streams 5`, and when each was sent. */
  readonly requests: { readonly name: string; readonly atMs: number }[];
  /** The failures that were recorded for activities, in their order. */
  readonly failures: (StreamsFailure & { readonly activityId: number })[];
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
  const { activities, failures } = fakeActivities(pending, clock);
  const released: string[] = [];
  const stopping = new AbortController();
  const source: ActivitySource = {
    listPage: () => Promise.resolve([]),
    streams: () => Promise.resolve(someStreams),
    ...options.source,
  };
  const deps: JobDeps = {
    source: {
      listPage: (athleteId, request, how) => {
        sent(`list ${athleteId}`);
        return source.listPage(athleteId, request, how);
      },
      streams: (athleteId, activityId, how) => {
        sent(`streams ${activityId}`);
        return source.streams(athleteId, activityId, how);
      },
    },
    taskSource: noTaskSource,
    activities: { ...activities, ...options.activities },
    athletes: { ...fakeAthletes(ids, options.coverage ?? completeList), ...options.athletes },
    reads: { ...noTasks, ...options.tasks },
    leases: {
      tryAcquire: (name) => {
        const release = () => Promise.resolve(void released.push(name));
        return Promise.resolve(createFakeLease({ release }));
      },
      ...options.leases,
    },
    kept: { details: false, segments: false, athlete: false },
    reconcile: { recentIntervalMs: Infinity, recentPeriodMs: dayMs, fullIntervalMs: Infinity },
    quota: { ...fakeQuota(clock, () => requests.length), ...options.quota },
    clock,
    random: () => 1,
    log: pino({ level: 'silent' }),
    shouldFetchStreams: true,
    maxInFlight: options.maxInFlight ?? 4,
    tickIntervalMs: windowMs,
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
    failures,
    released,
    stop: () => {
      stopping.abort();
    },
    run,
  };
}

/** A store that holds nothing but which activities still lack their streams. */
function fakeActivities(
  due: Readonly<Record<number, readonly number[]>>,
  clock: Clock,
): Pick<FakeEngine, 'failures'> & { readonly activities: ActivityStore } {
  const failures: FakeEngine['failures'] = [];
  const waiting = new Map<number, Date>();
  let left = Object.entries(due).flatMap(([athleteId, activityIds]) =>
    activityIds.map((activityId) => ({ ...pendingOf(activityId), athleteId: Number(athleteId) })),
  );
  const settle = (activityId: number): void => {
    left = left.filter((other) => other.activityId !== activityId);
    waiting.delete(activityId);
  };
  const isWaiting = (activityId: number): boolean =>
    (waiting.get(activityId)?.getTime() ?? 0) > clock.nowMs();
  const activities: ActivityStore = {
    storePage: ({ summaries }) =>
      Promise.resolve({
        added: summaries.length,
        changed: 0,
        unchanged: 0,
        withoutStreams: 0,
        parked: 0,
      }),
    unknownIds: () => Promise.resolve(new Set()),
    pendingStreams: ({ athleteId, exclude, limit }) => {
      const found = left.filter(
        (one) =>
          one.athleteId === athleteId &&
          !exclude.includes(one.activityId) &&
          !isWaiting(one.activityId),
      );
      return Promise.resolve(found.slice(0, limit));
    },
    nextTryAt: () => {
      const [first] = [...waiting.values()].sort((one, other) => one.getTime() - other.getTime());
      return Promise.resolve(first);
    },
    countPending: (athleteId) =>
      Promise.resolve(left.filter((one) => one.athleteId === athleteId).length),
    storeStreams: ({ pending }) => {
      settle(pending.activityId);
      return Promise.resolve('stored');
    },
    markWithoutStreams: ({ pending }) => {
      settle(pending.activityId);
      return Promise.resolve();
    },
    postponeStreams: () => Promise.resolve(),
    recordFailure: ({ pending: { activityId } }, failure) => {
      failures.push({ ...failure, activityId });
      left = left.map((one) =>
        one.activityId === activityId ? { ...one, tries: failure.tries } : one,
      );
      // A parked activity is for another day, and for another run.
      if (failure.isParked) settle(activityId);
      else waiting.set(activityId, failure.nextTryAt);
      return Promise.resolve();
    },
    parkedIds: () => Promise.resolve([]),
    retryParked: () => Promise.resolve(0),
  };
  return { activities, failures };
}

function pendingOf(activityId: number): PendingStreams {
  const startAt = new Date(startMs - dayMs);
  return { activityId, startAt, elapsedS: 60, tries: 0, recordingHash: '' };
}

function fakeAthletes(ids: readonly number[], coverage: ListCoverage): AthleteStore {
  const at = new Date(startMs);
  const load = (athleteId: number) =>
    Promise.resolve({ athleteId, coverage, backfills: [], reconciledAt: { recent: at, full: at } });
  return {
    athleteIds: () => Promise.resolve(ids),
    erasingIds: () => Promise.resolve([]),
    allPolledAt: () => Promise.resolve(undefined),
    load,
    take: load,
    saveCoverage: () => Promise.resolve(),
    saveReconcile: () => Promise.resolve(),
    saveRejectedDeletions: () => Promise.resolve(),
    addBackfill: () => Promise.resolve(),
    saveBackfill: () => Promise.resolve(),
    removeBackfill: () => Promise.resolve(),
  };
}

function fakeQuota(clock: Clock, sent: () => number): QuotaView {
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

function unexpected(): never {
  throw new Error('The test does not expect this request.');
}

const noTaskSource: TaskSource = {
  activity: unexpected,
  segment: unexpected,
  segmentStreams: unexpected,
  athlete: unexpected,
  gear: unexpected,
};

const noTasks: TaskStore = {
  due: () => Promise.resolve([]),
  nextTryAt: () => Promise.resolve(undefined),
  countDue: () => Promise.resolve(0),
  aligned: (detail) => Promise.resolve(detail),
  storeDetails: () => Promise.resolve('stored'),
  storeSegment: () => Promise.resolve(),
  storeSegmentStreams: () => Promise.resolve(),
  storeAthlete: () => Promise.resolve(),
  storeGear: () => Promise.resolve(),
  recordFailure: () => Promise.resolve(),
  markUnavailable: () => Promise.resolve(),
  settleEvent: () => Promise.resolve(),
  isStored: () => Promise.resolve(true),
  missingIn: () => Promise.resolve([]),
  deletionView: () => Promise.resolve({ stored: 0, missing: 0, canSeePrivate: true }),
  markMissing: () => Promise.resolve(),
  unmarkMissing: () => Promise.resolve(),
  giveUpMissing: () => Promise.resolve(),
  deleteActivity: () => Promise.resolve(),
  expire: () => Promise.resolve({ activities: 0, isMore: false }),
};

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
    isSweepDue: false,
    isListInFlight: false,
    served: 0,
    due: [],
    nextTryAt: undefined,
    streamsInFlight: new Set(),
    reads: [],
    nextTaskAt: undefined,
    tasksInFlight: new Set(),
    weather: new Map(),
    stoppedBy: undefined,
    pendingCount: 0,
  };
}

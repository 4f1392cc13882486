/**
 * The sync engine between faked ports: plain objects that a test overrides one method at a time. No MongoDB,
 * no HTTP, no real time.
 */
import { pino } from 'pino';
import type { Clock } from '../../../src/clock.ts';
import type { ListCoverage } from '../../../src/domain/sync/list-coverage.ts';
import type { Job, JobDeps, RunResult } from '../../../src/sync/job.ts';
import { createJob } from '../../../src/sync/job.ts';
import type { ActivityStore } from '../../../src/sync/ports/activities.ts';
import type { AthleteStore } from '../../../src/sync/ports/athletes.ts';
import type { DeletionStore } from '../../../src/sync/ports/deletions.ts';
import type { LeaseStore } from '../../../src/sync/ports/leases.ts';
import type { PhotoPorts } from '../../../src/sync/ports/photos.ts';
import type { StravaSource } from '../../../src/sync/ports/source.ts';
import type { KeptKinds, TaskStore } from '../../../src/sync/ports/tasks.ts';
import type { QuotaView } from '../../../src/sync/quota-view.ts';
import type { RunOptions } from '../../../src/sync/run-options.ts';
import { ada, completeList, fakeAthletes } from './athletes.ts';
import { createFakeClock, dayMs, windowMs } from './clock.ts';
import { createFakeLeases } from './leases.ts';
import type { FakeWork, PostponedTask } from './stores.ts';
import { fakeActivities, fakeDeletions, fakeTasks } from './stores.ts';
import { fakeQuota, fakeSource, noted } from './strava.ts';

/** A run that does not end would never let a test's time limit pass: it holds the only thread. */
const [maxRequests, maxIterations] = [100, 10_000];

export interface FakeOptions extends FakeWork {
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
  readonly failures: PostponedTask[];
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

/**
 * The sync job: holds the athletes' leases for a run, has it driven until nothing is left to do, and
 * tells what it did. It knows neither HTTP nor MongoDB.
 */
import type { RunLoopDeps, Run } from './run-loop.ts';
import { runLoop, leftOf } from './run-loop.ts';
import { createDispatcher } from './dispatcher.ts';
import type { AthleteLeases } from './athlete-leases.ts';
import { createAthleteLeases } from './athlete-leases.ts';
import { createOutcomes } from './outcomes.ts';
import type { ActivitySource, AthleteStore, LeaseHolder, LeaseStore } from './ports/ports.ts';
import type { TaskSource } from './ports/task-ports.ts';
import type { RunOptions } from './run-options.ts';
import type { RunStats } from './run-stats.ts';

export interface JobDeps extends RunLoopDeps {
  readonly source: ActivitySource;
  readonly taskSource: TaskSource;
  readonly athletes: AthleteStore;
  readonly leases: LeaseStore;
}

export interface RunResult {
  readonly stats: RunStats;
  /** Athletes that another process holds. */
  readonly held: ReadonlyMap<number, LeaseHolder>;
  /** Athletes that were given up in this run, and why. */
  readonly stopped: ReadonlyMap<number, Error>;
  /** Set where an impatient run ended because of the quota: when it opens. */
  readonly opensAt?: Date;
  readonly isInterrupted: boolean;
}

export interface Job {
  /** Runs until nothing is left to do. @throws what concerns the whole run, not one athlete or record. */
  run(options: RunOptions): Promise<RunResult>;
  /** Makes the running run look at every athlete's newest page again; false where none is running. */
  poll(): boolean;
  /** Makes the running run take in who logged in meanwhile, without a look at the others; false where none is running. */
  join(): boolean;
  /** Makes the running run see what a webhook told; false where none is running. */
  notify(): boolean;
}

export function createJob(deps: JobDeps): Job {
  let current: Run | undefined;
  return {
    poll: () => {
      if (current === undefined) return false;
      current.isPollRequested = true;
      current.dispatcher.wake();
      return true;
    },
    join: () => {
      if (current === undefined) return false;
      current.isJoinRequested = true;
      current.dispatcher.wake();
      return true;
    },
    notify: () => {
      if (current === undefined) return false;
      for (const work of current.athleteLeases.works) work.reads = undefined;
      current.dispatcher.wake();
      return true;
    },
    run: async (options) => {
      const athleteLeases = createAthleteLeases(deps, {
        ...options,
        nowMs: () => deps.quota.nowMs(),
      });
      const run = createRun(deps, options, athleteLeases);
      try {
        await athleteLeases.acquire();
        current = run;
        const opensAtMs = await runLoop(run);
        return resultOf(run, opensAtMs);
      } finally {
        current = undefined;
        await run.dispatcher.settled();
        await athleteLeases.release();
        run.outcomes.throwFatal();
      }
    },
  };
}

function createRun(deps: JobDeps, options: RunOptions, athleteLeases: AthleteLeases): Run {
  const startedWith = deps.quota.passed();
  const requestDeps = { ...deps, nowMs: () => deps.quota.nowMs() };
  const outcomes = createOutcomes(requestDeps);
  const stats = (): RunStats => ({
    ...outcomes.stats(),
    requests: deps.quota.passed() - startedWith,
  });
  const onLanded = (): void => {
    options.reporter.progress(stats(), leftOf(athleteLeases.works));
  };
  const dispatcher = createDispatcher({
    deps: requestDeps,
    outcomes,
    stop: options.signal,
    onLanded,
  });
  return {
    deps,
    options,
    athleteLeases,
    dispatcher,
    outcomes,
    stats,
    isPollRequested: false,
    isJoinRequested: false,
  };
}

function resultOf(
  { athleteLeases, stats, options }: Run,
  opensAtMs: number | undefined,
): RunResult {
  const stopped = athleteLeases.works.flatMap(({ athleteId, stoppedBy }) =>
    stoppedBy === undefined ? [] : [[athleteId, stoppedBy] as const],
  );
  return {
    stats: stats(),
    held: athleteLeases.held,
    stopped: new Map(stopped),
    ...(opensAtMs !== undefined && { opensAt: new Date(opensAtMs) }),
    isInterrupted: options.signal.aborted,
  };
}

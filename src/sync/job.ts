/**
 * The sync job: holds the athletes' leases for a run, has it driven until nothing is left to do, and
 * tells what it did. It knows neither HTTP nor MongoDB.
 */
import type { DriveDeps, Run } from './run-loop.ts';
import { drive, leftOf } from './run-loop.ts';
import { createFlights } from './dispatcher.ts';
import type { Holdings } from './athlete-leases.ts';
import { createHoldings } from './athlete-leases.ts';
import { createJudgement } from './outcomes.ts';
import type { ActivitySource, AthleteStore, LeaseHolder, LeaseStore } from './ports/ports.ts';
import type { ReadSource } from './ports/task-ports.ts';
import type { RunOptions } from './run-options.ts';
import type { Tally } from './run-stats.ts';

export interface JobDeps extends DriveDeps {
  readonly source: ActivitySource;
  readonly readSource: ReadSource;
  readonly athletes: AthleteStore;
  readonly leases: LeaseStore;
}

export interface RunResult {
  readonly tally: Tally;
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
  look(): boolean;
  /** Makes the running run take in who logged in meanwhile, without a look at the others; false where none is running. */
  join(): boolean;
  /** Makes the running run see what a webhook told; false where none is running. */
  hint(): boolean;
}

export function createJob(deps: JobDeps): Job {
  let current: Run | undefined;
  return {
    look: () => {
      if (current === undefined) return false;
      current.isLookAsked = true;
      current.flights.wake();
      return true;
    },
    join: () => {
      if (current === undefined) return false;
      current.isJoinAsked = true;
      current.flights.wake();
      return true;
    },
    hint: () => {
      if (current === undefined) return false;
      for (const work of current.holdings.works) work.reads = undefined;
      current.flights.wake();
      return true;
    },
    run: async (options) => {
      const holdings = createHoldings(deps, { ...options, nowMs: () => deps.quota.nowMs() });
      const run = createRun(deps, options, holdings);
      try {
        await holdings.enlist();
        current = run;
        const opensAtMs = await drive(run);
        return resultOf(run, opensAtMs);
      } finally {
        current = undefined;
        await run.flights.settled();
        await holdings.release();
        run.judgement.throwFatal();
      }
    },
  };
}

function createRun(deps: JobDeps, options: RunOptions, holdings: Holdings): Run {
  const startedWith = deps.quota.passed();
  const requestDeps = { ...deps, nowMs: () => deps.quota.nowMs() };
  const judgement = createJudgement(requestDeps);
  const tally = (): Tally => ({
    ...judgement.tally(),
    requests: deps.quota.passed() - startedWith,
  });
  const onLanded = (): void => {
    options.reporter.progress(tally(), leftOf(holdings.works));
  };
  const flights = createFlights({ deps: requestDeps, judgement, stop: options.signal, onLanded });
  return {
    deps,
    options,
    holdings,
    flights,
    judgement,
    tally,
    isLookAsked: false,
    isJoinAsked: false,
  };
}

function resultOf({ holdings, tally, options }: Run, opensAtMs: number | undefined): RunResult {
  const stopped = holdings.works.flatMap(({ athleteId, stoppedBy }) =>
    stoppedBy === undefined ? [] : [[athleteId, stoppedBy] as const],
  );
  return {
    tally: tally(),
    held: holdings.held,
    stopped: new Map(stopped),
    ...(opensAtMs !== undefined && { opensAt: new Date(opensAtMs) }),
    isInterrupted: options.signal.aborted,
  };
}

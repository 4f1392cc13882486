/**
 * The sync job: holds the athletes' leases for a run, runs the loop until nothing is left to do, and
 * reports what it did. It knows neither HTTP nor MongoDB.
 */
import type { AthleteLeases } from './athletes/athlete-leases.ts';
import { createAthleteLeases } from './athletes/athlete-leases.ts';
import { createDispatcher } from './dispatcher.ts';
import { createOutcomes } from './outcomes.ts';
import type { LeaseHolder, LeaseStore } from './ports/leases.ts';
import type { PhotoPorts } from './ports/photos.ts';
import type { StravaSource } from './ports/source.ts';
import type { Run, RunLoopDeps } from './run-loop.ts';
import { createPhotoFiles } from './photo-files.ts';
import type { PollMemory } from './polls.ts';
import { createPolls, hasBacklog } from './polls.ts';
import { backlogOf, runLoop } from './run-loop.ts';
import type { RunOptions } from './run-options.ts';
import type { RunStats } from './run-stats.ts';

export interface JobDeps extends RunLoopDeps {
  readonly source: StravaSource;
  readonly leases: LeaseStore;
  /** Absent where the files of photos are not wanted. */
  readonly photos?: PhotoPorts;
}

export interface RunResult {
  readonly stats: RunStats;
  /** Athletes that another process holds. */
  readonly held: ReadonlyMap<number, LeaseHolder>;
  /** Athletes that were stopped in this run, and why. */
  readonly stopped: ReadonlyMap<number, Error>;
  /** Set where a run with `failOnQuota` ended because of the quota: when it opens. */
  readonly opensAt?: Date;
  readonly isInterrupted: boolean;
}

export interface Job {
  /** Runs until nothing is left to do. @throws what concerns the whole run, not one athlete or record. */
  run(options: RunOptions): Promise<RunResult>;
  /** Makes the current run poll the lists that are due, as at a tick; false where none is running. */
  poll(): boolean;
  /** Makes the current run see new pending events; false likewise. */
  notify(): boolean;
}

export function createJob(deps: JobDeps): Job {
  let current: Run | undefined;
  const listeningSinceMs = deps.quota.nowMs();
  let hadBacklog = true;
  let shortage: string | undefined;
  const onShortage = (text: string | undefined): void => {
    if (text !== undefined && text !== shortage) deps.log.warn(text);
    shortage = text;
  };
  const change = (apply: (run: Run) => void): boolean => {
    if (current === undefined) return false;
    apply(current);
    current.dispatcher.wake();
    return true;
  };
  return {
    poll: () => change((run) => (run.isPollRequested = true)),
    notify: () =>
      change(({ athleteLeases }) => {
        for (const athlete of athleteLeases.athletes) athlete.tasks = undefined;
      }),
    run: async (options) => {
      const nowMs = (): number => deps.quota.nowMs();
      const athleteLeases = createAthleteLeases(deps, { ...options, nowMs });
      const memory = { onShortage, hadBacklog, listeningSinceMs };
      const run = createRun({ ...deps, nowMs, ...memory }, options, athleteLeases);
      let opensAtMs: number | undefined;
      try {
        await athleteLeases.acquire();
        if (options.isTick === true) await run.polls.mark();
        current = run;
        opensAtMs = await runLoop(run);
      } finally {
        current = undefined;
        await run.photoFiles.end();
        await run.dispatcher.settled();
        hadBacklog = hasBacklog(athleteLeases.athletes, nowMs(), hadBacklog);
        await athleteLeases.release();
        run.outcomes.throwFatal();
      }
      // Only now, because requests may have finished in the grace period after a stop.
      return resultOf(run, opensAtMs);
    },
  };
}

function createRun(
  deps: JobDeps & PollMemory & { readonly nowMs: () => number },
  options: RunOptions,
  athleteLeases: AthleteLeases,
): Run {
  const startedWith = deps.quota.passed();
  const outcomes = createOutcomes(deps);
  const stats = (): RunStats => ({
    ...outcomes.stats(),
    requests: deps.quota.passed() - startedWith,
    busySeconds: Math.round(dispatcher.busyMs() / 1_000),
  });
  const onSettled = (): void => {
    options.reporter.progress(stats(), backlogOf(athleteLeases.athletes));
  };
  const dispatcher = createDispatcher({ deps, outcomes, stop: options.signal, onSettled });
  const polls = createPolls(deps, athleteLeases.athletes);
  const photoFiles = createPhotoFiles(deps, {
    athletes: athleteLeases.athletes,
    stop: options.signal,
    onIdle: dispatcher.wake,
    broke: outcomes.broke,
  });
  const loop = { dispatcher, outcomes, polls, photoFiles, stats, isPollRequested: false };
  return { deps, options, athleteLeases, ...loop };
}

function resultOf(
  { athleteLeases, stats, options }: Run,
  opensAtMs: number | undefined,
): RunResult {
  const stopped = athleteLeases.athletes.flatMap(({ athleteId, stoppedBy }) =>
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

/**
 * Follows the daemon's runs from outside: what they did, how they ended, and what they wait for.
 */
import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import type { Clock } from '../../clock.ts';
import type { WaitReason } from '../../domain/sync/plan.ts';
import type { Job } from '../../sync/job.ts';
import type { Reporter } from '../../sync/run-options.ts';
import type { RunStats } from '../../sync/run-stats.ts';
import { emptyStats } from '../../sync/run-stats.ts';
import type { Figures } from './state-gauges.ts';

export interface RunObservation {
  /** The same job, whose runs are followed. `nowMs` is the clock of its waits. */
  readonly observe: (job: Job, nowMs: () => number) => Job;
  /** How long is still to be waited, by reason, in seconds. */
  readonly waiting: () => Figures;
}

/** What is waited for, and how the label calls it. */
const reasons: readonly (readonly [WaitReason, string])[] = [
  ['quota', 'quota'],
  ['pause', 'strava'],
  ['retry', 'retry'],
];

export function createRunObservation(registry: Registry, clock: Clock): RunObservation {
  const work = createWorkCounters(registry);
  const { runs, durations } = createRunCounters(registry);
  let wait: { readonly reason: WaitReason; readonly left: () => number } | undefined;

  const follow = (reporter: Reporter, nowMs: () => number): Reporter => {
    let before = emptyStats;
    return {
      progress: (stats, backlog) => {
        work(before, stats);
        before = stats;
        wait = undefined;
        reporter.progress(stats, backlog);
      },
      waiting: (waiting) => {
        const { reason, untilMs } = waiting;
        wait = { reason, left: () => Math.max(0, untilMs - nowMs()) / 1_000 };
        reporter.waiting(waiting);
      },
    };
  };

  return {
    observe: (job, nowMs) => ({
      ...job,
      run: async (options) => {
        const startedMs = clock.monotonicMs();
        let outcome = 'failed';
        try {
          const result = await job.run({ ...options, reporter: follow(options.reporter, nowMs) });
          outcome = result.isInterrupted ? 'stopped' : 'done';
          return result;
        } finally {
          wait = undefined;
          runs.inc({ outcome });
          durations.observe((clock.monotonicMs() - startedMs) / 1_000);
        }
      },
    }),
    waiting: () =>
      Object.fromEntries(
        reasons.map(([reason, label]) => [label, wait?.reason === reason ? wait.left() : 0]),
      ),
  };
}

function createRunCounters(registry: Registry) {
  const registers = [registry];
  const runs = new Counter({
    name: 'domestique_runs_total',
    help: 'Runs that ended, by how.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of ['done', 'stopped', 'failed']) runs.inc({ outcome }, 0);
  const durations = new Histogram({
    name: 'domestique_run_duration_seconds',
    help: 'How long runs took, waits included.',
    buckets: [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400, 604_800],
    registers,
  });
  return { runs, durations };
}

type FiguresOf = (stats: RunStats) => Figures;

const activityFigures: FiguresOf = ({ added, changed, listed, deleted }) => ({
  added,
  changed,
  unchanged: listed - added - changed,
  deleted,
});
const streamFigures: FiguresOf = ({ streamsStored, withoutStreams, streamsFailed }) => ({
  stored: streamsStored,
  none: withoutStreams,
  failed: streamsFailed,
});

/** Counts what a run did between two states of its counters. */
function createWorkCounters(registry: Registry): (before: RunStats, after: RunStats) => void {
  const registers = [registry];
  const labelNames = ['result'];
  const activities = new Counter({
    name: 'domestique_activities_total',
    help: 'Activities that came in a list or by themselves, by what they were to the database.',
    labelNames,
    registers,
  });
  const streams = new Counter({
    name: 'domestique_streams_total',
    help: "Activities whose streams were settled (none: Strava has none), or failed by the activity's own fault.",
    labelNames,
    registers,
  });
  const count = (before: RunStats, after: RunStats): void => {
    countRise(activities, activityFigures(before), activityFigures(after));
    countRise(streams, streamFigures(before), streamFigures(after));
  };
  count(emptyStats, emptyStats);
  return count;
}

function countRise(counter: Counter, before: Figures, after: Figures): void {
  for (const [result, value] of Object.entries(after))
    counter.inc({ result }, value - (before[result] ?? 0));
}

/**
 * What a run did so far, in figures.
 */
import type { FetchTask } from '../domain/sync/fetch-task.ts';
import type { PageResult } from './ports/activities.ts';
import type { TaskOutcome } from './tasks/task-outcome.ts';

export interface RunStats {
  readonly requests: number;
  /** Activities that are new, changed, and seen in all. */
  readonly added: number;
  readonly changed: number;
  readonly listed: number;
  readonly streamsStored: number;
  readonly withoutStreams: number;
  /** Tries of streams that failed by the activity's own fault. */
  readonly streamsFailed: number;
  /** Tasks that are parked after failures of their own. */
  readonly parked: number;
  /** Records of the list that cannot be stored, each counted when it is parked first. */
  readonly unusableRecords: number;
  /** Activities that are gone at Strava, and were removed. */
  readonly deleted: number;
  /** Activities, segments, gear and parts of the athlete that were fetched by themselves. */
  readonly recordsStored: number;
  /** Requests that failed, tried again later or not. */
  readonly failures: number;
  /** Whole seconds in which at least one request was in flight. */
  readonly busySeconds: number;
}

export const emptyStats: RunStats = {
  requests: 0,
  added: 0,
  changed: 0,
  listed: 0,
  streamsStored: 0,
  withoutStreams: 0,
  streamsFailed: 0,
  parked: 0,
  unusableRecords: 0,
  deleted: 0,
  recordsStored: 0,
  failures: 0,
  busySeconds: 0,
};

export function addPage(stats: RunStats, page: PageResult): RunStats {
  return {
    ...stats,
    added: stats.added + page.added,
    changed: stats.changed + page.changed,
    listed: stats.listed + page.added + page.changed + page.unchanged,
    withoutStreams: stats.withoutStreams + page.withoutStreams,
    unusableRecords: stats.unusableRecords + page.parked,
  };
}

export function isFailure({ kind }: TaskOutcome): boolean {
  return kind === 'failed' || kind === 'parked' || kind === 'unstorable';
}

export function addTask(before: RunStats, task: FetchTask, outcome: TaskOutcome): RunStats {
  const { kind, page } = outcome;
  const stats = page === undefined ? before : addPage(before, page);
  const isStreams = task.kind === 'streams';
  const count = (key: keyof RunStats, isCounted = true): Partial<RunStats> =>
    isCounted ? { [key]: stats[key] + 1 } : {};
  if (isFailure(outcome))
    return {
      ...stats,
      ...count('failures'),
      ...count('streamsFailed', isStreams),
      // An activity whose record cannot be stored is counted with its page.
      ...count('parked', kind !== 'failed' && (page?.parked ?? 0) === 0),
    };
  if (kind === 'stored')
    return { ...stats, ...count(isStreams ? 'streamsStored' : 'recordsStored') };
  if (kind === 'deleted') return { ...stats, ...count('deleted') };
  return { ...stats, ...count('withoutStreams', isStreams && kind === 'unavailable') };
}

export function addStats(one: RunStats, other: RunStats): RunStats {
  return combine((key) => one[key] + other[key]);
}

/** What has been added since an earlier reading of the same run. */
export function statsSince(stats: RunStats, earlier: RunStats): RunStats {
  return combine((key) => stats[key] - earlier[key]);
}

function combine(valueOf: (key: keyof RunStats) => number): RunStats {
  const keys = Object.keys(emptyStats) as (keyof RunStats)[];
  const values = keys.map((key) => [key, valueOf(key)]);
  return Object.fromEntries(values) as Record<keyof RunStats, number>;
}

/** What a run counts although it finds nothing new. */
const idleCounts: ReadonlySet<string> = new Set(['requests', 'listed', 'busySeconds']);

/** Whether a run did more than see that nothing is new. */
export function hasEffect(stats: RunStats): boolean {
  return Object.entries(stats).some(([key, count]) => count > 0 && !idleCounts.has(key));
}

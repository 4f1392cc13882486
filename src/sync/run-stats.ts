/**
 * What a run did so far, in figures.
 */
import type { PageResult } from './ports/ports.ts';
import type { TaskOutcome } from './tasks.ts';

export interface RunStats {
  readonly requests: number;
  /** Activities that are new, changed, and seen in all. */
  readonly added: number;
  readonly changed: number;
  readonly listed: number;
  readonly streamsStored: number;
  readonly withoutStreams: number;
  /** Requests for streams that failed by the activity's own fault. */
  readonly streamsFailed: number;
  readonly parked: number;
  /** Activities that are gone at Strava, and were removed. */
  readonly deleted: number;
  /** Activities, segments and parts of the athlete that were read by themselves. */
  readonly reads: number;
  /** Requests that failed, tried again later or not. */
  readonly failures: number;
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
  deleted: 0,
  reads: 0,
  failures: 0,
};

export function addPage(stats: RunStats, page: PageResult): RunStats {
  return {
    ...stats,
    added: stats.added + page.added,
    changed: stats.changed + page.changed,
    listed: stats.listed + page.added + page.changed + page.unchanged,
    withoutStreams: stats.withoutStreams + page.withoutStreams,
    parked: stats.parked + page.parked,
  };
}

export function addTask(before: RunStats, { kind, page }: TaskOutcome): RunStats {
  const stats = page === undefined ? before : addPage(before, page);
  switch (kind) {
    case 'stored':
      return { ...stats, reads: stats.reads + 1 };
    case 'deleted':
      return { ...stats, deleted: stats.deleted + 1 };
    case 'parked':
      return { ...stats, parked: stats.parked + 1, failures: stats.failures + 1 };
    case 'failed':
      return { ...stats, failures: stats.failures + 1 };
    case 'postponed':
    case 'unavailable':
      return stats;
  }
}

export function addStats(one: RunStats, other: RunStats): RunStats {
  return {
    requests: one.requests + other.requests,
    added: one.added + other.added,
    changed: one.changed + other.changed,
    listed: one.listed + other.listed,
    streamsStored: one.streamsStored + other.streamsStored,
    withoutStreams: one.withoutStreams + other.withoutStreams,
    streamsFailed: one.streamsFailed + other.streamsFailed,
    parked: one.parked + other.parked,
    deleted: one.deleted + other.deleted,
    reads: one.reads + other.reads,
    failures: one.failures + other.failures,
  };
}

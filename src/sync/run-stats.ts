/**
 * What a run did so far, in figures.
 */
import type { PageResult } from './ports/ports.ts';
import type { ReadOutcome } from './tasks.ts';

export interface Tally {
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

export const emptyTally: Tally = {
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

export function addPage(tally: Tally, page: PageResult): Tally {
  return {
    ...tally,
    added: tally.added + page.added,
    changed: tally.changed + page.changed,
    listed: tally.listed + page.added + page.changed + page.unchanged,
    withoutStreams: tally.withoutStreams + page.withoutStreams,
    parked: tally.parked + page.parked,
  };
}

export function addRead(before: Tally, { kind, page }: ReadOutcome): Tally {
  const tally = page === undefined ? before : addPage(before, page);
  switch (kind) {
    case 'stored':
      return { ...tally, reads: tally.reads + 1 };
    case 'deleted':
      return { ...tally, deleted: tally.deleted + 1 };
    case 'parked':
      return { ...tally, parked: tally.parked + 1, failures: tally.failures + 1 };
    case 'failed':
      return { ...tally, failures: tally.failures + 1 };
    case 'postponed':
    case 'unavailable':
      return tally;
  }
}

export function addTallies(one: Tally, other: Tally): Tally {
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

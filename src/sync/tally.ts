/**
 * What a run did so far, in figures.
 */
import type { PageResult } from './ports.ts';

export interface Tally {
  readonly requests: number;
  /** Activities that are new, changed, and seen in all. */
  readonly added: number;
  readonly changed: number;
  readonly listed: number;
  readonly streamsStored: number;
  readonly withoutStreams: number;
  readonly parked: number;
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
  parked: 0,
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

export function addTallies(one: Tally, other: Tally): Tally {
  return {
    requests: one.requests + other.requests,
    added: one.added + other.added,
    changed: one.changed + other.changed,
    listed: one.listed + other.listed,
    streamsStored: one.streamsStored + other.streamsStored,
    withoutStreams: one.withoutStreams + other.withoutStreams,
    parked: one.parked + other.parked,
    failures: one.failures + other.failures,
  };
}

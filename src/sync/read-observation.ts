/**
 * Keeps a run's picture of the requests beside the list and the streams up to date from the database,
 * as `observation.ts` does for the streams.
 */
import { keyOfRead } from '../domain/read.ts';
import type { AthleteWork } from './athlete-work.ts';
import { freshFrom, isResting, ranges } from './athlete-work.ts';
import type { TimeRange } from './ports.ts';
import type { KeptKinds, ReadQuery, ReadStore } from './read-ports.ts';

export interface ReadObservationDeps {
  readonly reads: ReadStore;
  readonly kept: KeptKinds;
}

/** Reads due requests ahead where none are left in memory. */
export async function refillReads(
  deps: ReadObservationDeps,
  work: AthleteWork,
  nowMs: number,
): Promise<void> {
  if (!isRefillNeeded(work, nowMs)) return;
  for (;;) {
    // A flight that lands meanwhile makes the answer stale: it says so by forgetting what is due.
    const reading: AthleteWork['reads'] = [];
    work.reads = reading;
    const range = ranges(work, nowMs).at(-1) ?? {};
    const query = queryOf(deps, work, range, nowMs);
    const due = await deps.reads.due(query);
    if (work.reads !== reading) continue;
    work.reads = due;
    if (due.length === 0) work.nextReadAt = await deps.reads.nextTryAt(query);
    return;
  }
}

function isRefillNeeded(work: AthleteWork, nowMs: number): boolean {
  if (work.reads === undefined) return true;
  if (work.reads.length > 0) return false;
  return work.nextReadAt !== undefined && work.nextReadAt.getTime() <= nowMs;
}

function queryOf(
  { kept }: ReadObservationDeps,
  work: AthleteWork,
  range: TimeRange,
  nowMs: number,
): ReadQuery {
  const resting = [...work.weather.keys()].filter((key) => isResting(work, key, nowMs));
  return {
    athleteId: work.athleteId,
    range,
    now: new Date(nowMs),
    freshFrom: freshFrom(nowMs),
    exclude: new Set([...work.readsInFlight, ...resting]),
    kept: { ...kept, athlete: kept.athlete && work.scope.kind === 'standing' },
  };
}

/** Whether the details of a range are all there or parked, where they are kept. */
export async function areDetailsThere(
  { reads, kept }: ReadObservationDeps,
  work: AthleteWork,
  range: TimeRange,
  nowMs: number,
): Promise<boolean> {
  if (!kept.details) return true;
  if (work.readsInFlight.size > 0) return false;
  const onlyDetails = { ...kept, athlete: false };
  const query = queryOf({ reads, kept: onlyDetails }, work, range, nowMs);
  const due = await reads.due({ ...query, exclude: new Set() });
  return due.length === 0 && (await reads.nextTryAt(query)) === undefined;
}

/** What is due without one read; undefined where the database has to be asked again. */
export function withoutRead(reads: AthleteWork['reads'], key: string): AthleteWork['reads'] {
  const left = reads?.filter((read) => keyOfRead(read) !== key) ?? [];
  return left.length > 0 ? left : undefined;
}

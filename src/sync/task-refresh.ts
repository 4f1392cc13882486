/**
 * Keeps a run's picture of the requests beside the list and the streams up to date from the database,
 * as `observation.ts` does for the streams.
 */
import type { DueRead } from '../domain/sync/fetch-task.ts';
import { keyOfRead } from '../domain/sync/fetch-task.ts';
import type { AthleteWork } from './athlete-sync-state.ts';
import { freshFrom, isReadKey, isResting, notBefore, ranges } from './athlete-sync-state.ts';
import type { TimeRange } from './ports/ports.ts';
import type { KeptKinds, ReadQuery, ReadStore } from './ports/task-ports.ts';

export interface ReadObservationDeps {
  readonly reads: ReadStore;
  readonly kept: KeptKinds;
}

/** Reads due requests ahead where none are left in memory, or another became due. */
export async function refillReads(
  deps: ReadObservationDeps,
  work: AthleteWork,
  nowMs: number,
): Promise<void> {
  if (!isRefillNeeded(work, nowMs)) return;
  const range = ranges(work, nowMs).at(-1) ?? {};
  const query = queryOf(deps, work, range, nowMs);
  const due = await readDue(deps, work, query);
  if (due.length === 0) for (const key of rested(work, nowMs)) work.weather.delete(key);
  work.nextReadAt = notBefore(await deps.reads.nextTryAt(query), nowMs);
}

/** A flight that lands meanwhile can make the answer stale: it says so by forgetting what is due. */
async function readDue(
  deps: ReadObservationDeps,
  work: AthleteWork,
  query: ReadQuery,
): Promise<readonly DueRead[]> {
  for (;;) {
    const reading: readonly DueRead[] = [];
    work.reads = reading;
    const due = await deps.reads.due(query);
    if (work.reads !== reading) continue;
    work.reads = due;
    return due;
  }
}

function isRefillNeeded(work: AthleteWork, nowMs: number): boolean {
  if (work.reads === undefined) return true;
  if (work.nextReadAt !== undefined && work.nextReadAt.getTime() <= nowMs) return true;
  return work.reads.length === 0 && rested(work, nowMs).length > 0;
}

/** Reads that bad weather no longer keeps from being due; where they are not, they are settled. */
function rested({ weather, readsInFlight }: AthleteWork, nowMs: number): readonly string[] {
  return [...weather].flatMap(([key, { untilMs }]) =>
    isReadKey(key) && untilMs <= nowMs && !readsInFlight.has(key) ? [key] : [],
  );
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
): Promise<boolean> {
  if (!kept.details) return true;
  const onlyDetails = { details: true, segments: false, athlete: false };
  return (await reads.countDue(work.athleteId, range, onlyDetails)) === 0;
}

/** What is due without one read; undefined where the database has to be asked again. */
export function withoutRead(reads: AthleteWork['reads'], key: string): AthleteWork['reads'] {
  const left = reads?.filter((read) => keyOfRead(read) !== key) ?? [];
  return left.length > 0 ? left : undefined;
}

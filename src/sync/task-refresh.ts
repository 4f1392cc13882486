/**
 * Keeps a run's picture of the requests beside the list and the streams up to date from the database,
 * as `observation.ts` does for the streams.
 */
import type { DueTask } from '../domain/sync/fetch-task.ts';
import { taskKey } from '../domain/sync/fetch-task.ts';
import type { AthleteSyncState } from './athlete-sync-state.ts';
import { freshFrom, isTaskKey, isResting, notBefore, ranges } from './athlete-sync-state.ts';
import type { TimeRange } from './ports/ports.ts';
import type { KeptKinds, TaskQuery, TaskStore } from './ports/task-ports.ts';

export interface TaskRefreshDeps {
  readonly reads: TaskStore;
  readonly kept: KeptKinds;
}

/** Reads due requests ahead where none are left in memory, or another became due. */
export async function refillTasks(
  deps: TaskRefreshDeps,
  work: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  if (!isRefillNeeded(work, nowMs)) return;
  const range = ranges(work, nowMs).at(-1) ?? {};
  const query = queryOf(deps, work, range, nowMs);
  const due = await readDue(deps, work, query);
  if (due.length === 0) for (const key of rested(work, nowMs)) work.weather.delete(key);
  work.nextTaskAt = notBefore(await deps.reads.nextTryAt(query), nowMs);
}

/** A flight that lands meanwhile can make the answer stale: it says so by forgetting what is due. */
async function readDue(
  deps: TaskRefreshDeps,
  work: AthleteSyncState,
  query: TaskQuery,
): Promise<readonly DueTask[]> {
  for (;;) {
    const reading: readonly DueTask[] = [];
    work.reads = reading;
    const due = await deps.reads.due(query);
    if (work.reads !== reading) continue;
    work.reads = due;
    return due;
  }
}

function isRefillNeeded(work: AthleteSyncState, nowMs: number): boolean {
  if (work.reads === undefined) return true;
  if (work.nextTaskAt !== undefined && work.nextTaskAt.getTime() <= nowMs) return true;
  return work.reads.length === 0 && rested(work, nowMs).length > 0;
}

/** Reads that bad weather no longer keeps from being due; where they are not, they are settled. */
function rested({ weather, tasksInFlight }: AthleteSyncState, nowMs: number): readonly string[] {
  return [...weather].flatMap(([key, { untilMs }]) =>
    isTaskKey(key) && untilMs <= nowMs && !tasksInFlight.has(key) ? [key] : [],
  );
}

function queryOf(
  { kept }: TaskRefreshDeps,
  work: AthleteSyncState,
  range: TimeRange,
  nowMs: number,
): TaskQuery {
  const resting = [...work.weather.keys()].filter((key) => isResting(work, key, nowMs));
  return {
    athleteId: work.athleteId,
    range,
    now: new Date(nowMs),
    freshFrom: freshFrom(nowMs),
    exclude: new Set([...work.tasksInFlight, ...resting]),
    kept: { ...kept, athlete: kept.athlete && work.scope.kind === 'default' },
  };
}

/** Whether the details of a range are all there or parked, where they are kept. */
export async function areDetailsThere(
  { reads, kept }: TaskRefreshDeps,
  work: AthleteSyncState,
  range: TimeRange,
): Promise<boolean> {
  if (!kept.details) return true;
  const onlyDetails = { details: true, segments: false, athlete: false };
  return (await reads.countDue(work.athleteId, range, onlyDetails)) === 0;
}

/** What is due without one read; undefined where the database has to be asked again. */
export function withoutTask(
  reads: AthleteSyncState['reads'],
  key: string,
): AthleteSyncState['reads'] {
  const left = reads?.filter((read) => taskKey(read) !== key) ?? [];
  return left.length > 0 ? left : undefined;
}

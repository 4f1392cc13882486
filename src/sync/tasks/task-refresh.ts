/**
 * Keeps the due tasks of a run's athletes up to date. It asks the database only when they can be
 * out of date.
 */
import { eventBudgets } from '../../domain/sync/event-budget.ts';
import type { FetchTask } from '../../domain/sync/fetch-task.ts';
import { rankOf, taskKey } from '../../domain/sync/fetch-task.ts';
import type { AthleteSyncState } from '../athletes/athlete-sync-state.ts';
import { freshFrom, isBackingOff, listKey, ranges } from '../athletes/athlete-sync-state.ts';
import type { KeptKinds, TaskQuery, TaskStore } from '../ports/tasks.ts';
import type { QuotaView } from '../quota-view.ts';

export interface TaskRefreshDeps {
  readonly tasks: TaskStore;
  readonly kept: KeptKinds;
  readonly quota: Pick<QuotaView, 'known' | 'settings'>;
}

/** Reads due tasks ahead, where none of a rank are left in memory, or another became due. */
export async function refreshTasks(
  deps: TaskRefreshDeps,
  athlete: AthleteSyncState,
  nowMs: number,
): Promise<void> {
  if (athlete.tasks !== undefined && athlete.nextTryAtMs > nowMs) return;
  const due = await readAhead(deps, athlete, nowMs);
  if (due.length === 0) forgetSettled(athlete, nowMs);
  const nextTryAt = await deps.tasks.nextTryAt(queryOf(deps, athlete, nowMs));
  const backoffs = [...athlete.backoffs.values()].map(({ untilMs }) => untilMs);
  athlete.nextTryAtMs = Math.min(
    nextTryAt?.getTime() ?? Infinity,
    ...backoffs.filter((untilMs) => untilMs > nowMs),
  );
}

/**
 * A request that settles meanwhile can make what was read stale: it forgets the tasks, to say so. The
 * next reading leaves out only what is in flight by then, for a task that failed on the quota is due again.
 */
async function readAhead(
  deps: TaskRefreshDeps,
  athlete: AthleteSyncState,
  nowMs: number,
): Promise<readonly FetchTask[]> {
  for (;;) {
    const reading: readonly FetchTask[] = [];
    athlete.tasks = reading;
    const due = await deps.tasks.due(queryOf(deps, athlete, nowMs));
    if (athlete.tasks !== reading) continue;
    athlete.tasks = due;
    return due;
  }
}

/** A task whose backoff is over and that is not due has been settled otherwise. */
function forgetSettled({ backoffs, inFlight }: AthleteSyncState, nowMs: number): void {
  for (const [key, { untilMs }] of backoffs) {
    if (key !== listKey && untilMs <= nowMs && !inFlight.has(key)) backoffs.delete(key);
  }
}

export function queryOf(
  { kept, quota }: TaskRefreshDeps,
  athlete: AthleteSyncState,
  nowMs: number,
): TaskQuery {
  const { athleteId, scope, inFlight, backoffs } = athlete;
  const backingOff = [...backoffs.keys()].filter((key) => isBackingOff(athlete, key, nowMs));
  return {
    athleteId,
    ranges: ranges(athlete, nowMs),
    now: new Date(nowMs),
    freshFrom: freshFrom(nowMs),
    exclude: new Set([...inFlight, ...backingOff]),
    kept: keptIn(kept, scope.kind === 'default'),
    eventBudgets: eventBudgets(quota.known(), quota.settings, nowMs),
    ...(scope.kind === 'activity' && { only: scope.activityId }),
  };
}

/** What belongs to the athlete is fetched for the default backfill only. */
function keptIn(kept: KeptKinds, isDefault: boolean): KeptKinds {
  return isDefault ? kept : { ...kept, athlete: false, lists: [] };
}

/** Takes a task out of the athlete's state; after the last one of its rank there may be more in the database. */
export function takeTask(athlete: AthleteSyncState, task: FetchTask): void {
  const left = athlete.tasks?.filter((other) => taskKey(other) !== taskKey(task)) ?? [];
  const isLast = left.every((other) => rankOf(other) !== rankOf(task));
  athlete.tasks = isLast ? undefined : left;
}

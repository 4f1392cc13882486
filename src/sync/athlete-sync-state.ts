/**
 * One athlete during a run: what is known of the list and of the streams still missing, mirrored from
 * the database, and the goals that the run has for it. It makes no request and decides nothing.
 */
import type { Goal, ListCoverage } from '../domain/sync/list-coverage.ts';
import { nextListRequest } from '../domain/sync/list-coverage.ts';
import type { AthleteView, DueStreams, PageStep } from '../domain/sync/plan.ts';
import type { DueTask } from '../domain/sync/fetch-task.ts';
import { taskKey } from '../domain/sync/fetch-task.ts';
import type { ReconciledAt } from '../domain/sync/reconcile.ts';
import type { DomestiqueError } from '../errors.ts';
import type {
  Lease,
  PendingStreams,
  Reconcile,
  RejectedDeletions,
  TimeRange,
  BackfillRequest,
} from './ports/ports.ts';

/**
 * What a run is for: everything (the standing backfill, all wishes, the upkeep), one wish alone, or what
 * a comparison with Strava found to be missing, without any page of the list.
 */
export type Scope =
  | { readonly kind: 'default'; readonly since?: Date }
  | { readonly kind: 'backfill'; readonly backfillId: string }
  | {
      readonly kind: 'repair';
      readonly since?: Date;
      /** Whether a 404 removes an activity although the grant would not show it if it were private. */
      readonly acceptsDeletions?: boolean;
    };

/** Bad weather over one thing that is asked for: how often in a row, and until when it rests. */
export interface TaskBackoff {
  readonly count: number;
  readonly untilMs: number;
  /** How many requests of the run had succeeded when it began. */
  readonly successesBefore: number;
}

/** The run's mutable picture of one athlete. */
export interface AthleteSyncState {
  readonly athleteId: number;
  readonly lease: Lease;
  readonly scope: Scope;
  coverage: ListCoverage;
  backfills: readonly BackfillRequest[];
  /** The list being read again, and when that was done last. */
  reconcile: Reconcile | undefined;
  reconciledAt: ReconciledAt;
  rejectedDeletions: RejectedDeletions | undefined;
  isPollDue: boolean;
  /** Whether what the retention ends has to be removed. */
  isSweepDue: boolean;
  isListInFlight: boolean;
  served: number;
  /** Due streams, read ahead; undefined where the database has to be asked again. */
  due: readonly PendingStreams[] | undefined;
  nextTryAt: Date | undefined;
  readonly streamsInFlight: Set<number>;
  /** Other due requests, read ahead; undefined where the database has to be asked again. */
  reads: readonly DueTask[] | undefined;
  nextTaskAt: Date | undefined;
  /** By `taskKey`. */
  readonly tasksInFlight: Set<string>;
  /** What met bad weather: `listKey`, `streamsKey` or `taskKey`. */
  readonly weather: Map<string, TaskBackoff>;
  /** Why nothing more is asked for this athlete in this run. */
  stoppedBy: DomestiqueError | undefined;
  pendingCount: number;
}

export const listKey = 'list';
const streamsPrefix = 'streams:';

export function streamsKey(activityId: number): string {
  return `${streamsPrefix}${activityId}`;
}

/** The activity whose streams a key of the weather names. */
export function activityOfKey(key: string): number | undefined {
  return key.startsWith(streamsPrefix) ? Number(key.slice(streamsPrefix.length)) : undefined;
}

/** Whether a key of the weather names a read. */
export function isTaskKey(key: string): boolean {
  return key !== listKey && activityOfKey(key) === undefined;
}

/** An instant to wait for; what is over already is nothing to wait for. */
export function notBefore(at: Date | undefined, nowMs: number): Date | undefined {
  return at !== undefined && at.getTime() > nowMs ? at : undefined;
}

const freshForMs = 7 * 24 * 60 * 60 * 1_000;

/** The goal of the standing backfill. */
export function defaultGoal(scope: Scope): Goal {
  const since = scope.kind === 'backfill' ? undefined : scope.since;
  return { sinceS: since === undefined ? 0 : Math.floor(since.getTime() / 1_000) };
}

export function backfillGoal({ since, until }: BackfillRequest): Goal {
  return {
    sinceS: Math.floor(since.getTime() / 1_000),
    ...(until && { untilS: Math.floor(until.getTime() / 1_000) }),
  };
}

/** The goal of a reconcile. */
export function reconcileGoal({ since }: Reconcile): Goal {
  return { sinceS: since === undefined ? 0 : Math.floor(since.getTime() / 1_000) };
}

/** The wishes that this run works for. */
export function backfillsInScope({
  scope,
  backfills,
}: AthleteSyncState): readonly BackfillRequest[] {
  if (scope.kind === 'repair') return [];
  return scope.kind === 'default'
    ? backfills
    : backfills.filter(({ id }) => id === scope.backfillId);
}

/** Whether the run's own purpose is fulfilled, whatever else there may be to do. */
export function isBackfillGone({ scope, backfills }: AthleteSyncState): boolean {
  return scope.kind === 'backfill' && !backfills.some(({ id }) => id === scope.backfillId);
}

/** Whether the standing backfill has read its whole list. */
export function isListComplete({ coverage, scope }: AthleteSyncState): boolean {
  return nextListRequest(coverage, defaultGoal(scope)) === undefined;
}

/** The next page that a goal needs: wishes first, they are somebody waiting; the reconcile last. */
function nextStep(work: AthleteSyncState): PageStep | undefined {
  for (const backfill of backfillsInScope(work)) {
    const request = nextListRequest(backfill.coverage, backfillGoal(backfill));
    if (request) return { request, backfillId: backfill.id };
  }
  if (work.scope.kind !== 'default') return undefined;
  const request = nextListRequest(work.coverage, defaultGoal(work.scope));
  return request ? { request } : nextReconcileStep(work);
}

function nextReconcileStep({ reconcile }: AthleteSyncState): PageStep | undefined {
  if (reconcile === undefined) return undefined;
  const request = nextListRequest(reconcile.coverage, reconcileGoal(reconcile));
  return request && { request, isReconcile: true };
}

export function backfillRange({ since, until }: BackfillRequest): TimeRange {
  return { from: since, ...(until && { to: new Date(until.getTime() + 1) }) };
}

/** Where streams are wanted, the range most worth it first: the last days, wishes, the rest. */
export function ranges(work: AthleteSyncState, nowMs: number): readonly TimeRange[] {
  const requested = backfillsInScope(work).map(backfillRange);
  if (work.scope.kind === 'backfill') return requested;
  const { since } = work.scope;
  return [{ from: freshFrom(nowMs) }, ...requested, since ? { from: since } : {}];
}

/** From when on an activity is fresh. */
export function freshFrom(nowMs: number): Date {
  return new Date(nowMs - freshForMs);
}

function isFreshStart(startAt: Date, nowMs: number): boolean {
  return startAt >= freshFrom(nowMs);
}

/** The athlete as the planner sees it. */
export function viewOf(work: AthleteSyncState, nowMs: number): AthleteView {
  const page = nextStep(work);
  const resting = [...work.weather.values()].map(({ untilMs }) => untilMs);
  const tries = [
    ...resting.filter((untilMs) => untilMs > nowMs),
    ...soonest(work.nextTryAt),
    ...soonest(work.nextTaskAt),
  ];
  return {
    athleteId: work.athleteId,
    isPollDue: work.isPollDue,
    ...(page && { page }),
    streams: dueStreams(work, nowMs),
    reads: (work.reads ?? []).filter((read) => !isResting(work, taskKey(read), nowMs)),
    isListInFlight: work.isListInFlight || isResting(work, listKey, nowMs),
    served: work.served,
    ...(tries.length > 0 && { nextTryAtMs: Math.min(...tries) }),
  };
}

function soonest(nextTryAt: Date | undefined): readonly number[] {
  return nextTryAt === undefined ? [] : [nextTryAt.getTime()];
}

function dueStreams(work: AthleteSyncState, nowMs: number): readonly DueStreams[] {
  return (work.due ?? [])
    .filter(({ activityId }) => !isResting(work, streamsKey(activityId), nowMs))
    .map(({ activityId, startAt }) => ({ activityId, isFresh: isFreshStart(startAt, nowMs) }));
}

export function isResting({ weather }: AthleteSyncState, key: string, nowMs: number): boolean {
  return (weather.get(key)?.untilMs ?? 0) > nowMs;
}

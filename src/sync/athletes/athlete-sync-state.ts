/**
 * One athlete during a run: what is known of the list and of the tasks that are due, mirrored from the
 * database, and the goals that the run has for it. It makes no request and decides nothing.
 */
import type { FetchTask } from '../../domain/sync/fetch-task.ts';
import { taskKey } from '../../domain/sync/fetch-task.ts';
import type { Goal, ListCoverage } from '../../domain/sync/list-coverage.ts';
import { nextListRequest } from '../../domain/sync/list-coverage.ts';
import type { AthleteView, PageStep } from '../../domain/sync/plan.ts';
import type { ReconciledAt } from '../../domain/sync/reconcile.ts';
import type { DomestiqueError } from '../../errors.ts';
import type { TimeRange } from '../ports/activities.ts';
import type {
  AthleteState,
  BackfillRequest,
  LastPoll,
  Reconcile,
  RejectedDeletions,
} from '../ports/athletes.ts';
import type { Lease } from '../ports/leases.ts';

/**
 * What a run is for: everything (the default backfill, all backfill requests, the upkeep), one backfill
 * request alone, one activity, or what a comparison with Strava found to be missing. The last two need no
 * page of the list.
 */
export type Scope =
  | { readonly kind: 'default'; readonly since?: Date }
  | { readonly kind: 'backfill'; readonly backfillId: string }
  /** What `sync --activity` requested. */
  | { readonly kind: 'activity'; readonly activityId: number }
  | {
      readonly kind: 'repair';
      readonly since?: Date;
      /** Whether a 404 removes an activity although the grant would not show it if it were private. */
      readonly acceptsDeletions?: boolean;
    };

/** Transient failures of one task: how many in a row, and until when it is not tried again. */
export interface TaskBackoff {
  readonly failures: number;
  readonly untilMs: number;
  /** How many requests of the run had succeeded when it began. */
  readonly successesBefore: number;
}

/** The run's mutable state of one athlete. */
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
  lastPoll: LastPoll | undefined;
  /** Whether what the retention ends has to be removed. */
  isSweepDue: boolean;
  /** Whether photos' files may be due. */
  arePhotosDue: boolean;
  /** How many requests the run made for the athlete. */
  served: number;
  /** Due tasks, read ahead; undefined when the database has to be read again. */
  tasks: readonly FetchTask[] | undefined;
  /** When the database has to be read again, and the next failed request may be retried. */
  nextTryAtMs: number;
  /** `listKey`, and by `taskKey`. */
  readonly inFlight: Set<string>;
  /** By the same keys. */
  readonly backoffs: Map<string, TaskBackoff>;
  /** Why nothing more is fetched for this athlete in this run. */
  stoppedBy: DomestiqueError | undefined;
  /** Whether it is given back to the workers that share the athletes, once nothing is in flight. */
  isReleasing: boolean;
  /** How many activities still lack their streams, those in flight aside; undefined until they are counted. */
  waitingStreams: number | undefined;
  /** By how much requests have changed that so far. */
  waitingChange: number;
}

export interface InitialOptions {
  readonly scopeOf: (athleteId: number) => Scope;
  readonly isPollWanted: boolean;
}

/** The state of an athlete who has just been taken. */
export function initialState(
  { scopeOf, isPollWanted }: InitialOptions,
  lease: Lease,
  state: AthleteState,
): AthleteSyncState {
  const { athleteId, coverage, backfills, reconcile, reconciledAt, rejectedDeletions } = state;
  return {
    ...{ athleteId, lease, coverage, backfills, reconcile, reconciledAt, rejectedDeletions },
    scope: scopeOf(athleteId),
    isPollDue: isPollWanted,
    lastPoll: state.lastPoll,
    isSweepDue: true,
    arePhotosDue: true,
    served: 0,
    tasks: undefined,
    nextTryAtMs: Infinity,
    inFlight: new Set(),
    backoffs: new Map(),
    stoppedBy: undefined,
    isReleasing: false,
    waitingStreams: undefined,
    waitingChange: 0,
  };
}

/** The key of the list: its pages are read one after the other. */
export const listKey = 'list';

const freshForMs = 7 * 24 * 60 * 60 * 1_000;

/** The goal of the default backfill. */
export function defaultGoal(scope: Scope): Goal {
  return goalOf('since' in scope ? scope : {});
}

/** The goal of a backfill request, or of a reconcile. */
export function goalOf({ since, until }: { since?: Date; until?: Date }): Goal {
  return {
    sinceS: since === undefined ? 0 : Math.floor(since.getTime() / 1_000),
    ...(until && { untilS: Math.floor(until.getTime() / 1_000) }),
  };
}

/** The backfill requests that this run works for. */
export function backfillsInScope({
  scope,
  backfills,
}: AthleteSyncState): readonly BackfillRequest[] {
  if (scope.kind === 'repair' || scope.kind === 'activity') return [];
  return scope.kind === 'default'
    ? backfills
    : backfills.filter(({ id }) => id === scope.backfillId);
}

/** Whether the run's own purpose is fulfilled, whatever else there may be to do. */
export function isBackfillGone({ scope, backfills }: AthleteSyncState): boolean {
  return scope.kind === 'backfill' && !backfills.some(({ id }) => id === scope.backfillId);
}

/** Whether the default backfill has read its whole list. */
export function isListComplete({ coverage, scope }: AthleteSyncState): boolean {
  return nextListRequest(coverage, defaultGoal(scope)) === undefined;
}

/** The next page that a goal needs: backfill requests first, because a user waits; the reconcile last. */
function nextStep(athlete: AthleteSyncState): PageStep | undefined {
  const { scope, coverage, reconcile } = athlete;
  for (const backfill of backfillsInScope(athlete)) {
    const request = nextListRequest(backfill.coverage, goalOf(backfill));
    if (request) return { request, backfillId: backfill.id };
  }
  if (scope.kind !== 'default') return undefined;
  const request = nextListRequest(coverage, defaultGoal(scope));
  if (request !== undefined || reconcile === undefined) return request && { request };
  const again = nextListRequest(reconcile.coverage, goalOf(reconcile));
  return again && { request: again, isReconcile: true };
}

/** Whether every page that the run needs was read. A reconcile reads known pages again. */
export function isListKnown(athlete: AthleteSyncState): boolean {
  if (athlete.stoppedBy !== undefined) return true;
  const step = nextStep(athlete);
  return !athlete.isPollDue && (step === undefined || step.isReconcile === true);
}

/** Whether the run may have something to do for the athlete, now or later. */
export function hasWork(athlete: AthleteSyncState): boolean {
  const { stoppedBy, isPollDue, tasks, inFlight, nextTryAtMs } = athlete;
  if (stoppedBy !== undefined) return false;
  if (isPollDue || tasks === undefined || tasks.length > 0) return true;
  return inFlight.size > 0 || nextTryAtMs !== Infinity || nextStep(athlete) !== undefined;
}

export function backfillRange({ since, until }: BackfillRequest): TimeRange {
  return { from: since, ...(until && { to: new Date(until.getTime() + 1) }) };
}

/** Where streams are wanted, the most urgent range first: the last days, backfill requests, the rest. */
export function ranges(athlete: AthleteSyncState, nowMs: number): readonly TimeRange[] {
  const requested = backfillsInScope(athlete).map(backfillRange);
  if (athlete.scope.kind === 'backfill') return requested;
  const since = 'since' in athlete.scope ? athlete.scope.since : undefined;
  return [{ from: freshFrom(nowMs) }, ...requested, since ? { from: since } : {}];
}

/** From when on an activity is fresh. */
export function freshFrom(nowMs: number): Date {
  return new Date(nowMs - freshForMs);
}

/** The athlete as the planner sees it. */
export function viewOf(athlete: AthleteSyncState, nowMs: number): AthleteView {
  const { athleteId, isPollDue, served, nextTryAtMs, inFlight } = athlete;
  const page = nextStep(athlete);
  return {
    ...{ athleteId, isPollDue, served, nextTryAtMs },
    ...(page && { page }),
    tasks: (athlete.tasks ?? []).filter((task) => isFree(athlete, task, nowMs)),
    isListInFlight: inFlight.has(listKey) || isBackingOff(athlete, listKey, nowMs),
  };
}

/** While an activity is fetched by itself its streams wait: the response says whether they are wanted. */
function isFree(athlete: AthleteSyncState, task: FetchTask, nowMs: number): boolean {
  if (isBackingOff(athlete, taskKey(task), nowMs)) return false;
  return task.kind !== 'streams' || !athlete.inFlight.has(`activity:${task.activityId}`);
}

export function isBackingOff({ backoffs }: AthleteSyncState, key: string, nowMs: number): boolean {
  return (backoffs.get(key)?.untilMs ?? 0) > nowMs;
}

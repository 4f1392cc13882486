/**
 * One athlete during a run: what is known of the list and of the streams still missing, mirrored from
 * the database, and the goals that the run has for it. It makes no request and decides nothing.
 */
import type { Goal, Listing } from '../domain/sync/list-coverage.ts';
import { nextListRequest } from '../domain/sync/list-coverage.ts';
import type { AthleteView, DueStreams, WalkStep } from '../domain/sync/plan.ts';
import type { DueRead } from '../domain/sync/fetch-task.ts';
import { keyOfRead } from '../domain/sync/fetch-task.ts';
import type { ReconciledAt } from '../domain/sync/reconcile.ts';
import type { DomestiqueError } from '../errors.ts';
import type {
  Lease,
  PendingStreams,
  Reconcile,
  RefusedDeletions,
  TimeRange,
  Wish,
} from './ports/ports.ts';

/**
 * What a run is for: everything (the standing backfill, all wishes, the upkeep), one wish alone, or what
 * a comparison with Strava found to be missing, without any page of the list.
 */
export type Scope =
  | { readonly kind: 'standing'; readonly since?: Date }
  | { readonly kind: 'wish'; readonly wishId: string }
  | {
      readonly kind: 'mend';
      readonly since?: Date;
      /** Whether a 404 removes an activity although the grant would not show it if it were private. */
      readonly acceptsDeletions?: boolean;
    };

/** Bad weather over one thing that is asked for: how often in a row, and until when it rests. */
export interface Storm {
  readonly count: number;
  readonly untilMs: number;
  /** How many requests of the run had succeeded when it began. */
  readonly successesBefore: number;
}

/** The run's mutable picture of one athlete. */
export interface AthleteWork {
  readonly athleteId: number;
  readonly lease: Lease;
  readonly scope: Scope;
  listing: Listing;
  wishes: readonly Wish[];
  /** The list being read again, and when that was done last. */
  reconcile: Reconcile | undefined;
  reconciledAt: ReconciledAt;
  refusedDeletions: RefusedDeletions | undefined;
  isLookDue: boolean;
  /** Whether what the retention ends has to be removed. */
  isSweepDue: boolean;
  isListInFlight: boolean;
  served: number;
  /** Due streams, read ahead; undefined where the database has to be asked again. */
  due: readonly PendingStreams[] | undefined;
  nextTryAt: Date | undefined;
  readonly streamsInFlight: Set<number>;
  /** Other due requests, read ahead; undefined where the database has to be asked again. */
  reads: readonly DueRead[] | undefined;
  nextReadAt: Date | undefined;
  /** By `keyOfRead`. */
  readonly readsInFlight: Set<string>;
  /** What met bad weather: `listKey`, `streamsKey` or `keyOfRead`. */
  readonly weather: Map<string, Storm>;
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
export function isReadKey(key: string): boolean {
  return key !== listKey && activityOfKey(key) === undefined;
}

/** An instant to wait for; what is over already is nothing to wait for. */
export function notBefore(at: Date | undefined, nowMs: number): Date | undefined {
  return at !== undefined && at.getTime() > nowMs ? at : undefined;
}

const freshForMs = 7 * 24 * 60 * 60 * 1_000;

/** The goal of the standing backfill. */
export function standingGoal(scope: Scope): Goal {
  const since = scope.kind === 'wish' ? undefined : scope.since;
  return { sinceS: since === undefined ? 0 : Math.floor(since.getTime() / 1_000) };
}

export function wishGoal({ since, until }: Wish): Goal {
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
export function wishesInScope({ scope, wishes }: AthleteWork): readonly Wish[] {
  if (scope.kind === 'mend') return [];
  return scope.kind === 'standing' ? wishes : wishes.filter(({ id }) => id === scope.wishId);
}

/** Whether the run's own purpose is fulfilled, whatever else there may be to do. */
export function isWishGone({ scope, wishes }: AthleteWork): boolean {
  return scope.kind === 'wish' && !wishes.some(({ id }) => id === scope.wishId);
}

/** Whether the standing backfill has read its whole list. */
export function isListComplete({ listing, scope }: AthleteWork): boolean {
  return nextListRequest(listing, standingGoal(scope)) === undefined;
}

/** The next page that a goal needs: wishes first, they are somebody waiting; the reconcile last. */
function nextStep(work: AthleteWork): WalkStep | undefined {
  for (const wish of wishesInScope(work)) {
    const request = nextListRequest(wish.listing, wishGoal(wish));
    if (request) return { request, wishId: wish.id };
  }
  if (work.scope.kind !== 'standing') return undefined;
  const request = nextListRequest(work.listing, standingGoal(work.scope));
  return request ? { request } : nextReconcileStep(work);
}

function nextReconcileStep({ reconcile }: AthleteWork): WalkStep | undefined {
  if (reconcile === undefined) return undefined;
  const request = nextListRequest(reconcile.listing, reconcileGoal(reconcile));
  return request && { request, isReconcile: true };
}

export function rangeOfWish({ since, until }: Wish): TimeRange {
  return { from: since, ...(until && { to: new Date(until.getTime() + 1) }) };
}

/** Where streams are wanted, the range most worth it first: the last days, wishes, the rest. */
export function ranges(work: AthleteWork, nowMs: number): readonly TimeRange[] {
  const wished = wishesInScope(work).map(rangeOfWish);
  if (work.scope.kind === 'wish') return wished;
  const { since } = work.scope;
  return [{ from: freshFrom(nowMs) }, ...wished, since ? { from: since } : {}];
}

/** From when on an activity is fresh. */
export function freshFrom(nowMs: number): Date {
  return new Date(nowMs - freshForMs);
}

function isFreshStart(startAt: Date, nowMs: number): boolean {
  return startAt >= freshFrom(nowMs);
}

/** The athlete as the planner sees it. */
export function viewOf(work: AthleteWork, nowMs: number): AthleteView {
  const walk = nextStep(work);
  const resting = [...work.weather.values()].map(({ untilMs }) => untilMs);
  const tries = [
    ...resting.filter((untilMs) => untilMs > nowMs),
    ...soonest(work.nextTryAt),
    ...soonest(work.nextReadAt),
  ];
  return {
    athleteId: work.athleteId,
    isLookDue: work.isLookDue,
    ...(walk && { walk }),
    streams: dueStreams(work, nowMs),
    reads: (work.reads ?? []).filter((read) => !isResting(work, keyOfRead(read), nowMs)),
    isListInFlight: work.isListInFlight || isResting(work, listKey, nowMs),
    served: work.served,
    ...(tries.length > 0 && { nextTryAtMs: Math.min(...tries) }),
  };
}

function soonest(nextTryAt: Date | undefined): readonly number[] {
  return nextTryAt === undefined ? [] : [nextTryAt.getTime()];
}

function dueStreams(work: AthleteWork, nowMs: number): readonly DueStreams[] {
  return (work.due ?? [])
    .filter(({ activityId }) => !isResting(work, streamsKey(activityId), nowMs))
    .map(({ activityId, startAt }) => ({ activityId, isFresh: isFreshStart(startAt, nowMs) }));
}

export function isResting({ weather }: AthleteWork, key: string, nowMs: number): boolean {
  return (weather.get(key)?.untilMs ?? 0) > nowMs;
}

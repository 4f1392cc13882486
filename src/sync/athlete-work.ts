/**
 * One athlete during a run: what is known of the list and of the streams still missing, mirrored from
 * the database, and the goals that the run has for it. It makes no request and decides nothing.
 */
import type { Goal, Listing } from '../domain/listing.ts';
import { nextListRequest } from '../domain/listing.ts';
import type { AthleteView, DueStreams, WalkStep } from '../domain/plan.ts';
import type { DomestiqueError } from '../errors.ts';
import type { Lease, PendingStreams, TimeRange, Wish } from './ports.ts';

/** What a run is for: everything (the standing backfill and all wishes), or one wish alone. */
export type Scope =
  | { readonly kind: 'standing'; readonly since?: Date }
  | { readonly kind: 'wish'; readonly wishId: string };

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
  isLookDue: boolean;
  isListInFlight: boolean;
  served: number;
  /** Due streams, read ahead; undefined where the database has to be asked again. */
  due: readonly PendingStreams[] | undefined;
  nextTryAt: Date | undefined;
  readonly streamsInFlight: Set<number>;
  /** What met bad weather; `listKey` is the list. */
  readonly weather: Map<number, Storm>;
  /** Why nothing more is asked for this athlete in this run. */
  stoppedBy: DomestiqueError | undefined;
  pendingCount: number;
}

/** Stands for the list among activity ids. */
export const listKey = 0;

const freshForMs = 7 * 24 * 60 * 60 * 1_000;

/** The goal of the standing backfill. */
export function standingGoal(scope: Scope): Goal {
  const since = scope.kind === 'standing' ? scope.since : undefined;
  return { sinceS: since === undefined ? 0 : Math.floor(since.getTime() / 1_000) };
}

export function wishGoal({ since, until }: Wish): Goal {
  return {
    sinceS: Math.floor(since.getTime() / 1_000),
    ...(until && { untilS: Math.floor(until.getTime() / 1_000) }),
  };
}

/** The wishes that this run works for. */
export function wishesInScope({ scope, wishes }: AthleteWork): readonly Wish[] {
  return scope.kind === 'standing' ? wishes : wishes.filter(({ id }) => id === scope.wishId);
}

/** Whether the run's own purpose is fulfilled, whatever else there may be to do. */
export function isWishGone({ scope, wishes }: AthleteWork): boolean {
  return scope.kind === 'wish' && !wishes.some(({ id }) => id === scope.wishId);
}

/** The next page that a goal needs: wishes first, they are somebody waiting. */
function nextStep(work: AthleteWork): WalkStep | undefined {
  for (const wish of wishesInScope(work)) {
    const request = nextListRequest(wish.listing, wishGoal(wish));
    if (request) return { request, wishId: wish.id };
  }
  if (work.scope.kind === 'wish') return undefined;
  const request = nextListRequest(work.listing, standingGoal(work.scope));
  return request && { request };
}

export function rangeOfWish({ since, until }: Wish): TimeRange {
  return { from: since, ...(until && { to: new Date(until.getTime() + 1) }) };
}

/** Where streams are wanted, the range most worth it first: the last days, wishes, the rest. */
export function ranges(work: AthleteWork, nowMs: number): readonly TimeRange[] {
  const wished = wishesInScope(work).map(rangeOfWish);
  if (work.scope.kind === 'wish') return wished;
  const { since } = work.scope;
  return [{ from: new Date(nowMs - freshForMs) }, ...wished, since ? { from: since } : {}];
}

function isFreshStart(startAt: Date, nowMs: number): boolean {
  return startAt.getTime() >= nowMs - freshForMs;
}

/** The athlete as the planner sees it. */
export function viewOf(work: AthleteWork, nowMs: number): AthleteView {
  const walk = nextStep(work);
  const resting = [...work.weather.values()].map(({ untilMs }) => untilMs);
  const tries = [...resting.filter((untilMs) => untilMs > nowMs), ...soonest(work.nextTryAt)];
  return {
    athleteId: work.athleteId,
    isLookDue: work.isLookDue,
    ...(walk && { walk }),
    streams: dueStreams(work, nowMs),
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
    .filter(({ activityId }) => !isResting(work, activityId, nowMs))
    .map(({ activityId, startAt }) => ({ activityId, isFresh: isFreshStart(startAt, nowMs) }));
}

export function isResting({ weather }: AthleteWork, key: number, nowMs: number): boolean {
  return (weather.get(key)?.untilMs ?? 0) > nowMs;
}

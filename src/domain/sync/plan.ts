/**
 * The planner: of all that could be asked of Strava now, the request most worth making, over all
 * athletes in turn. A pure function of what the database knows, what is in flight, what is left of
 * the quota, and the time.
 *
 * Fresh before old, the list before the streams, the streams before the details: a look at the newest
 * page, what a webhook told of, the streams and the details of the last days, the walk down the list,
 * the upkeep (the athlete, what may have been deleted), then older streams, older details, segments.
 * Only fresh requests may spend the reserve.
 */
import type { ListRequest } from './list-coverage.ts';
import type { DueTask, TaskRank } from './fetch-task.ts';
import { isFreshTask, rankOfTask } from './fetch-task.ts';

/** An activity whose streams can be asked for now. */
export interface DueStreams {
  readonly activityId: number;
  readonly isFresh: boolean;
}

/** The next page of a walk: of a wish's or a reconcile's, where that is said, else of the standing one. */
export interface PageStep {
  readonly request: ListRequest;
  readonly backfillId?: string;
  readonly isReconcile?: boolean;
}

/** What is known of one athlete whose lease this process holds. */
export interface AthleteView {
  readonly athleteId: number;
  /** Whether the newest page has to be looked at. */
  readonly isPollDue: boolean;
  /** The next page, if a goal is not covered yet. */
  readonly page?: PageStep;
  /** Due and not in flight, the one most worth asking for first. */
  readonly streams: readonly DueStreams[];
  /** The other requests that are due and not in flight. */
  readonly reads: readonly DueTask[];
  /** The list is read one page after the other. */
  readonly isListInFlight: boolean;
  /** How many requests were made for the athlete in this run: the lowest goes first. */
  readonly served: number;
  /** When a failed request may be tried again, if there is one that is not due yet. */
  readonly nextTryAtMs?: number;
}

/** Everything that the planner looks at; instants in milliseconds since the epoch. */
export interface PlanView {
  readonly nowMs: number;
  readonly athletes: readonly AthleteView[];
  readonly inFlight: number;
  /** How many may be in flight at once: one while Strava seems to be away. */
  readonly maxInFlight: number;
  /** No request before this instant: Strava seems to be away. */
  readonly pausedUntilMs: number;
  /** When the quota lets a fresh request through, and an old one (it leaves the reserve). */
  readonly freshOpensAtMs: number;
  readonly oldOpensAtMs: number;
}

export type Work =
  | { readonly kind: 'poll'; readonly athleteId: number; readonly isFresh: true }
  | {
      readonly kind: 'page';
      readonly athleteId: number;
      readonly isFresh: false;
      readonly step: PageStep;
    }
  | {
      readonly kind: 'streams';
      readonly athleteId: number;
      readonly isFresh: boolean;
      readonly activityId: number;
    }
  | {
      readonly kind: 'read';
      readonly athleteId: number;
      readonly isFresh: boolean;
      readonly read: DueTask;
    };

export type WaitReason = 'quota' | 'pause' | 'retry' | 'inFlight';

export type Plan =
  | { readonly kind: 'request'; readonly work: Work }
  | { readonly kind: 'wait'; readonly reason: WaitReason; readonly untilMs: number }
  | { readonly kind: 'done' };

type Chooser = (athlete: AthleteView) => Work | undefined;

const byWorth: readonly Chooser[] = [
  ({ athleteId, isPollDue, isListInFlight }) =>
    isPollDue && !isListInFlight ? { kind: 'poll', athleteId, isFresh: true } : undefined,
  (athlete) => taskWork(athlete, 'event'),
  (athlete) => streamsWork(athlete, true),
  (athlete) => taskWork(athlete, 'freshDetails'),
  ({ athleteId, page, isPollDue, isListInFlight }) =>
    page === undefined || isPollDue || isListInFlight
      ? undefined
      : { kind: 'page', athleteId, isFresh: false, step: page },
  (athlete) => taskWork(athlete, 'upkeep'),
  (athlete) => streamsWork(athlete, false),
  (athlete) => taskWork(athlete, 'oldDetails'),
  (athlete) => taskWork(athlete, 'segment'),
];

/** The request most worth making now, or how long to wait for one, or that nothing is left to do. */
export function plan(view: PlanView): Plan {
  const work = mostWorth(view.athletes);
  if (work === undefined) return planIdle(view);
  if (view.inFlight >= view.maxInFlight) {
    return { kind: 'wait', reason: 'inFlight', untilMs: Number.POSITIVE_INFINITY };
  }
  if (view.pausedUntilMs > view.nowMs) {
    return { kind: 'wait', reason: 'pause', untilMs: view.pausedUntilMs };
  }
  const opensAtMs = work.isFresh ? view.freshOpensAtMs : view.oldOpensAtMs;
  if (opensAtMs > view.nowMs) return { kind: 'wait', reason: 'quota', untilMs: opensAtMs };
  return { kind: 'request', work };
}

function mostWorth(athletes: readonly AthleteView[]): Work | undefined {
  const inTurn = [...athletes].sort((one, other) => one.served - other.served);
  for (const choose of byWorth) {
    for (const athlete of inTurn) {
      const work = choose(athlete);
      if (work !== undefined) return work;
    }
  }
  return undefined;
}

function streamsWork({ athleteId, streams }: AthleteView, isFresh: boolean): Work | undefined {
  const due = streams.find((candidate) => candidate.isFresh === isFresh);
  return due && { kind: 'streams', athleteId, isFresh, activityId: due.activityId };
}

function taskWork({ athleteId, reads }: AthleteView, rank: TaskRank): Work | undefined {
  const read = reads.find((candidate) => rankOfTask(candidate) === rank);
  return read && { kind: 'read', athleteId, isFresh: isFreshTask(read), read };
}

function planIdle({ athletes, inFlight, nowMs }: PlanView): Plan {
  const tries = athletes.flatMap(({ nextTryAtMs }) =>
    nextTryAtMs === undefined ? [] : [nextTryAtMs],
  );
  const untilMs = Math.max(nowMs, Math.min(...tries));
  if (inFlight > 0) return { kind: 'wait', reason: 'inFlight', untilMs };
  return tries.length === 0 ? { kind: 'done' } : { kind: 'wait', reason: 'retry', untilMs };
}

/**
 * The planner: of all requests that could be sent to Strava now, the one most worth making, over all
 * athletes in turn. A pure function of what the database knows, what is in flight, what is left of the
 * quota, and the time.
 *
 * Fresh before old, the list before the streams, the streams before the details: first a poll of the
 * newest page, then the order of `ranks`. Only fresh requests may spend the reserve.
 */
import type { ListRequest } from './list-coverage.ts';
import type { FetchTask, TaskRank } from './fetch-task.ts';
import { isFreshTask, rankOf, ranks } from './fetch-task.ts';

/** The next page of a list: of a backfill request or a reconcile if named, else of the default backfill. */
export interface PageStep {
  readonly request: ListRequest;
  readonly backfillId?: string;
  readonly isReconcile?: boolean;
}

/** What is known of one athlete whose lease this process holds. */
export interface AthleteView {
  readonly athleteId: number;
  /** Whether the newest page has to be polled. */
  readonly isPollDue: boolean;
  /** The next page, if a goal is not covered yet. */
  readonly page?: PageStep;
  /** Due and not in flight; of each rank the one most worth fetching first. */
  readonly tasks: readonly FetchTask[];
  /** The list is read one page after the other. */
  readonly isListInFlight: boolean;
  /** How many requests were made for the athlete in this run: the lowest goes first. */
  readonly served: number;
  /** When the next failed request may be tried again; Infinity when none waits. */
  readonly nextTryAtMs: number;
}

/** Everything that the planner considers; instants in milliseconds since the epoch. */
export interface PlanView {
  readonly nowMs: number;
  readonly athletes: readonly AthleteView[];
  readonly inFlight: number;
  /** How many may be in flight at once: one while Strava seems to be down. */
  readonly maxInFlight: number;
  /** No request before this instant: Strava seems to be down. */
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
      readonly kind: 'task';
      readonly athleteId: number;
      readonly isFresh: boolean;
      readonly task: FetchTask;
    };

export type WaitReason = 'quota' | 'pause' | 'retry' | 'inFlight';

export type Plan =
  | { readonly kind: 'request'; readonly work: Work }
  | { readonly kind: 'wait'; readonly reason: WaitReason; readonly untilMs: number }
  | { readonly kind: 'done' };

type Chooser = (athlete: AthleteView) => Work | undefined;

const byWorth: readonly Chooser[] = [
  pollWork,
  ...ranks.map((rank): Chooser =>
    rank === 'page' ? pageWork : (athlete) => taskWork(athlete, rank),
  ),
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

function pollWork({ athleteId, isPollDue, isListInFlight }: AthleteView): Work | undefined {
  return isPollDue && !isListInFlight ? { kind: 'poll', athleteId, isFresh: true } : undefined;
}

function pageWork(athlete: AthleteView): Work | undefined {
  const { athleteId, page, isPollDue, isListInFlight } = athlete;
  if (page === undefined || isPollDue || isListInFlight) return undefined;
  return { kind: 'page', athleteId, isFresh: false, step: page };
}

function taskWork({ athleteId, tasks }: AthleteView, rank: TaskRank): Work | undefined {
  const task = tasks.find((candidate) => rankOf(candidate) === rank);
  return task && { kind: 'task', athleteId, isFresh: isFreshTask(task), task };
}

function planIdle({ athletes, inFlight, nowMs }: PlanView): Plan {
  const nextTryAtMs = Math.min(...athletes.map((athlete) => athlete.nextTryAtMs));
  const untilMs = Math.max(nowMs, nextTryAtMs);
  if (inFlight > 0) return { kind: 'wait', reason: 'inFlight', untilMs };
  return untilMs === Infinity ? { kind: 'done' } : { kind: 'wait', reason: 'retry', untilMs };
}

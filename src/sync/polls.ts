/**
 * The polls of a run: reads when every athlete of the application was polled, whoever holds the lease,
 * and marks those of this run whose newest page is due.
 */
import { isFreshTask } from '../domain/sync/fetch-task.ts';
import type { PollFacts, PollPlan } from '../domain/rate-limit/poll-plan.ts';
import { planPolls } from '../domain/rate-limit/poll-plan.ts';
import { pollShortage, reportPolls } from '../domain/rate-limit/poll-report.ts';
import { duePolls } from '../domain/rate-limit/due-polls.ts';
import type { Reserve } from '../domain/rate-limit/quota.ts';
import { windowEndMs } from '../domain/rate-limit/quota.ts';
import { reserveFor } from '../domain/rate-limit/reserve.ts';
import type { AthleteSyncState } from './athletes/athlete-sync-state.ts';
import { viewOf } from './athletes/athlete-sync-state.ts';
import { pendingCountOf } from './tasks/pending-count.ts';
import type { AthleteStore } from './ports/athletes.ts';
import type { QuotaView } from './quota-view.ts';

/** What a job remembers from run to run. */
export interface PollMemory {
  /** Since when this process receives the webhook's events, in milliseconds since the epoch. */
  readonly listeningSinceMs: number;
  /** Whether the last run left a backlog. */
  readonly hadBacklog: boolean;
  /** Called with each choice: why the quota does not carry the athletes, or undefined where it does. */
  readonly onShortage: (text: string | undefined) => void;
}

export interface PollDeps extends PollMemory {
  readonly athletes: Pick<AthleteStore, 'polledAthletes'>;
  readonly quota: QuotaView;
  /** Milliseconds between two ticks of the schedule. */
  readonly tickIntervalMs: number;
  /** The minimum between two polls of a list while a webhook reports uploads, in milliseconds; 0 without one. */
  readonly webhookIntervalMs: () => number;
}

export interface Polls {
  /** Marks the athletes whose newest page is polled now, and no others. */
  readonly mark: () => Promise<void>;
  /** Plans anew in each short window, and marks who had no room in the one before. */
  readonly keepUp: () => Promise<void>;
  /** When more are marked before the next tick; Infinity where none are. */
  readonly againAtMs: () => number;
  /** What is kept for polls and new activities; `keepUp` has to be called before. */
  readonly reserve: () => Reserve;
}

export function createPolls(deps: PollDeps, athletes: readonly AthleteSyncState[]): Polls {
  const { quota } = deps;
  let plan: PollPlan | undefined;
  let staleAtMs = Number.NEGATIVE_INFINITY;
  let againAtMs = Number.POSITIVE_INFINITY;

  const read = async (): Promise<{ facts: PollFacts; plan: PollPlan }> => {
    const facts = await readFacts(deps, athletes);
    plan = planPolls(facts);
    staleAtMs = windowEndMs('short', facts.nowMs, quota.settings);
    return { facts, plan };
  };

  const mark = async (): Promise<void> => {
    const { facts, plan: current } = await read();
    const due = duePolls(current, facts);
    for (const athlete of athletes) athlete.isPollDue = due.athleteIds.has(athlete.athleteId);
    againAtMs = due.againAtMs ?? Number.POSITIVE_INFINITY;
    deps.onShortage(pollShortage(reportPolls(current), facts.webhookIntervalMs > 0));
  };

  return {
    mark,
    keepUp: async () => {
      const nowMs = quota.nowMs();
      if (nowMs >= againAtMs) await mark();
      else if (nowMs >= staleAtMs) await read();
    },
    againAtMs: () => againAtMs,
    reserve: () => {
      if (plan === undefined) throw new TypeError('The polls were not planned yet.');
      return reserveFor(plan, quota.known(), quota.settings, quota.nowMs());
    },
  };
}

async function readFacts(
  deps: PollDeps,
  athletes: readonly AthleteSyncState[],
): Promise<PollFacts> {
  const { athletes: store, quota, tickIntervalMs, listeningSinceMs, hadBacklog } = deps;
  const nowMs = quota.nowMs();
  return {
    ...{ nowMs, tickIntervalMs, listeningSinceMs, webhookIntervalMs: deps.webhookIntervalMs() },
    ...{ state: quota.known(), settings: quota.settings },
    athletes: await store.polledAthletes(),
    hasBacklog: hasBacklog(athletes, nowMs, hadBacklog),
  };
}

/** Whether recordings or pages wait for the quota; `isElse` where no recordings were counted yet. */
export function hasBacklog(
  athletes: readonly AthleteSyncState[],
  nowMs: number,
  isElse: boolean,
): boolean {
  const active = athletes.filter(({ stoppedBy }) => stoppedBy === undefined);
  const isUnknown = active.some(({ waitingStreams }) => waitingStreams === undefined);
  return (isUnknown && isElse) || active.some((athlete) => isWaiting(athlete, nowMs));
}

function isWaiting(athlete: AthleteSyncState, nowMs: number): boolean {
  const { tasks = [] } = athlete;
  const isOld = tasks.some((task) => !isFreshTask(task));
  return pendingCountOf(athlete) > 0 || isOld || viewOf(athlete, nowMs).page !== undefined;
}

/**
 * Simulated days of a daemon with an endless backlog: a tick every quarter of an hour, the real ledger,
 * and as many old requests in each minute as the reserve lets through.
 */
import { dayMs, minuteMs, secondMs } from '../../../src/domain/duration.ts';
import { duePolls } from '../../../src/domain/rate-limit/due-polls.ts';
import type {
  PolledAthlete,
  PollFacts,
  PollPlan,
} from '../../../src/domain/rate-limit/poll-plan.ts';
import { planPolls } from '../../../src/domain/rate-limit/poll-plan.ts';
import { noReserve, reserve } from '../../../src/domain/rate-limit/quota.ts';
import { settle } from '../../../src/domain/rate-limit/quota-feedback.ts';
import type { QuotaSettings, QuotaState } from '../../../src/domain/rate-limit/quota-state.ts';
import { emptyQuota, windowStartMs } from '../../../src/domain/rate-limit/quota-state.ts';
import { activityRequests, reserveFor } from '../../../src/domain/rate-limit/reserve.ts';

export const midnightMs = Date.UTC(2026, 10, 22);
export const quarterMs = 15 * minuteMs;

export const quotaOf = (short: number, daily: number): QuotaSettings => ({
  ...{ short, daily, shortWindowMs: quarterMs, dailyWindowMs: dayMs },
  ...{ isHigherAllowed: false, maxInFlightMs: 90_000 },
});

/** How many requests of a whole day polls and new activities leave for a backlog. */
export function backlogPerDay(plan: PollPlan, { daily }: QuotaSettings): number {
  return Math.floor(daily - plan.perDay - plan.newActivities * activityRequests);
}

export interface Sent {
  readonly atMs: number;
  readonly kind: 'poll' | 'activity' | 'old';
  /** Of a poll. */
  readonly athleteId?: number;
}

export interface SimulatedDays {
  readonly sent: readonly Sent[];
  /** The plan of the last tick. */
  readonly plan: PollPlan;
}

export interface DaysOptions {
  readonly athletes: readonly PolledAthlete[];
  readonly settings: QuotaSettings;
  readonly days: number;
  readonly webhookIntervalMs?: number;
  readonly hasBacklog?: boolean;
  /** Whether the expected activities are uploaded, evenly over the day: nobody becomes inactive. */
  readonly hasUploads?: boolean;
  /** Milliseconds after the quarter of an hour at which the schedule ticks. */
  readonly tickOffsetMs?: number;
}

/** Active yesterday, last week, two months ago and over a year ago, in turn. */
export function athletesOf(count: number): readonly PolledAthlete[] {
  const inactiveDays = [1, 7, 60, 400];
  return Array.from({ length: count }, (_, index) => ({
    athleteId: 1_001 + 7 * index,
    newestStartMs: midnightMs - (inactiveDays[index % 4] ?? 0) * dayMs,
  }));
}

export function simulateDays(options: DaysOptions): SimulatedDays {
  const { settings, days, hasBacklog = true, webhookIntervalMs = 0, tickOffsetMs = 0 } = options;
  let uploaded = 0;
  let athletes = options.athletes;
  let state: QuotaState = emptyQuota;
  let due: readonly number[] = [];
  let plan: PollPlan | undefined;
  const sent: Sent[] = [];

  const send = (atMs: number, kind: Sent['kind'], athleteId?: number): boolean => {
    const kept = kind === 'old' && plan ? reserveFor(plan, state, settings, atMs) : noReserve;
    const request = { id: String(sent.length), owner: 'daemon', atMs, reserve: kept };
    const decision = reserve(state, request, settings);
    if (!decision.isAllowed) return false;
    state = settle(decision.state, { id: request.id, atMs, isRateLimited: false }, settings);
    sent.push({ atMs, kind, ...(athleteId !== undefined && { athleteId }) });
    return true;
  };

  for (let minute = 0; minute < days * 24 * 60; minute += 1) {
    const nowMs = midnightMs + minute * minuteMs + 3 * secondMs;
    if (options.hasUploads === true && minute > 0 && minute % 1_440 === 0) {
      athletes = athletes.map(({ newestStartMs = 0, ...athlete }) => {
        return { ...athlete, newestStartMs: newestStartMs + dayMs };
      });
    }
    if (minute % 15 === tickOffsetMs / minuteMs || plan === undefined) {
      const facts: PollFacts = {
        ...{ nowMs, state, settings, athletes, webhookIntervalMs, hasBacklog },
        tickIntervalMs: quarterMs,
      };
      plan = planPolls(facts);
      due = [...duePolls(plan, facts).athleteIds];
    }
    const polled = new Set(due.filter((athleteId) => send(nowMs, 'poll', athleteId)));
    due = due.filter((athleteId) => !polled.has(athleteId));
    if (polled.size > 0) {
      athletes = athletes.map((athlete) =>
        polled.has(athlete.athleteId) ? afterPollOf(athlete, nowMs) : athlete,
      );
    }
    if (options.hasUploads === true) uploaded += (plan.newActivities * activityRequests) / 1_440;
    while (uploaded >= 1 && send(nowMs, 'activity')) uploaded -= 1;
    for (let old = 0; hasBacklog && old < 120; old += 1) {
      if (!send(nowMs, 'old')) break;
    }
  }
  if (plan === undefined) throw new Error('No day was simulated.');
  return { sent, plan };
}

function afterPollOf(athlete: PolledAthlete, nowMs: number): PolledAthlete {
  const { polledAtMs = 0, polls = 0 } = athlete;
  const isSameDay = windowStartMs(polledAtMs, dayMs) === windowStartMs(nowMs, dayMs);
  return { ...athlete, polledAtMs: nowMs, polls: isSameDay ? polls + 1 : 1 };
}

/** How many of these requests fell into each window. */
export function countByWindow(
  sent: readonly Sent[],
  lengthMs: number,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { atMs } of sent) {
    const startMs = windowStartMs(atMs, lengthMs);
    counts.set(startMs, (counts.get(startMs) ?? 0) + 1);
  }
  return counts;
}

/**
 * Chooses the athletes whose newest page is polled now. Each has instants spread over the day, the last
 * of them in its last part: who was not polled since the latest one is due, whatever ticks were missed.
 * Pure.
 */
import { leftIn, windowEndMs } from './quota.ts';
import { windowStartMs } from './quota-state.ts';
import type { PolledAthlete, PollFacts, PollPlan, PollShare } from './poll-plan.ts';
import { finalStartMs, isDense } from './poll-plan.ts';

export interface DuePolls {
  readonly athleteIds: ReadonlySet<number>;
  /** When to choose again before the next tick, because the short window has no room for all. */
  readonly againAtMs?: number;
}

/** Never more than the budget of the short window, nor what the last polls of the day need. */
export function duePolls(plan: PollPlan, facts: PollFacts): DuePolls {
  const { nowMs, settings, tickIntervalMs } = facts;
  const due = plan.shares.filter((share) => isDue(plan, share, facts)).sort(byUrgency(plan, nowMs));
  const room = Math.min(shortRoom(plan, facts), dailyRoom(plan, facts));
  const athleteIds = new Set(due.slice(0, Math.max(0, room)).map(({ athleteId }) => athleteId));
  const nextWindowMs = windowEndMs('short', nowMs, settings);
  const isCut = athleteIds.size < due.length && nextWindowMs < nowMs + tickIntervalMs;
  return { athleteIds, ...(isCut && { againAtMs: nextWindowMs }) };
}

function isDue(plan: PollPlan, share: PollShare, facts: PollFacts): boolean {
  const { nowMs, webhookIntervalMs, listeningSinceMs = -Infinity } = facts;
  const { polledAtMs, perDay } = share;
  if (polledAtMs === undefined) return true;
  if (plan.isPaced) return polledAtMs < plan.dayStartMs;
  if (webhookIntervalMs > 0 && polledAtMs < listeningSinceMs) return true;
  if (plan.isEachTick && perDay >= plan.maxPerDay) return true;
  if (isDense(share, plan)) return polledAtMs < latestOfEvenMs(plan, share, nowMs);
  return polledAtMs < Math.min(finalStartMs(plan), latestInstantMs(plan, share, nowMs));
}

/**
 * The latest of instants that are spread over the whole day evenly; before today's first, the earliest
 * that yesterday's last poll can have been.
 */
function latestOfEvenMs(plan: PollPlan, { perDay, phase }: PollShare, nowMs: number): number {
  const everyMs = plan.dayMs / perDay;
  const passed = Math.floor((nowMs - plan.dayStartMs) / everyMs - phase);
  const sinceMs = passed < 0 ? -everyMs - plan.tickIntervalMs : (passed + phase) * everyMs;
  return plan.dayStartMs + sinceMs;
}

/** The athlete's latest instant up to now; the beginning of yesterday's last part before today's first. */
function latestInstantMs(plan: PollPlan, { perDay, phase }: PollShare, nowMs: number): number {
  const { dayStartMs, finalMs, tickIntervalMs } = plan;
  const finalTicks = Math.max(1, Math.floor(finalMs / tickIntervalMs));
  const lastMs = finalStartMs(plan) + Math.floor(phase * finalTicks) * tickIntervalMs;
  if (nowMs >= lastMs) return lastMs;
  const everyMs = (plan.dayMs - finalMs) / (perDay - 1);
  const passed = Math.min(perDay - 2, Math.floor((nowMs - dayStartMs) / everyMs - phase));
  return passed < 0 || perDay < 2 ? dayStartMs - finalMs : dayStartMs + (passed + phase) * everyMs;
}

/** First who has no last poll of the day yet, then who is overdue longest in terms of the own interval. */
function byUrgency(plan: PollPlan, nowMs: number): (one: PollShare, other: PollShare) => number {
  const finalMs = finalStartMs(plan);
  const lateness = ({ polledAtMs, perDay }: PollShare): number =>
    polledAtMs === undefined ? Infinity : (nowMs - polledAtMs) * perDay;
  const isLastDone = ({ polledAtMs = 0 }: PollShare): number =>
    nowMs >= finalMs && polledAtMs >= finalMs ? 1 : 0;
  return (one, other) =>
    isLastDone(one) - isLastDone(other) || compare(lateness(other), lateness(one));
}

function compare(one: number, other: number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function shortRoom({ budget }: PollPlan, { athletes, nowMs, settings }: PollFacts): number {
  const startMs = windowStartMs(nowMs, settings.shortWindowMs);
  return budget.short - athletes.filter((athlete) => isPolledSince(athlete, startMs)).length;
}

/** Until the last part of the day its polls are kept free, so that a day with many others has them too. */
function dailyRoom(plan: PollPlan, facts: PollFacts): number {
  const { athletes, nowMs, state, settings, tickIntervalMs } = facts;
  const { budget, dayStartMs } = plan;
  const left = leftIn('daily', state, nowMs, settings);
  const polls = athletes
    .filter((athlete) => isPolledSince(athlete, dayStartMs))
    .reduce((sum, athlete) => sum + (athlete.polls ?? 1), 0);
  if (plan.isPaced) {
    const passed = Math.min(1, (nowMs + tickIntervalMs - dayStartMs) / plan.dayMs);
    return Math.min(left, Math.floor(budget.daily * passed) - polls);
  }
  if (nowMs >= finalStartMs(plan)) {
    const last = athletes.filter((athlete) => !isPolledSince(athlete, finalStartMs(plan))).length;
    return Math.min(left, Math.max(last, budget.daily - polls));
  }
  return Math.min(left - athletes.length, budget.daily - polls - Math.ceil(plan.inFinal));
}

function isPolledSince({ polledAtMs = -Infinity }: PolledAthlete, sinceMs: number): boolean {
  return polledAtMs >= sinceMs;
}

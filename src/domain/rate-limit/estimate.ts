/**
 * Estimates how long a backlog takes: simulates the windows to come with what polls and new activities
 * take of them, and with the reserve that is free only later in the day.
 */
import type { PollPlan } from './poll-plan.ts';
import { pollsBetween } from './poll-plan.ts';
import { leftIn, windowEndMs } from './quota.ts';
import type { QuotaSettings, QuotaState, WindowKind } from './quota-state.ts';
import { limitOf, windowStartMs } from './quota-state.ts';
import { activityRequests, reserveFor } from './reserve.ts';

export interface EstimateFacts {
  readonly nowMs: number;
  readonly state: QuotaState;
  readonly settings: QuotaSettings;
  /** What comes before the backlog; absent where nothing does. */
  readonly plan?: PollPlan;
  /** How many requests an hour the last runs made while they worked, where that is known. */
  readonly requestsPerHour?: number | undefined;
}

const hourMs = 3_600_000;

/** More windows than anybody waits for: some 10 years of 15 minutes. */
const maxWindows = 360_000;

/** What a backlog waits for longest: a window of the quota, or the speed of the requests themselves. */
export type DecidingLimit = WindowKind | 'speed';

/** When a backlog ends, in milliseconds since the epoch. */
export interface Estimate {
  readonly endMs: number;
  readonly decidedBy: DecidingLimit;
}

/** The larger of the quota's estimate and the speed's, and which of them it is. */
export function estimate(requests: number, facts: EstimateFacts): Estimate {
  const { nowMs, requestsPerHour = Infinity } = facts;
  const speedMs = nowMs + (requests / requestsPerHour) * hourMs;
  const quotaMs = quotaEndMs(requests, facts);
  if (speedMs >= quotaMs) return { endMs: speedMs, decidedBy: 'speed' };
  const isShort = quotaEndMs(requests, facts, { isDayUnlimited: true }) === quotaMs;
  return { endMs: quotaMs, decidedBy: isShort ? 'short' : 'daily' };
}

/** The earliest instant (milliseconds since the epoch) by which `requests` of the backlog can have been sent. */
export function estimateEndMs(requests: number, facts: EstimateFacts): number {
  return estimate(requests, facts).endMs;
}

function quotaEndMs(
  requests: number,
  facts: EstimateFacts,
  { isDayUnlimited = false }: { readonly isDayUnlimited?: boolean } = {},
): number {
  const { state, settings, nowMs } = facts;
  const ofDay = isDayUnlimited ? Infinity : limitOf('daily', state, settings);
  let atMs = nowMs;
  let remaining = requests;
  let fresh = 0;
  let daily = isDayUnlimited ? Infinity : leftIn('daily', state, nowMs, settings);
  let short = leftIn('short', state, nowMs, settings);
  for (let windows = 0; windows < maxWindows; windows += 1) {
    const dayEndsMs = windowEndMs('daily', atMs, settings);
    const shortEndsMs = windowEndMs('short', atMs, settings);
    const endMs = Math.min(dayEndsMs, shortEndsMs);
    const { expected, reserved } = comesFirst(facts, atMs, endMs);
    fresh = Math.min(fresh + expected, daily, short);
    const first = Math.floor(fresh);
    fresh -= first;
    const spent = Math.min(
      remaining,
      Math.max(0, Math.min(short - first, daily - first - reserved)),
    );
    remaining -= spent;
    if (remaining === 0) return atMs;
    daily = endMs >= dayEndsMs ? ofDay : daily - first - spent;
    short = endMs >= shortEndsMs ? limitOf('short', state, settings) : short - first - spent;
    atMs = endMs;
  }
  return atMs;
}

/** The requests for fresh data in a part of a day, and what is still reserved for them at its end. */
function comesFirst(
  { plan, state, settings }: EstimateFacts,
  fromMs: number,
  toMs: number,
): { expected: number; reserved: number } {
  if (plan === undefined) return { expected: 0, reserved: 0 };
  const dayStartMs = windowStartMs(fromMs, plan.dayMs);
  const polls = pollsBetween(plan, fromMs - dayStartMs, toMs - dayStartMs);
  const activities = (plan.newActivities * (toMs - fromMs)) / plan.dayMs;
  return {
    expected: polls + activities * activityRequests,
    reserved: reserveFor(plan, state, settings, toMs - 1).daily,
  };
}

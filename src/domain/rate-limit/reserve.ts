/**
 * The part of the quota that a backfill leaves for fresh data: the polls of the plan until the window
 * ends, and the requests of the activities that are expected.
 */
import type { PollPlan } from './poll-plan.ts';
import { pollsBetween } from './poll-plan.ts';
import type { Reserve } from './quota.ts';
import { windowEndMs } from './quota.ts';
import type { QuotaSettings, QuotaState, WindowKind } from './quota-state.ts';
import { limitOf, windowLengthMs, windowStartMs } from './quota-state.ts';

const endShare = 0.1;
const maxEndMs = 90_000;
const rounding = 1e-6;

/** The requests for a new activity: its streams, and from a webhook also the activity itself. */
export const activityRequests = 2;

/** New activities reserve at most this share of a window, and polls have a budget of their own. */
const maxActivityShare = 1 / 6;

/**
 * The reserve of both windows. In the short one also the requests for one new activity of each athlete,
 * so that it need not wait for the next window. 0 shortly before the window ends.
 */
export function reserveFor(
  plan: PollPlan,
  state: QuotaState,
  settings: QuotaSettings,
  nowMs: number,
): Reserve {
  const isEnding = (kind: WindowKind): boolean => {
    const leftMs = windowEndMs(kind, nowMs, settings) - nowMs;
    return leftMs <= Math.min(maxEndMs, windowLengthMs(kind, settings) * endShare);
  };
  const forActivities = (kind: WindowKind, activities: number): number =>
    Math.min(
      Math.ceil(activities * activityRequests),
      Math.floor(limitOf(kind, state, settings) * maxActivityShare),
    );
  const dayStartMs = windowStartMs(nowMs, plan.dayMs);
  const forPolls = (kind: WindowKind, fromMs: number, toMs: number): number => {
    const polls = pollsBetween(plan, fromMs - dayStartMs, toMs - dayStartMs);
    return Math.min(plan.budget[kind], Math.ceil(polls - rounding));
  };
  const dayEndMs = dayStartMs + plan.dayMs;
  const leftShare = Math.max(0, dayEndMs - nowMs) / plan.dayMs;
  const shortEndMs = windowEndMs('short', nowMs, settings);
  const tickMs = Math.max(settings.shortWindowMs, plan.tickIntervalMs);
  return {
    short: isEnding('short')
      ? 0
      : forPolls('short', shortEndMs - tickMs, shortEndMs) +
        forActivities('short', plan.shares.length),
    daily: isEnding('daily')
      ? 0
      : // The polls of instants since the last tick are sent at the next one.
        forPolls('daily', nowMs - plan.tickIntervalMs, dayEndMs) +
        forActivities('daily', plan.newActivities * leftShare),
  };
}

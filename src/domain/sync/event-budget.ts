/**
 * How many requests webhook events may waste. Events are untrusted, and whoever knows the callback URL can
 * forge them: an event that brings nothing counts against a small share of each window of the quota. While a
 * share is spent, events wait; the polls of the list go on and find what is real. Pure.
 */
import type { QuotaSettings, QuotaState } from '../rate-limit/quota-state.ts';
import { limitOf, windowKinds, windowLengthMs, windowStartMs } from '../rate-limit/quota-state.ts';

/**
 * What a request for an event wasted: Strava had no such activity, or a stored activity had not changed. Each
 * has a share of its own, so that a flood of one does not keep the other's events waiting.
 */
export type Waste = 'missed' | 'unchanged';

/** The share of one window. */
export interface EventBudget {
  /** The start of the window. */
  readonly from: Date;
  /** The start of the window before it. */
  readonly previousFrom: Date;
  /** The number of requests of either waste. */
  readonly max: number;
}

const share = 0.1;

/** One for each kind of window; at least one request each. */
export function eventBudgets(
  state: QuotaState,
  settings: QuotaSettings,
  nowMs: number,
): readonly EventBudget[] {
  return windowKinds.map((kind) => {
    const lengthMs = windowLengthMs(kind, settings);
    const fromMs = windowStartMs(nowMs, lengthMs);
    return {
      from: new Date(fromMs),
      previousFrom: new Date(fromMs - lengthMs),
      max: Math.max(1, Math.floor(limitOf(kind, state, settings) * share)),
    };
  });
}

/** How many requests the budgets leave; `wasted` are the instants of those that wasted one. */
export function requestsLeft(budgets: readonly EventBudget[], wasted: readonly Date[]): number {
  const left = budgets.map(({ from, max }) => max - countSince(wasted, from));
  return Math.max(0, Math.min(Infinity, ...left));
}

/** Whether a share of this window or the one before was spent: then events are forged, as far as one can tell. */
export function isFlooded(budgets: readonly EventBudget[], wasted: readonly Date[]): boolean {
  return budgets.some(({ previousFrom, max }) => countSince(wasted, previousFrom) >= max);
}

function countSince(instants: readonly Date[], from: Date): number {
  return instants.filter((at) => at >= from).length;
}

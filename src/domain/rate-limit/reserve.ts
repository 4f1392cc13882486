/**
 * The part of the quota that a backfill leaves for fresh data, so that today's ride arrives at the
 * next tick even in the middle of ten years of history. Pure.
 */
import type { Reserve } from './quota.ts';
import { windowEndMs } from './quota.ts';
import type { QuotaSettings, QuotaState, WindowKind } from './quota-state.ts';
import { limitOf, windowLengthMs } from './quota-state.ts';

const maxShare = 0.2;
const endShare = 0.1;
const maxEndMs = 90_000;

export interface ReserveFor {
  readonly athleteCount: number;
  /** Milliseconds between two ticks of the schedule. */
  readonly tickIntervalMs: number;
  readonly nowMs: number;
}

/** What a new activity costs when a webhook tells of it: itself, and its streams. */
const activityRequests = 2;

/**
 * One list request for each athlete and short window, which is 15 minutes (or tick, if ticks are
 * rarer), until the window ends, and in the short one the requests for one new activity besides, so
 * that it need not wait for the next window; never more than 20 % of the window, and nothing when it is
 * about to end.
 */
export function reserveFor(
  state: QuotaState,
  settings: QuotaSettings,
  wanted: ReserveFor,
): Reserve {
  const reserveIn = (kind: WindowKind): number => {
    const leftMs = windowEndMs(kind, wanted.nowMs, settings) - wanted.nowMs;
    const endMs = Math.min(maxEndMs, windowLengthMs(kind, settings) * endShare);
    if (leftMs <= endMs) return 0;
    const ticks = Math.ceil(leftMs / Math.max(settings.shortWindowMs, wanted.tickIntervalMs));
    const each = kind === 'short' ? ticks + activityRequests : ticks;
    return Math.min(
      each * wanted.athleteCount,
      Math.floor(limitOf(kind, state, settings) * maxShare),
    );
  };
  return { short: reserveIn('short'), daily: reserveIn('daily') };
}

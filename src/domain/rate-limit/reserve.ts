/**
 * The part of the quota that a backfill leaves for fresh data, so that today's ride arrives at the next
 * tick even during a backfill of ten years.
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
  readonly tickIntervalMs: number;
  readonly nowMs: number;
}

/** The requests for a new activity from a webhook: the activity and its streams. */
const activityRequests = 2;

/**
 * Reserves one list request for each athlete and short window (or tick, where ticks are rarer) until
 * the window ends, and in the short window also the requests for one new activity, so that it need not
 * wait for the next window. The reserve is at most 20 % of a window, and 0 shortly before its end.
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

/** Estimates how long a number of requests takes under the quota alone. */
import { leftIn, windowEndMs } from './quota.ts';
import type { QuotaSettings, QuotaState } from './quota-state.ts';
import { limitOf } from './quota-state.ts';

/** The earliest instant (milliseconds since the epoch) by which `requests` more can have been sent. */
export function estimateEndMs(
  requests: number,
  state: QuotaState,
  settings: QuotaSettings,
  nowMs: number,
): number {
  let atMs = nowMs;
  let remaining = requests;
  let daily = leftIn('daily', state, nowMs, settings);
  let short = leftIn('short', state, nowMs, settings);
  for (;;) {
    const spent = Math.min(remaining, daily, short);
    remaining -= spent;
    if (remaining === 0) return atMs;
    daily -= spent;
    short -= spent;
    const dayEndsMs = windowEndMs('daily', atMs, settings);
    const shortEndsMs = windowEndMs('short', atMs, settings);
    atMs = Math.max(daily === 0 ? dayEndsMs : 0, short === 0 ? shortEndsMs : 0);
    if (atMs >= dayEndsMs) daily = limitOf('daily', state, settings);
    if (atMs >= shortEndsMs) short = limitOf('short', state, settings);
  }
}

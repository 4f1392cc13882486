/**
 * The quota as commands report it.
 */
import { leftIn, noReserve, opensAt, usedIn, windowEndMs } from '../../domain/rate-limit/quota.ts';
import { windowLengthMs } from '../../domain/rate-limit/quota-state.ts';
import type { QuotaSettings, QuotaState, WindowKind } from '../../domain/rate-limit/quota-state.ts';
import { limitOf } from '../../domain/rate-limit/quota-state.ts';

export interface WindowReport {
  readonly used: number;
  readonly limit: number;
  readonly left: number;
  readonly resetsAt: Date;
  readonly lengthMs: number;
}

export interface QuotaReport {
  readonly short: WindowReport;
  readonly daily: WindowReport;
  /** When the next request is allowed; now, if it is allowed now. */
  readonly opensAt: Date;
}

export function reportQuota(
  state: QuotaState,
  settings: QuotaSettings,
  nowMs: number,
): QuotaReport {
  const window = (kind: WindowKind): WindowReport => ({
    used: usedIn(kind, state, nowMs, settings),
    limit: limitOf(kind, state, settings),
    left: leftIn(kind, state, nowMs, settings),
    resetsAt: new Date(windowEndMs(kind, nowMs, settings)),
    lengthMs: windowLengthMs(kind, settings),
  });
  return {
    short: window('short'),
    daily: window('daily'),
    opensAt: new Date(opensAt(state, nowMs, settings, noReserve)),
  };
}

/**
 * The quota as commands report it.
 */
import { leftIn, noReserve, opensAt, usedIn, windowEndMs } from '../../domain/rate-limit/quota.ts';
import { windowLengthMs } from '../../domain/rate-limit/quota-state.ts';
import type { QuotaSettings, QuotaState, WindowKind } from '../../domain/rate-limit/quota-state.ts';
import { limitOf } from '../../domain/rate-limit/quota-state.ts';
import type { PollPlan } from '../../domain/rate-limit/poll-plan.ts';
import { reserveFor } from '../../domain/rate-limit/reserve.ts';
import { number } from './text/text-format.ts';

export interface WindowReport {
  readonly used: number;
  readonly limit: number;
  readonly left: number;
  /** How many of them are kept for today's activities and the polls that find them. */
  readonly reserve: number;
  readonly resetsAt: Date;
  readonly lengthMs: number;
}

export interface QuotaReport {
  readonly short: WindowReport;
  readonly daily: WindowReport;
  /** When the next request is allowed; now, if it is allowed now. */
  readonly opensAt: Date;
}

export interface QuotaFacts {
  readonly state: QuotaState;
  readonly settings: QuotaSettings;
  /** Strava's time. */
  readonly nowMs: number;
  readonly plan: PollPlan;
}

/** "4 left, kept for today's activities". */
export function keptText(left: number): string {
  return `${number(left)} left, kept for today's activities`;
}

/** Whether what is left of the window is kept. */
export function isKept({ left, reserve }: WindowReport): boolean {
  return left > 0 && left <= reserve;
}

/** How many requests are left where all of them are kept; else 0. */
export function keptNow({ short, daily }: QuotaReport): number {
  const kept = [short, daily].filter(isKept).map(({ left }) => left);
  const isSpent = short.left === 0 || daily.left === 0;
  return isSpent || kept.length === 0 ? 0 : Math.min(...kept);
}

export function reportQuota({ state, settings, nowMs, plan }: QuotaFacts): QuotaReport {
  const reserve = reserveFor(plan, state, settings, nowMs);
  const window = (kind: WindowKind): WindowReport => ({
    used: usedIn(kind, state, nowMs, settings),
    limit: limitOf(kind, state, settings),
    left: leftIn(kind, state, nowMs, settings),
    reserve: reserve[kind],
    resetsAt: new Date(windowEndMs(kind, nowMs, settings)),
    lengthMs: windowLengthMs(kind, settings),
  });
  return {
    short: window('short'),
    daily: window('daily'),
    opensAt: new Date(opensAt(state, nowMs, settings, noReserve)),
  };
}

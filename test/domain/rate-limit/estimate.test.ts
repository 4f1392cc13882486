import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dayMs, minuteMs } from '../../../src/domain/duration.ts';
import { estimate, estimateEndMs } from '../../../src/domain/rate-limit/estimate.ts';
import { planPolls } from '../../../src/domain/rate-limit/poll-plan.ts';
import { leftIn, noReserve, reserve } from '../../../src/domain/rate-limit/quota.ts';
import type { QuotaSettings, QuotaState } from '../../../src/domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../../../src/domain/rate-limit/quota-state.ts';
import {
  athletesOf,
  backlogPerDay,
  midnightMs,
  quarterMs,
  quotaOf,
  simulateDays,
} from './simulated-day.ts';

const start = Date.UTC(2026, 10, 22);

const anySituation = fc
  .record({
    short: fc.integer({ min: 1, max: 9 }),
    daily: fc.integer({ min: 1, max: 30 }),
    shortWindowMs: fc.integer({ min: 10, max: 60 }),
    dailyWindowMs: fc.integer({ min: 30, max: 300 }),
    offsetMs: fc.nat({ max: 1_000 }),
    usedBefore: fc.nat({ max: 20 }),
  })
  .map(({ offsetMs, usedBefore, ...rest }) => {
    const settings: QuotaSettings = { ...rest, isHigherAllowed: false, maxInFlightMs: 5 };
    const nowMs = start + offsetMs;
    let state: QuotaState = emptyQuota;
    for (let index = 0; index < usedBefore; index += 1) {
      const request = { id: String(index), owner: 'a', atMs: nowMs, reserve: noReserve };
      const decision = reserve(state, request, settings);
      if (decision.isAllowed) state = decision.state;
    }
    return { settings, nowMs, state };
  });

/** Millisecond by millisecond, as many requests as both windows have left. */
function simulate(
  requests: number,
  { settings, nowMs, state }: { settings: QuotaSettings; nowMs: number; state: QuotaState },
): number {
  let short = leftIn('short', state, nowMs, settings);
  let daily = leftIn('daily', state, nowMs, settings);
  let left = requests;
  for (let atMs = nowMs; ;) {
    const spent = Math.min(left, short, daily);
    left -= spent;
    short -= spent;
    daily -= spent;
    if (left === 0) return atMs;
    atMs += 1;
    if (atMs % settings.shortWindowMs === 0) short = settings.short;
    if (atMs % settings.dailyWindowMs === 0) daily = settings.daily;
  }
}

describe('estimateEndMs', () => {
  it('estimateEndMs equals a simulation, even with windows that do not align', () => {
    fc.assert(
      fc.property(anySituation, fc.nat({ max: 120 }), (situation, requests) => {
        expect(estimateEndMs(requests, situation)).toBe(simulate(requests, situation));
      }),
      { numRuns: 500 },
    );
  });

  it('estimateEndMs never falls with more requests, and is now for none', () => {
    fc.assert(
      fc.property(anySituation, fc.nat({ max: 500 }), ({ settings, nowMs, state }, requests) => {
        const facts = { settings, nowMs, state };
        const endMs = estimateEndMs(requests, facts);
        expect(estimateEndMs(requests + 1, facts)).toBeGreaterThanOrEqual(endMs);
        expect(estimateEndMs(0, facts)).toBe(nowMs);
      }),
    );
  });

  it('estimateEndMs needs until the fifth day for 4,100 requests at 200 and 1,000 a day', () => {
    const settings = {
      short: 200,
      daily: 1_000,
      shortWindowMs: 15 * minuteMs,
      dailyWindowMs: dayMs,
      isHigherAllowed: false,
      maxInFlightMs: 90_000,
    };
    const facts = { state: emptyQuota, settings, nowMs: start };
    expect(estimateEndMs(4_100, facts)).toBe(start + 4 * dayMs);
  });

  const quota = quotaOf(200, 1_000);
  /** Requests of 3,000: who was never polled is polled first, and not spread over the day. */
  const tolerance = 90;
  const planFor = (count: number, nowMs: number) =>
    planPolls({
      ...{ nowMs, state: emptyQuota, settings: quota, athletes: athletesOf(count) },
      ...{ tickIntervalMs: quarterMs, webhookIntervalMs: 0, hasBacklog: true },
    });

  it.each([1, 3, 10, 50, 200])(
    'estimateEndMs names the window in which simulated days with %d athletes have fetched as much',
    (count) => {
      const { sent } = simulateDays({
        ...{ athletes: athletesOf(count), settings: quota, days: 3, hasUploads: true },
      });
      const fetched = sent.filter(({ kind }) => kind === 'old');
      const plan = planFor(count, midnightMs);
      const facts = { state: emptyQuota, settings: quota, nowMs: midnightMs, plan };
      for (const share of [0.3, 0.6, 0.9]) {
        const requests = Math.floor(fetched.length * share);
        const endMs = estimateEndMs(requests, facts);
        const fetchedBy = (byMs: number) => fetched.filter(({ atMs }) => atMs < byMs).length;
        // The estimate is the beginning of a window.
        expect(fetchedBy(endMs + quarterMs)).toBeGreaterThan(requests - tolerance);
        expect(fetchedBy(endMs)).toBeLessThan(requests + tolerance);
      }
    },
  );

  it('estimateEndMs takes polls and new activities off each day', () => {
    const plan = planFor(10, midnightMs);
    const perDay = backlogPerDay(plan, quota);
    expect(perDay).toBeGreaterThan(650);
    expect(perDay).toBeLessThan(667);
    const facts = { state: emptyQuota, settings: quota, nowMs: midnightMs, plan };
    const days = (estimateEndMs(10 * perDay, facts) - midnightMs) / dayMs;
    expect(days).toBeGreaterThan(9);
    expect(days).toBeLessThanOrEqual(10.1);
  });

  it('estimateEndMs follows the speed of a machine that is slower than the quota, and no other', () => {
    const facts = { state: emptyQuota, settings: quota, nowMs: midnightMs };
    expect(estimateEndMs(1_000, { ...facts, requestsPerHour: 10 })).toBe(
      midnightMs + 100 * 60 * minuteMs,
    );
    expect(estimateEndMs(2_000, { ...facts, requestsPerHour: 5_000 })).toBe(
      estimateEndMs(2_000, facts),
    );
  });

  it('estimateEndMs names what a backlog waits for longest', () => {
    const facts = { state: emptyQuota, settings: quota, nowMs: midnightMs };
    const decider = (requests: number, requestsPerHour?: number) =>
      estimate(requests, { ...facts, requestsPerHour }).decidedBy;
    const { short, daily } = quota;
    expect(decider(short)).toBe('speed');
    expect(decider(short + 1)).toBe('short');
    expect(decider(daily)).toBe('short');
    expect(decider(daily + 1)).toBe('daily');
    expect(decider(5 * daily, 1_000)).toBe('daily');
    expect(decider(5 * daily, 10)).toBe('speed');
    expect(estimate(daily + 1, facts).endMs).toBe(estimateEndMs(daily + 1, facts));
  });

  it('estimateEndMs ends even where polls leave nothing', () => {
    const tiny = quotaOf(1, 1);
    const facts = {
      state: emptyQuota,
      settings: tiny,
      nowMs: midnightMs,
      plan: planFor(1, midnightMs),
    };
    expect(estimateEndMs(10, facts)).toBeGreaterThan(midnightMs + 365 * dayMs);
  });
});

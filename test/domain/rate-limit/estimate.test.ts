import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dayMs, minuteMs } from '../../../src/domain/duration.ts';
import { estimateEndMs } from '../../../src/domain/rate-limit/estimate.ts';
import { leftIn, noReserve, reserve } from '../../../src/domain/rate-limit/quota.ts';
import type { QuotaSettings, QuotaState } from '../../../src/domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../../../src/domain/rate-limit/quota-state.ts';

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
  it('equals a simulation, even with windows that do not align', () => {
    fc.assert(
      fc.property(anySituation, fc.nat({ max: 120 }), (situation, requests) => {
        const { settings, nowMs, state } = situation;
        expect(estimateEndMs(requests, state, settings, nowMs)).toBe(simulate(requests, situation));
      }),
      { numRuns: 500 },
    );
  });

  it('never falls with more requests, and is now for none', () => {
    fc.assert(
      fc.property(anySituation, fc.nat({ max: 500 }), ({ settings, nowMs, state }, requests) => {
        const endMs = estimateEndMs(requests, state, settings, nowMs);
        expect(estimateEndMs(requests + 1, state, settings, nowMs)).toBeGreaterThanOrEqual(endMs);
        expect(estimateEndMs(0, state, settings, nowMs)).toBe(nowMs);
      }),
    );
  });

  it('needs until the fifth day for 4,100 requests at 200 and 1,000 a day', () => {
    const settings = {
      short: 200,
      daily: 1_000,
      shortWindowMs: 15 * minuteMs,
      dailyWindowMs: dayMs,
      isHigherAllowed: false,
      maxInFlightMs: 90_000,
    };
    expect(estimateEndMs(4_100, emptyQuota, settings, start)).toBe(start + 4 * dayMs);
  });
});

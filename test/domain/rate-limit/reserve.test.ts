import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dayMs, minuteMs } from '../../../src/domain/duration.ts';
import { windowEndMs } from '../../../src/domain/rate-limit/quota.ts';
import { emptyQuota, limitOf, windowKinds } from '../../../src/domain/rate-limit/quota-state.ts';
import { reserveFor } from '../../../src/domain/rate-limit/reserve.ts';

const day = Date.UTC(2026, 10, 22);
const settings = {
  short: 200,
  daily: 1_000,
  shortWindowMs: 15 * minuteMs,
  dailyWindowMs: dayMs,
  isHigherAllowed: false,
  maxInFlightMs: 90_000,
};

const wanted = fc.record({
  athleteCount: fc.nat({ max: 50 }),
  tickIntervalMs: fc.integer({ min: 1, max: dayMs }),
  nowMs: fc.integer({ min: day, max: day + dayMs - 1 }),
});

describe('reserveFor', () => {
  it('reserves at most a fifth of the limit in force', () => {
    const observed = fc.record({
      short: fc.integer({ min: 1, max: 400 }),
      daily: fc.integer({ min: 1, max: 4_000 }),
    });
    fc.assert(
      fc.property(wanted, observed, (backfill, limits) => {
        const state = { ...emptyQuota, observed: limits };
        const reserve = reserveFor(state, settings, backfill);
        for (const kind of windowKinds) {
          expect(Number.isInteger(reserve[kind])).toBe(true);
          expect(reserve[kind]).toBeGreaterThanOrEqual(0);
          expect(reserve[kind]).toBeLessThanOrEqual(0.2 * limitOf(kind, state, settings));
        }
      }),
    );
  });

  it('reserves less towards the end of a window, and nothing shortly before it', () => {
    fc.assert(
      fc.property(wanted, fc.nat({ max: dayMs }), (backfill, laterMs) => {
        for (const kind of windowKinds) {
          const endMs = windowEndMs(kind, backfill.nowMs, settings);
          const nowMs = Math.min(endMs - 1, backfill.nowMs + laterMs);
          const before = reserveFor(emptyQuota, settings, backfill)[kind];
          expect(
            reserveFor(emptyQuota, settings, { ...backfill, nowMs })[kind],
          ).toBeLessThanOrEqual(before);
          expect(
            reserveFor(emptyQuota, settings, { ...backfill, nowMs: endMs - 90_000 })[kind],
          ).toBe(0);
        }
      }),
    );
  });

  it.each([
    ['one athlete at midnight', 1, 15 * minuteMs, day, { short: 3, daily: 96 }],
    ['one athlete at noon', 1, 15 * minuteMs, day + dayMs / 2, { short: 3, daily: 48 }],
    ['one athlete with a tick an hour', 1, 60 * minuteMs, day, { short: 3, daily: 24 }],
    ['one athlete with a tick a minute', 1, minuteMs, day, { short: 3, daily: 96 }],
    ['ten athletes', 10, 15 * minuteMs, day, { short: 30, daily: 200 }],
    ['no athlete', 0, 15 * minuteMs, day, { short: 0, daily: 0 }],
  ])(
    'reserves a list request for each tick, and an activity in the short window, for %s',
    (_, athleteCount, tickIntervalMs, nowMs, expected) => {
      expect(reserveFor(emptyQuota, settings, { athleteCount, tickIntervalMs, nowMs })).toEqual(
        expected,
      );
    },
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dayMs, hourMs, minuteMs } from '../../../src/domain/duration.ts';
import { planPolls } from '../../../src/domain/rate-limit/poll-plan.ts';
import { windowEndMs } from '../../../src/domain/rate-limit/quota.ts';
import { emptyQuota, limitOf, windowKinds } from '../../../src/domain/rate-limit/quota-state.ts';
import { reserveFor } from '../../../src/domain/rate-limit/reserve.ts';
import { athletesOf, midnightMs, quarterMs, quotaOf } from './simulated-day.ts';

const settings = quotaOf(200, 1_000);

interface Wanted {
  readonly athleteCount: number;
  readonly tickIntervalMs: number;
  readonly nowMs: number;
}

function reserveAt({ athleteCount, tickIntervalMs, nowMs }: Wanted, state = emptyQuota) {
  const plan = planPolls({
    ...{ nowMs, state, settings, athletes: athletesOf(athleteCount) },
    ...{ tickIntervalMs, webhookIntervalMs: 0, hasBacklog: true },
  });
  return reserveFor(plan, state, settings, nowMs);
}

const wanted: fc.Arbitrary<Wanted> = fc.record({
  athleteCount: fc.nat({ max: 1_000 }),
  tickIntervalMs: fc.integer({ min: 1, max: dayMs }),
  nowMs: fc.integer({ min: midnightMs, max: midnightMs + dayMs - 1 }),
});

describe('reserveFor', () => {
  it('reserveFor leaves a backfill half of each window that is in force', () => {
    const observed = fc.record({
      short: fc.integer({ min: 2, max: 400 }),
      daily: fc.integer({ min: 2, max: 4_000 }),
    });
    fc.assert(
      fc.property(wanted, observed, (backfill, limits) => {
        const state = { ...emptyQuota, observed: limits };
        const reserve = reserveAt(backfill, state);
        for (const kind of windowKinds) {
          expect(Number.isInteger(reserve[kind])).toBe(true);
          expect(reserve[kind]).toBeGreaterThanOrEqual(0);
          expect(reserve[kind]).toBeLessThanOrEqual(0.5 * limitOf(kind, state, settings));
        }
      }),
      {
        // The last part of the day, for 101 lists in small windows, is longer than a tick.
        examples: [
          [
            { athleteCount: 101, tickIntervalMs: dayMs / 2 + 1, nowMs: midnightMs + 3.5 * hourMs },
            { short: 6, daily: 303 },
          ],
        ],
      },
    );
  });

  it('reserveFor reserves less of a day towards its end, and nothing shortly before the end of a window', () => {
    fc.assert(
      fc.property(wanted, fc.nat({ max: dayMs }), (backfill, laterMs) => {
        const dayEndMs = midnightMs + dayMs;
        const nowMs = Math.min(dayEndMs - 1, backfill.nowMs + laterMs);
        const before = reserveAt(backfill).daily;
        expect(reserveAt({ ...backfill, nowMs }).daily).toBeLessThanOrEqual(before);
        for (const kind of windowKinds) {
          const endMs = windowEndMs(kind, backfill.nowMs, settings);
          expect(reserveAt({ ...backfill, nowMs: endMs - 90_000 })[kind]).toBe(0);
        }
      }),
    );
  });

  it.each([
    ['one athlete at midnight', 1, quarterMs, 0, { short: 3, daily: 98 }],
    ['one athlete at noon', 1, quarterMs, dayMs / 2, { short: 3, daily: 50 }],
    ['one athlete with a tick an hour', 1, hourMs, 0, { short: 3, daily: 26 }],
    ['ten athletes at midnight', 10, quarterMs, 0, { short: 24, daily: 340 }],
    ['200 athletes in the last hour', 200, quarterMs, 23 * hourMs, { short: 83, daily: 207 }],
    ['no athlete', 0, quarterMs, 0, { short: 0, daily: 0 }],
  ])(
    'reserveFor reserves the polls of the rest of the day and new activities for %s',
    (_, athleteCount, tickIntervalMs, sinceMs, expected) => {
      const nowMs = midnightMs + sinceMs;
      expect(reserveAt({ athleteCount, tickIntervalMs, nowMs })).toEqual(expected);
    },
  );

  it('reserveFor keeps the last poll of each athlete until it is sent', () => {
    const nowMs = midnightMs + dayMs - 16 * minuteMs;
    expect(
      reserveAt({ athleteCount: 200, tickIntervalMs: quarterMs, nowMs }).daily,
    ).toBeGreaterThan(50);
  });
});

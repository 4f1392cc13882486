import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { backoffMs, planRetry } from '../../../src/domain/sync/retry.ts';

const dayMs = 86_400_000;
const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('the pause after failures', () => {
  it('doubles up to a cap, with full jitter', () => {
    const backoff = { baseMs: 1_000, capMs: 60_000 };
    expect([1, 2, 3, 7, 5_000].map((failures) => backoffMs(failures, backoff, 1))).toEqual([
      1_000, 2_000, 4_000, 60_000, 60_000,
    ]);
    expect(backoffMs(3, backoff, 0.25)).toBe(1_000);
    expect(backoffMs(9, backoff, 0)).toBe(0);
  });
});

describe('the tries of an activity that fails', () => {
  it('are five a day at most, however soon each is made, and whatever was counted before', () => {
    const tries = fc.array(fc.tuple(random, fc.constantFrom(0, 0, 0, 1_000, dayMs / 3, dayMs)), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.nat({ max: 12 }), tries, (before, steps) => {
        const madeMs: number[] = [];
        let nowMs = 0;
        let count = before;
        for (const [chance, lateMs] of steps) {
          nowMs += lateMs;
          madeMs.push(nowMs);
          const next = planRetry(count, nowMs, chance);
          expect(next.tries).toBe(count + 1);
          expect(next.nextTryAtMs).toBeGreaterThan(nowMs);
          expect(next.isParked).toBe(next.nextTryAtMs - nowMs >= dayMs);
          count = next.tries;
          nowMs = next.nextTryAtMs;
        }
        for (const fromMs of madeMs) {
          const sameDay = madeMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + dayMs);
          expect(sameDay.length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });

  it('are five within minutes, the fifth parks it for a day', () => {
    let nowMs = 0;
    for (let tries = 0; tries < 4; tries += 1) {
      const next = planRetry(tries, nowMs, 1);
      expect(next.isParked).toBe(false);
      nowMs = next.nextTryAtMs;
    }
    expect(nowMs).toBeLessThan(120_000);
    expect(planRetry(4, nowMs, 1)).toEqual({
      tries: 5,
      isParked: true,
      nextTryAtMs: nowMs + dayMs,
    });
  });
});

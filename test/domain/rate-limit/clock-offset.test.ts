import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ClockOffset } from '../../../src/domain/rate-limit/clock-offset.ts';
import {
  bestOffsetMs,
  learnOffset,
  sentAt,
  offsetErrorMs,
  unknownOffset,
} from '../../../src/domain/rate-limit/clock-offset.ts';

/** A response as seen by a clock that is `offsetMs` behind Strava's. */
function reading(offsetMs: number, atMs: number, thereMs: number, backMs: number) {
  return {
    sentAtMs: atMs,
    receivedAtMs: atMs + thereMs + backMs,
    dateMs: Math.floor((atMs + thereMs + offsetMs) / 1_000) * 1_000,
  };
}

const trip = fc.record({
  pauseMs: fc.nat({ max: 100_000 }),
  thereMs: fc.nat({ max: 3_000 }),
  backMs: fc.nat({ max: 3_000 }),
});

describe('the clock offset', () => {
  it('is 0 before the first response', () => {
    expect(bestOffsetMs(unknownOffset)).toBe(0);
    expect(offsetErrorMs(unknownOffset)).toBe(0);
  });

  it('stays within bounds that responses only narrow', () => {
    const offset = fc.integer({ min: -10_000_000, max: 10_000_000 });
    fc.assert(
      fc.property(offset, fc.array(trip, { minLength: 1, maxLength: 20 }), (offsetMs, trips) => {
        let known: ClockOffset = unknownOffset;
        let nowMs = 1_700_000_000_000;
        for (const { pauseMs, thereMs, backMs } of trips) {
          nowMs += pauseMs;
          const next = learnOffset(known, reading(offsetMs, nowMs, thereMs, backMs));
          expect(next.minMs).toBeLessThanOrEqual(offsetMs);
          expect(next.maxMs).toBeGreaterThanOrEqual(offsetMs);
          expect(next.minMs).toBeGreaterThanOrEqual(known.minMs);
          expect(next.maxMs).toBeLessThanOrEqual(known.maxMs);
          expect(Math.abs(bestOffsetMs(next))).toBeLessThanOrEqual(Math.abs(offsetMs));
          const isTaken = bestOffsetMs(next) === 0;
          const wrongByMs = Math.abs(bestOffsetMs(next) - offsetMs);
          if (!isTaken) expect(wrongByMs).toBeLessThanOrEqual(offsetErrorMs(next));
          known = next;
        }
      }),
    );
  });

  it('is learnt again after a clock was set', () => {
    const before = learnOffset(unknownOffset, reading(0, 1_700_000_000_500, 20, 20));
    expect(bestOffsetMs(before)).toBe(0);
    const after = learnOffset(before, reading(3_600_000, 1_700_000_100_500, 20, 20));
    expect(Math.abs(bestOffsetMs(after) - 3_600_000)).toBeLessThanOrEqual(1_040);
    const back = learnOffset(after, reading(-3_600_000, 1_700_000_200_500, 20, 20));
    expect(Math.abs(bestOffsetMs(back) + 3_600_000)).toBeLessThanOrEqual(1_040);
  });

  it('is a number even if our clock was set back during a request', () => {
    const odd = {
      sentAtMs: 1_700_000_000_000,
      receivedAtMs: 1_690_000_000_000,
      dateMs: 1_700_000_000_000,
    };
    expect(bestOffsetMs(learnOffset(unknownOffset, odd))).toBe(10_000_000_000);
  });
});

describe('sentAt', () => {
  it('dates a request at the latest now', () => {
    expect(sentAt(5_000, 7_000)).toEqual(new Date(5_000));
    expect(sentAt(3_605_000, 7_000)).toEqual(new Date(7_000));
  });
});

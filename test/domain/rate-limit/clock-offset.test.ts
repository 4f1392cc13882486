import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { LearntOffset } from '../../../src/domain/rate-limit/clock-offset.ts';
import {
  bestOffsetMs,
  guessedOffset,
  isInDoubt,
  learnOffset,
  sentAt,
  offsetErrorMs,
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
  it('the clock offset is 0 before the first response', () => {
    expect(bestOffsetMs(guessedOffset())).toBe(0);
    expect(offsetErrorMs(guessedOffset())).toBe(0);
  });

  it('the clock offset is the first guess of our own clocks before the first response', () => {
    expect(bestOffsetMs(guessedOffset(-250, 3_000))).toBe(-250);
    expect(offsetErrorMs(guessedOffset(-250))).toBe(0);
  });

  it('the clock offset stays within bounds that responses only narrow', () => {
    const offset = fc.integer({ min: -10_000_000, max: 10_000_000 });
    fc.assert(
      fc.property(offset, fc.array(trip, { minLength: 1, maxLength: 20 }), (offsetMs, trips) => {
        let known: LearntOffset = guessedOffset(offsetMs);
        let nowMs = 1_700_000_000_000;
        for (const { pauseMs, thereMs, backMs } of trips) {
          nowMs += pauseMs;
          const next = learnOffset(known, reading(offsetMs, nowMs, thereMs, backMs));
          expect(next.bounds.minMs).toBeLessThanOrEqual(offsetMs);
          expect(next.bounds.maxMs).toBeGreaterThanOrEqual(offsetMs);
          expect(next.bounds.minMs).toBeGreaterThanOrEqual(known.bounds.minMs);
          expect(next.bounds.maxMs).toBeLessThanOrEqual(known.bounds.maxMs);
          expect(Math.abs(bestOffsetMs(next))).toBeLessThanOrEqual(Math.abs(offsetMs));
          const isTaken = bestOffsetMs(next) === 0;
          const wrongByMs = Math.abs(bestOffsetMs(next) - offsetMs);
          if (!isTaken) expect(wrongByMs).toBeLessThanOrEqual(offsetErrorMs(next));
          known = next;
        }
      }),
    );
  });

  const hourMs = 3_600_000;
  const startMs = 1_700_000_000_500;
  const at = (offsetMs: number, index = 0) => reading(offsetMs, startMs + index * 1_000, 20, 20);
  const after = (...offsetsMs: readonly number[]): LearntOffset =>
    offsetsMs.reduce((known, offsetMs, index) => learnOffset(known, at(offsetMs, index)), guess);
  const guess = guessedOffset(0);

  it.each([hourMs, -hourMs])(
    'the clock offset is not moved by one response of ten that is wrong by %d ms, wherever it comes',
    (wrongMs) => {
      let known = guess;
      for (let index = 0; index < 100; index += 1) {
        known = learnOffset(known, at(index % 10 === 0 ? wrongMs : 0, index));
        expect(bestOffsetMs(known)).toBe(0);
        expect(isInDoubt(known)).toBe(index % 10 === 0);
      }
    },
  );

  it('the clock offset is not moved by responses that contradict each other', () => {
    const many = [0, ...Array.from({ length: 20 }, (_, index) => (index + 1) * hourMs)];
    expect(bestOffsetMs(after(...many))).toBe(0);
  });

  it.each([hourMs, -hourMs])(
    'the clock offset follows a clock that was set by %d ms after five responses',
    (ms) => {
      expect(bestOffsetMs(after(0, 0, 0, ms, ms, ms, ms))).toBe(0);
      const moved = after(0, 0, 0, ms, ms, ms, ms, ms);
      expect(Math.abs(bestOffsetMs(moved) - ms)).toBeLessThanOrEqual(1_040);
      expect(isInDoubt(moved)).toBe(false);
    },
  );

  it('the clock offset believes a first response that is near to one of our guesses', () => {
    const learnt = learnOffset(guessedOffset(0, hourMs), at(hourMs + 20_000));
    expect(isInDoubt(learnt)).toBe(false);
    expect(Math.abs(bestOffsetMs(learnt) - hourMs - 20_000)).toBeLessThanOrEqual(1_040);
    expect(isInDoubt(learnOffset(guessedOffset(0, hourMs), at(-hourMs)))).toBe(true);
  });
});

describe('sentAt', () => {
  it('sentAt dates a request at the latest now', () => {
    expect(sentAt(5_000, 7_000)).toEqual(new Date(5_000));
    expect(sentAt(3_605_000, 7_000)).toEqual(new Date(7_000));
  });
});

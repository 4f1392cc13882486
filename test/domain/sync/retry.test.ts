import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { FetchTask } from '../../../src/domain/sync/fetch-task.ts';
import {
  backoffMs,
  effortsRetryAt,
  missingStreamsRetry,
  planEventRetry,
  planParking,
  planRetry,
  planUnusableRetry,
  refreshAt,
  unavailableRetryAt,
} from '../../../src/domain/sync/retry.ts';

const dayMs = 86_400_000;
const random = fc.double({ min: 0, max: 1, noNaN: true });

describe('the pause after failures', () => {
  it('the pause after failures doubles up to a cap, with full jitter', () => {
    const backoff = { baseMs: 1_000, capMs: 60_000 };
    expect([1, 2, 3, 7, 5_000].map((failures) => backoffMs(failures, backoff, 1))).toEqual([
      1_000, 2_000, 4_000, 60_000, 60_000,
    ]);
    expect(backoffMs(3, backoff, 0.25)).toBe(1_000);
    expect(backoffMs(9, backoff, 0)).toBe(0);
  });
});

describe('the tries of a task that fails', () => {
  it('the tries of a task that fails are five a day at most, however soon each is made, and whatever was counted before', () => {
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
          const nextMs = next.nextTryAt.getTime();
          expect(nextMs).toBeGreaterThan(nowMs);
          expect(next.isParked).toBe(nextMs - nowMs >= dayMs);
          count = next.tries;
          nowMs = nextMs;
        }
        for (const fromMs of madeMs) {
          const sameDay = madeMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + dayMs);
          expect(sameDay.length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });

  it('the tries of a task that fails are five within minutes, the fifth parks it for a day', () => {
    let nowMs = 0;
    for (let tries = 0; tries < 4; tries += 1) {
      const next = planRetry(tries, nowMs, 1);
      expect(next.isParked).toBe(false);
      nowMs = next.nextTryAt.getTime();
    }
    expect(nowMs).toBeLessThan(120_000);
    expect(planRetry(4, nowMs, 1)).toEqual({
      tries: 5,
      isParked: true,
      nextTryAt: new Date(nowMs + dayMs),
    });
  });
});

describe('the next try', () => {
  const at = new Date(1_000 * dayMs);
  const later = (ms: number) => new Date(at.getTime() + ms);
  const [minuteMs, hourMs] = [60_000, 3_600_000];

  it('the next try of what the database cannot hold is in a day, then twice as late each time, up to a month', () => {
    const parked = (tries: number, days: number) => ({
      tries,
      isParked: true,
      nextTryAt: later(days * dayMs),
    });
    const days = [1, 2, 4, 8, 16, 30, 30];
    expect(days.map((_, tries) => planParking(tries, at))).toEqual(
      days.map((each, tries) => parked(tries + 1, each)),
    );
    expect(planParking(5_000, at)).toEqual(parked(5_001, 30));
  });

  it('the next try of a response without a usable record comes five times within minutes, then ever more rarely', () => {
    const pauses: number[] = [];
    for (let tries = 0; tries < 11; tries += 1) {
      const { nextTryAt, ...next } = planUnusableRetry(tries, at.getTime(), 1);
      expect(next).toEqual({ tries: tries + 1, isParked: tries >= 4 });
      pauses.push(nextTryAt.getTime() - at.getTime());
    }
    expect(Math.max(...pauses.slice(0, 4))).toBeLessThanOrEqual(minuteMs);
    expect(pauses.slice(4).map((ms) => ms / dayMs)).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  it('the next try of streams that are missing is in an hour until six hours after the end of the activity', () => {
    const retry = { tries: 0, isParked: false, nextTryAt: later(hourMs) };
    const ended = (ms: number) => ({
      startAt: later(-ms - 60_000),
      elapsedS: 60,
      firstSeenAt: at,
    });
    expect(missingStreamsRetry(ended(6 * hourMs - 1), at.getTime())).toEqual(retry);
    expect(missingStreamsRetry(ended(6 * hourMs), at.getTime())).toBeUndefined();
    const late = { ...ended(dayMs), mayComeUntil: later(1) };
    expect(missingStreamsRetry(late, at.getTime())).toEqual(retry);
  });

  it.each([
    ['a start in ten years', 3_650 * dayMs, 60],
    ['a duration of twenty years', -dayMs, 20 * 365 * 86_400],
  ])('the next try of streams that are missing ends six hours after we first saw %s', (...row) => {
    const [, startMs, elapsedS] = row;
    const seen = (ms: number) => ({
      startAt: later(startMs),
      elapsedS,
      firstSeenAt: later(-ms),
    });
    expect(missingStreamsRetry(seen(6 * hourMs - 1), at.getTime())).toBeDefined();
    expect(missingStreamsRetry(seen(6 * hourMs), at.getTime())).toBeUndefined();
  });

  it('the next try of an event is up to four times, one minute later each time', () => {
    const pauses = [0, 1, 2, 3].map((tries) => planEventRetry(tries, at.getTime())?.nextTryAt);
    expect(pauses).toEqual([1, 2, 3, 4].map((minutes) => later(minutes * minuteMs)));
    expect(planEventRetry(4, at.getTime())).toBeUndefined();
  });

  it('the next try of details without efforts is in half an hour', () => {
    expect(effortsRetryAt(at)).toEqual(later(hourMs / 2));
  });

  it('the next try of a stored part of the athlete is in a day, of stored gear in thirty', () => {
    expect([refreshAt('athlete', at), refreshAt('gear', at)]).toEqual([
      later(dayMs),
      later(30 * dayMs),
    ]);
  });

  it.each<[FetchTask, Date | undefined]>([
    [{ kind: 'athlete', part: 'zones', tries: 0 }, later(30 * dayMs)],
    [
      { kind: 'activity', purpose: 'confirm', activityId: 1, isFresh: false, tries: 0 },
      later(dayMs),
    ],
    [{ kind: 'activity', purpose: 'details', activityId: 1, isFresh: false, tries: 0 }, undefined],
    [{ kind: 'segment', part: 'streams', segmentId: 1, tries: 0 }, undefined],
    [{ kind: 'gear', gearId: 'b1', tries: 0 }, undefined],
  ])('the next try of %j that Strava does not give is at %s', (task, next) => {
    expect(unavailableRetryAt(task, at)).toEqual(next);
  });
});

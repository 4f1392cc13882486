import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  leftIn,
  noReserve,
  opensAt,
  reserve,
  usedIn,
  windowEndMs,
} from '../../../src/domain/rate-limit/quota.ts';
import type { QuotaSettings, QuotaState } from '../../../src/domain/rate-limit/quota-state.ts';
import { emptyQuota, guardMs, limitOf } from '../../../src/domain/rate-limit/quota-state.ts';
import { dropInFlight, settle } from '../../../src/domain/rate-limit/quota-feedback.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const day = Date.UTC(2026, 10, 22);
const settings: QuotaSettings = {
  short: 5,
  daily: 12,
  shortWindowMs: 15 * minuteMs,
  dailyWindowMs: dayMs,
  isHigherAllowed: false,
  maxInFlightMs: 3 * minuteMs,
};

let flights = 0;

/** Reserves once; returns what stands afterwards and whether it was granted. */
function take(
  state: QuotaState,
  atMs: number,
  used = settings,
  owner = 'a',
): [QuotaState, boolean] {
  const id = `flight ${(flights += 1)}`;
  const decision = reserve(state, { id, owner, atMs, reserve: noReserve }, used);
  return decision.isAllowed ? [decision.state, true] : [state, false];
}

function takeMany(state: QuotaState, atMs: number, count: number): [QuotaState, number] {
  let completed = 0;
  for (let index = 0; index < count; index += 1) {
    const [next, isAllowed] = take(state, atMs);
    state = next;
    completed += isAllowed ? 1 : 0;
  }
  return [state, completed];
}

describe('a reservation', () => {
  it('is granted until a window is spent, and again when the next one has begun', () => {
    const [spent, completed] = takeMany(emptyQuota, day + minuteMs, 9);
    expect(completed).toBe(5);
    expect(opensAt(spent, day + minuteMs, settings, noReserve)).toBe(day + 15 * minuteMs + 2_000);
    expect(takeMany(spent, day + 15 * minuteMs + 2_000, 9)[1]).toBe(5);
    expect(leftIn('short', spent, day + minuteMs, settings)).toBe(0);
    expect(leftIn('daily', spent, day + minuteMs, settings)).toBe(7);
    expect(windowEndMs('short', day + minuteMs, settings)).toBe(day + 15 * minuteMs);
  });

  it('near a boundary is charged to both sides', () => {
    const boundary = day + 15 * minuteMs;
    const [state] = takeMany(emptyQuota, boundary - 1_000, 3);
    expect(usedIn('short', state, boundary - 10_000, settings)).toBe(3);
    expect(usedIn('short', state, boundary + 10_000, settings)).toBe(3);
    expect(usedIn('daily', state, boundary, settings)).toBe(3);
  });

  it('leaves what has to be left', () => {
    const asked = { id: 'b', owner: 'a', atMs: day + minuteMs, reserve: { short: 3, daily: 0 } };
    const [two] = takeMany(emptyQuota, day + minuteMs, 2);
    expect(reserve(two, asked, settings).isAllowed).toBe(false);
    expect(reserve(two, { ...asked, reserve: { short: 2, daily: 0 } }, settings).isAllowed).toBe(
      true,
    );
    const daily = { ...asked, reserve: { short: 0, daily: 10 } };
    expect(reserve(two, daily, settings)).toEqual({
      isAllowed: false,
      opensAtMs: day + dayMs + 2_000,
    });
  });

  it('is granted when it was said to be, but for another window, and always after a few steps', () => {
    const moment = fc.integer({ min: day - 2 * dayMs, max: day + 2 * dayMs });
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 60 }), moment, (moments, startMs) => {
        let state = emptyQuota;
        for (const atMs of moments.sort((one, other) => one - other)) [state] = take(state, atMs);
        let nowMs = startMs;
        let steps = 0;
        for (;;) {
          const decision = reserve(
            state,
            { id: 'x', owner: 'a', atMs: nowMs, reserve: noReserve },
            settings,
          );
          if (decision.isAllowed) break;
          expect(decision.opensAtMs).toBeGreaterThan(nowMs);
          expect(decision.opensAtMs).toBe(opensAt(state, nowMs, settings, noReserve));
          nowMs = decision.opensAtMs;
          steps += 1;
        }
        expect(steps).toBeLessThan(8);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the memory of the quota', () => {
  const farAway = fc.integer({ min: -40, max: 40 }).filter((hours) => hours !== 0);

  it('outlasts a clock that is wrong by hours for a moment, ahead or back', () => {
    fc.assert(
      fc.property(fc.array(farAway, { maxLength: 5 }), fc.nat({ max: 5 }), (hours, before) => {
        const nowMs = day + 5 * minuteMs;
        let [state] = takeMany(emptyQuota, nowMs, before);
        for (const away of hours) [state] = take(state, nowMs + away * 60 * minuteMs);
        expect(usedIn('short', state, nowMs, settings)).toBe(before);
        expect(takeMany(state, nowMs, 20)[1]).toBeLessThanOrEqual(5 - before);
      }),
    );
  });

  it('counts on in the window of now, however many later windows are known', () => {
    let state = emptyQuota;
    for (let hours = 24; hours <= 90; hours += 1)
      [state] = take(state, day + hours * 60 * minuteMs);
    expect(takeMany(state, day + 5 * minuteMs, 50)[1]).toBe(5);
  });

  it('never waits beyond the end of the window that the clock is in now', () => {
    let state = emptyQuota;
    for (const hours of [30, 20, 10, 0]) [state] = takeMany(state, day + hours * 60 * minuteMs, 20);
    const opensMs = opensAt(state, day + 60 * minuteMs, settings, noReserve);
    expect(opensMs).toBeLessThanOrEqual(day + dayMs + 2_000);
  });

  it('stays small', () => {
    let state = emptyQuota;
    for (let hours = 0; hours < 500; hours += 1) [state] = take(state, day + hours * 60 * minuteMs);
    expect(state.windows.length).toBeLessThan(30);
    expect(state.inFlight.length).toBeLessThan(3);
  });
});

describe('a request that is under way across a boundary', () => {
  const leavesMs = day + 14 * minuteMs + 50_000;
  const nextMs = day + 15 * minuteMs + 5_000;

  it('is charged to the next window too, while its process lives, and when it died', () => {
    const [state] = takeMany(emptyQuota, leavesMs, 4);
    const dropped = dropInFlight(state, (owner) => owner === 'a');
    expect(usedIn('short', state, nextMs, settings)).toBe(4);
    expect(usedIn('short', dropped, nextMs, settings)).toBe(4);
    expect(usedIn('short', dropped, nextMs + 15 * minuteMs, settings)).toBe(0);
  });

  it('is charged to it even where nobody asked before the flight was given up', () => {
    const [state] = takeMany(emptyQuota, leavesMs, 4);
    const laterMs = leavesMs + settings.maxInFlightMs + 1_000;
    expect(usedIn('short', state, laterMs, settings)).toBe(4);
    expect(take(state, laterMs)[0].inFlight).toHaveLength(1);
  });

  it('of a dead process stands in nobody’s way', () => {
    const atMs = day + minuteMs;
    const [lost] = take(emptyQuota, atMs, settings, 'dead');
    const id = 'alive';
    const decision = reserve(lost, { id, owner: 'a', atMs, reserve: noReserve }, settings);
    if (!decision.isAllowed) throw new Error('rejected');
    const counts = { short: { limit: 5, usage: 4 }, daily: { limit: 12, usage: 4 } };
    const known = settle(decision.state, { id, atMs, counts, isRateLimited: false }, settings);
    expect(take(known, atMs)[1]).toBe(false);
    const free = dropInFlight(known, (owner) => owner === 'dead');
    expect(take(free, atMs)[1]).toBe(true);
  });
});

describe('the limit in force', () => {
  it.each([
    [undefined, false, 5],
    [3, false, 3],
    [9, false, 5],
    [3, true, 3],
    [9, true, 9],
  ])('with %s in the headers and higher allowed: %s is %d', (observed, isHigherAllowed, limit) => {
    const state = { ...emptyQuota, observed: observed === undefined ? {} : { short: observed } };
    expect(limitOf('short', state, { ...settings, isHigherAllowed })).toBe(limit);
  });

  it('has a guard of two seconds, less in a short window', () => {
    expect(guardMs(900_000, settings)).toBe(2_000);
    expect(guardMs(2_000, settings)).toBe(100);
  });

  it('has a guard as wide as Strava’s clock is unknown, at most half the window', () => {
    const wrongBy = (clockErrorMs: number) => guardMs(5_000, { ...settings, clockErrorMs });
    expect([wrongBy(100), wrongBy(900), wrongBy(60_000)]).toEqual([250, 900, 2_500]);
  });

  it('opens a spent window only when the clock, as wrong as it may be, is past its end', () => {
    const quick = { ...settings, shortWindowMs: 5_000, clockErrorMs: 900 };
    let state: QuotaState = emptyQuota;
    for (let index = 0; index < quick.short; index += 1) [state] = take(state, day + 2_000, quick);
    expect(opensAt(state, day + 2_500, quick, noReserve)).toBe(day + 5_900);
    const [, isAllowed] = take(state, day + 5_800, quick);
    expect(isAllowed).toBe(false);
  });
});

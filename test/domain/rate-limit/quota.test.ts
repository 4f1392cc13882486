import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { dayMs, minuteMs } from '../../../src/domain/duration.ts';
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

const day = Date.UTC(2026, 10, 22);
const settings: QuotaSettings = {
  short: 5,
  daily: 12,
  shortWindowMs: 15 * minuteMs,
  dailyWindowMs: dayMs,
  isHigherAllowed: false,
  maxInFlightMs: 3 * minuteMs,
};

let requests = 0;

/** Reserves once; returns the next state and whether it was allowed. */
function take(
  state: QuotaState,
  atMs: number,
  used = settings,
  owner = 'a',
): [QuotaState, boolean] {
  const id = `request ${(requests += 1)}`;
  const decision = reserve(state, { id, owner, atMs, reserve: noReserve }, used);
  return decision.isAllowed ? [decision.state, true] : [state, false];
}

function takeMany(state: QuotaState, atMs: number, count: number): [QuotaState, number] {
  let allowed = 0;
  for (let index = 0; index < count; index += 1) {
    const [next, isAllowed] = take(state, atMs);
    state = next;
    allowed += isAllowed ? 1 : 0;
  }
  return [state, allowed];
}

describe('reserve', () => {
  it('reserve allows requests until a window is spent, and again in the next one', () => {
    const [spent, allowed] = takeMany(emptyQuota, day + minuteMs, 9);
    expect(allowed).toBe(5);
    expect(opensAt(spent, day + minuteMs, settings, noReserve)).toBe(day + 15 * minuteMs + 2_000);
    expect(takeMany(spent, day + 15 * minuteMs + 2_000, 9)[1]).toBe(5);
    expect(leftIn('short', spent, day + minuteMs, settings)).toBe(0);
    expect(leftIn('daily', spent, day + minuteMs, settings)).toBe(7);
    expect(windowEndMs('short', day + minuteMs, settings)).toBe(day + 15 * minuteMs);
  });

  it('reserve charges a request near a boundary to both sides', () => {
    const boundary = day + 15 * minuteMs;
    const [state] = takeMany(emptyQuota, boundary - 1_000, 3);
    expect(usedIn('short', state, boundary - 10_000, settings)).toBe(3);
    expect(usedIn('short', state, boundary + 10_000, settings)).toBe(3);
    expect(usedIn('daily', state, boundary, settings)).toBe(3);
  });

  it('reserve leaves the reserve', () => {
    const request = { id: 'b', owner: 'a', atMs: day + minuteMs, reserve: { short: 3, daily: 0 } };
    const [two] = takeMany(emptyQuota, day + minuteMs, 2);
    expect(reserve(two, request, settings).isAllowed).toBe(false);
    expect(reserve(two, { ...request, reserve: { short: 2, daily: 0 } }, settings).isAllowed).toBe(
      true,
    );
    const daily = { ...request, reserve: { short: 0, daily: 10 } };
    expect(reserve(two, daily, settings)).toEqual({
      isAllowed: false,
      opensAtMs: day + dayMs + 2_000,
    });
  });

  it('reserve allows a request at opensAtMs, after a few steps at most', () => {
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

describe('the stored windows', () => {
  const farAway = fc.integer({ min: -40, max: 40 }).filter((hours) => hours !== 0);

  it('the stored windows survive a clock that is wrong by hours for a moment', () => {
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

  it('the stored windows keep the current window, even with many later windows', () => {
    let state = emptyQuota;
    for (let hours = 24; hours <= 90; hours += 1)
      [state] = take(state, day + hours * 60 * minuteMs);
    expect(takeMany(state, day + 5 * minuteMs, 50)[1]).toBe(5);
  });

  it('the stored windows close the quota at most until the end of the current window', () => {
    let state = emptyQuota;
    for (const hours of [30, 20, 10, 0]) [state] = takeMany(state, day + hours * 60 * minuteMs, 20);
    const opensMs = opensAt(state, day + 60 * minuteMs, settings, noReserve);
    expect(opensMs).toBeLessThanOrEqual(day + dayMs + 2_000);
  });

  it('the stored windows stay few over hundreds of hours', () => {
    let state = emptyQuota;
    for (let hours = 0; hours < 500; hours += 1) [state] = take(state, day + hours * 60 * minuteMs);
    expect(state.windows.length).toBeLessThan(30);
    expect(state.inFlight.length).toBeLessThan(3);
  });
});

describe('a request in flight across a boundary', () => {
  const sentMs = day + 14 * minuteMs + 50_000;
  const nextMs = day + 15 * minuteMs + 5_000;

  it('a request in flight across a boundary is charged to the next window too, whether its process lives or died', () => {
    const [state] = takeMany(emptyQuota, sentMs, 4);
    const dropped = dropInFlight(state, (owner) => owner === 'a');
    expect(usedIn('short', state, nextMs, settings)).toBe(4);
    expect(usedIn('short', dropped, nextMs, settings)).toBe(4);
    expect(usedIn('short', dropped, nextMs + 15 * minuteMs, settings)).toBe(0);
  });

  it('a request in flight across a boundary is charged to the next window even if that is opened after the request is too old', () => {
    const [state] = takeMany(emptyQuota, sentMs, 4);
    const laterMs = sentMs + settings.maxInFlightMs + 1_000;
    expect(usedIn('short', state, laterMs, settings)).toBe(4);
    expect(take(state, laterMs)[0].inFlight).toHaveLength(1);
  });

  it('no longer blocks others once its process is dead', () => {
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
  ])(
    'the limit in force with %s in the headers and higher limits allowed: %s the limit is %d',
    (observed, isHigherAllowed, limit) => {
      const state = { ...emptyQuota, observed: observed === undefined ? {} : { short: observed } };
      expect(limitOf('short', state, { ...settings, isHigherAllowed })).toBe(limit);
    },
  );

  it('the guard is two seconds, less in a short window', () => {
    expect(guardMs(900_000, settings)).toBe(2_000);
    expect(guardMs(2_000, settings)).toBe(100);
  });

  it('the guard is at least the clock error, at most half the window', () => {
    const wrongBy = (clockErrorMs: number) => guardMs(5_000, { ...settings, clockErrorMs });
    expect([wrongBy(100), wrongBy(900), wrongBy(60_000)]).toEqual([250, 900, 2_500]);
  });

  it('a spent window opens when the clock is past its end by its error', () => {
    const quick = { ...settings, shortWindowMs: 5_000, clockErrorMs: 900 };
    let state: QuotaState = emptyQuota;
    for (let index = 0; index < quick.short; index += 1) [state] = take(state, day + 2_000, quick);
    expect(opensAt(state, day + 2_500, quick, noReserve)).toBe(day + 5_900);
    const [, isAllowed] = take(state, day + 5_800, quick);
    expect(isAllowed).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { windowStartMs } from '../../../src/domain/rate-limit/quota-state.ts';
import type { QuotaSettings } from '../../../src/domain/rate-limit/quota-state.ts';
import { keyOf, liveThrough } from './quota-world.ts';
import type { History, World } from './quota-world.ts';

const shortWindowMs = 10_000;
const dailyWindowMs = 60_000;
const shortGuardMs = shortWindowMs / 20;
const day = Date.UTC(2026, 10, 22);

/** Clocks wrong by at most the guard, slow and lost responses, and crashes. */
const anyWorld = fc
  .record({
    seed: fc.integer(),
    short: fc.integer({ min: 1, max: 25 }),
    daily: fc.integer({ min: 1, max: 80 }),
    startMs: fc.integer({ min: day - dailyWindowMs, max: day }),
    offsetsMs: fc.array(fc.integer({ min: -shortGuardMs, max: shortGuardMs }), {
      minLength: 1,
      maxLength: 3,
    }),
    maxInFlight: fc.integer({ min: 1, max: 12 }),
    maxMs: fc.constantFrom(50, 400, 3_000, 25_000),
    lost: fc.constantFrom(0, 0.05, 0.4),
    withoutHeaders: fc.constantFrom(0, 0.3, 1),
  })
  .map(({ short, daily, ...rest }): World => ({
    ...rest,
    limits: { short, daily },
    settings: settingsOf(short, daily, rest.maxMs),
    lastsMs: 2.2 * dailyWindowMs,
    foreignPerSecond: 0,
  }));

function settingsOf(short: number, daily: number, maxMs: number): QuotaSettings {
  return {
    short,
    daily,
    shortWindowMs,
    dailyWindowMs,
    isHigherAllowed: false,
    maxInFlightMs: maxMs + 4 * shortGuardMs,
  };
}

function overLimit({ counted }: History, { limits }: World): readonly string[] {
  return [...counted]
    .filter(([key, count]) => count > (key.startsWith('short') ? limits.short : limits.daily))
    .map(([key, count]) => `${key}: ${count}`);
}

describe('the quota with slow requests, crashes and wrong clocks', () => {
  it('the quota with slow requests, crashes and wrong clocks never lets Strava count more of our requests in a window than it allows', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const history = liveThrough(world);
        expect(overLimit(history, world)).toEqual([]);
        expect(history.rateLimited).toBe(0);
        expect(history.ours.size).toBeGreaterThan(0);
      }),
      { numRuns: 100 },
    );
  });

  it('the quota with slow requests, crashes and wrong clocks sends no request while a window is known to be spent, even by other programs', () => {
    let limited = 0;
    fc.assert(
      fc.property(
        anyWorld,
        fc.constantFrom(0.2, 2, 20),
        fc.boolean(),
        (quiet, foreignPerSecond, isConfiguredHigher) => {
          const settings = isConfiguredHigher
            ? { ...quiet.settings, short: 1_000, daily: 5_000 }
            : quiet.settings;
          const history = liveThrough({ ...quiet, settings, foreignPerSecond });
          limited += history.rateLimited;
          expect(history.sentWhileSpent).toEqual([]);
        },
      ),
      { numRuns: 80 },
    );
    expect(limited).toBeGreaterThan(0);
  });

  it('the quota with slow requests, crashes and wrong clocks uses up every window while there is work', () => {
    const busy = fc.record({
      seed: fc.integer(),
      short: fc.integer({ min: 1, max: 25 }),
      dailyShare: fc.constantFrom(0.4, 1, 7),
      offsetsMs: fc.array(fc.integer({ min: -shortGuardMs, max: shortGuardMs }), {
        minLength: 1,
        maxLength: 2,
      }),
      maxInFlight: fc.integer({ min: 1, max: 12 }),
      withoutHeaders: fc.constantFrom(0, 0.5, 1),
    });
    fc.assert(
      fc.property(busy, ({ short, dailyShare, ...rest }) => {
        const daily = Math.max(1, Math.floor(short * 6 * dailyShare));
        const world: World = {
          ...rest,
          limits: { short, daily },
          settings: settingsOf(short, daily, 100),
          startMs: day,
          lastsMs: 3 * dailyWindowMs,
          maxMs: 100,
          lost: 0,
          foreignPerSecond: 0,
        };
        const { ours } = liveThrough(world);
        for (let atMs = day; atMs < day + world.lastsMs; atMs += dailyWindowMs) {
          const used = ours.get(keyOf('daily', atMs, world.settings));
          expect(used).toBe(Math.min(daily, 6 * short));
        }
        for (let atMs = day; atMs < day + world.lastsMs; atMs += shortWindowMs) {
          const before = windowStartMs(atMs, dailyWindowMs);
          const spentBefore = Math.min(daily, ((atMs - before) / shortWindowMs) * short);
          const used = ours.get(keyOf('short', atMs, world.settings)) ?? 0;
          expect(used).toBe(Math.min(short, daily - spentBefore));
        }
      }),
      { numRuns: 40 },
    );
  });
});

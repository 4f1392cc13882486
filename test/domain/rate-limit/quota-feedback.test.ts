import { describe, expect, it } from 'vitest';

import {
  leftIn,
  noReserve,
  opensAt,
  reserve,
  usedIn,
} from '../../../src/domain/rate-limit/quota.ts';
import type { HeaderCount, Settlement } from '../../../src/domain/rate-limit/quota-feedback.ts';
import { settle } from '../../../src/domain/rate-limit/quota-feedback.ts';
import type {
  QuotaSettings,
  QuotaState,
  WindowKind,
} from '../../../src/domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../../../src/domain/rate-limit/quota-state.ts';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const day = Date.UTC(2026, 10, 22);
const atMs = day + minuteMs;
const settings: QuotaSettings = {
  short: 10,
  daily: 50,
  shortWindowMs: 15 * minuteMs,
  dailyWindowMs: dayMs,
  isHigherAllowed: false,
  maxInFlightMs: 3 * minuteMs,
};

function depart(state: QuotaState, id: string, leavesMs = atMs): QuotaState {
  const asked = { id, owner: 'a', atMs: leavesMs, reserve: noReserve };
  const decision = reserve(state, asked, settings);
  if (!decision.isAllowed) throw new Error(`${id} was refused`);
  return decision.state;
}

function counts(
  short: number,
  daily: number,
  limits: Partial<Record<WindowKind, number>> = {},
): Record<WindowKind, HeaderCount> {
  return {
    short: { limit: limits.short ?? 10, usage: short },
    daily: { limit: limits.daily ?? 50, usage: daily },
  };
}

function land(state: QuotaState, id: string, answer: Partial<Settlement> = {}): QuotaState {
  return settle(state, { id, atMs, isRateLimited: false, ...answer }, settings);
}

const used = (state: QuotaState): number => usedIn('short', state, atMs, settings);

describe('an answer', () => {
  it('without headers changes nothing but that the request is back', () => {
    const flying = depart(emptyQuota, 'one');
    const landed = land(flying, 'one');
    expect(landed.inFlight).toEqual([]);
    expect(landed.windows).toEqual(flying.windows);
  });

  it('tells of the requests of others', () => {
    const landed = land(depart(emptyQuota, 'one'), 'one', { counts: counts(7, 30) });
    expect(leftIn('short', landed, atMs, settings)).toBe(3);
    expect(leftIn('daily', landed, atMs, settings)).toBe(20);
  });

  it('older than the newest known one teaches nothing', () => {
    const both = depart(depart(emptyQuota, 'one'), 'two');
    const newest = land(both, 'two', { counts: counts(8, 8) });
    expect(used(land(newest, 'one', { counts: counts(3, 3) }))).toBe(used(newest));
  });

  it('that was settled before, or that nobody asked for, changes nothing, not even with a 429', () => {
    const landed = land(depart(emptyQuota, 'one'), 'one', { counts: counts(1, 1) });
    expect(land(landed, 'one', { counts: counts(9, 9), isRateLimited: true })).toEqual(landed);
    expect(land(landed, 'other', { isRateLimited: true })).toEqual(landed);
  });

  it('to a request that can have been counted in two windows corrects neither', () => {
    const leavesMs = day + 15 * minuteMs - 500;
    const answer = { atMs: leavesMs + 1_000, counts: counts(9, 9) };
    const landed = land(depart(emptyQuota, 'one', leavesMs), 'one', answer);
    expect(usedIn('short', landed, leavesMs, settings)).toBe(1);
    expect(usedIn('short', landed, leavesMs + 1_000, settings)).toBe(1);
    expect(usedIn('daily', landed, leavesMs, settings)).toBe(9);
  });

  it('still corrects the window that it was counted in when a later one has begun', () => {
    const flying = depart(emptyQuota, 'one');
    const late = { atMs: atMs + dayMs / 2, counts: counts(9, 9) };
    const patient = { ...settings, maxInFlightMs: dayMs };
    const landed = settle(flying, { id: 'one', isRateLimited: false, ...late }, patient);
    expect(usedIn('daily', landed, atMs, settings)).toBe(9);
  });

  it('brings a lower limit into force at once, and a higher one never by itself', () => {
    const lower = counts(4, 4, { short: 4 });
    const landed = land(depart(emptyQuota, 'one'), 'one', { counts: lower });
    expect(opensAt(landed, atMs, settings, noReserve)).toBeGreaterThan(atMs);
    const higher = land(depart(emptyQuota, 'one'), 'one', { counts: counts(1, 1, { short: 99 }) });
    expect(leftIn('short', higher, atMs, settings)).toBe(9);
    const allowed = { ...settings, isHigherAllowed: true };
    expect(leftIn('short', higher, atMs, allowed)).toBe(98);
  });
});

describe('a 429', () => {
  const shut = (answer: Partial<Settlement>, leavesMs = atMs): number => {
    const landed = land(depart(emptyQuota, 'one', leavesMs), 'one', {
      isRateLimited: true,
      ...answer,
    });
    return opensAt(landed, answer.atMs ?? leavesMs, settings, noReserve);
  };

  it.each([
    ['without headers the short window', undefined, 15 * minuteMs],
    ['with nothing spent the short window', counts(3, 3), 15 * minuteMs],
    ['with the short window spent that one', counts(10, 20), 15 * minuteMs],
    ['with the daily window spent that one', counts(3, 50), dayMs],
    ['with both spent both', counts(10, 50), dayMs],
  ])('closes %s, and it opens after its end', (_, named, lengthMs) => {
    expect(shut(named === undefined ? {} : { counts: named })).toBe(day + lengthMs + 2_000);
  });

  it('leaves nothing of a closed window', () => {
    const landed = land(depart(emptyQuota, 'one'), 'one', { isRateLimited: true });
    expect(leftIn('short', landed, atMs, settings)).toBe(0);
    expect(leftIn('daily', landed, atMs, settings)).toBe(49);
    expect(leftIn('short', landed, atMs + 15 * minuteMs, settings)).toBe(10);
  });

  it('to a request that left before a boundary does not cost the window behind it', () => {
    const boundary = day + 15 * minuteMs;
    expect(shut({ atMs: boundary + 500 }, boundary - 500)).toBe(boundary + 2_000);
    expect(shut({ atMs: boundary + 9_000 }, boundary - 30_000)).toBe(boundary + 9_000);
  });

  it('at midnight does not cost the whole new day', () => {
    const midnight = day + dayMs;
    const spent = { atMs: midnight + 300, counts: counts(3, 50) };
    expect(shut(spent, midnight - 700)).toBe(midnight + 2_000);
  });

  it('closes the window that it was counted in, even when the answer comes long after its end', () => {
    const flying = depart(emptyQuota, 'one');
    const patient = { ...settings, maxInFlightMs: dayMs };
    const answer = { id: 'one', atMs: atMs + 60 * minuteMs, isRateLimited: true };
    const landed = settle(flying, answer, patient);
    expect(opensAt(landed, answer.atMs, patient, noReserve)).toBe(answer.atMs);
    expect(opensAt(landed, atMs, patient, noReserve)).toBe(day + 15 * minuteMs + 2_000);
  });
});

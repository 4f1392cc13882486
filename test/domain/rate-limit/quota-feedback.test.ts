import { describe, expect, it } from 'vitest';

import { dayMs, minuteMs } from '../../../src/domain/duration.ts';
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

function send(state: QuotaState, id: string, sentMs = atMs): QuotaState {
  const request = { id, owner: 'a', atMs: sentMs, reserve: noReserve };
  const decision = reserve(state, request, settings);
  if (!decision.isAllowed) throw new Error(`${id} was rejected`);
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

function settled(state: QuotaState, id: string, response: Partial<Settlement> = {}): QuotaState {
  return settle(state, { id, atMs, isRateLimited: false, ...response }, settings);
}

const used = (state: QuotaState): number => usedIn('short', state, atMs, settings);

describe('settle', () => {
  it('settle without headers only ends the request in flight', () => {
    const sent = send(emptyQuota, 'one');
    const after = settled(sent, 'one');
    expect(after.inFlight).toEqual([]);
    expect(after.windows).toEqual(sent.windows);
  });

  it('settle learns the requests of other programs from headers', () => {
    const after = settled(send(emptyQuota, 'one'), 'one', { counts: counts(7, 30) });
    expect(leftIn('short', after, atMs, settings)).toBe(3);
    expect(leftIn('daily', after, atMs, settings)).toBe(20);
  });

  it('settle ignores the headers of a response older than the newest', () => {
    const both = send(send(emptyQuota, 'one'), 'two');
    const newest = settled(both, 'two', { counts: counts(8, 8) });
    expect(used(settled(newest, 'one', { counts: counts(3, 3) }))).toBe(used(newest));
  });

  it('settle ignores a response to an unknown or settled request, even a 429', () => {
    const after = settled(send(emptyQuota, 'one'), 'one', { counts: counts(1, 1) });
    expect(settled(after, 'one', { counts: counts(9, 9), isRateLimited: true })).toEqual(after);
    expect(settled(after, 'other', { isRateLimited: true })).toEqual(after);
  });

  it('settle corrects no window where Strava may have counted the request in either of two', () => {
    const sentMs = day + 15 * minuteMs - 500;
    const response = { atMs: sentMs + 1_000, counts: counts(9, 9) };
    const after = settled(send(emptyQuota, 'one', sentMs), 'one', response);
    expect(usedIn('short', after, sentMs, settings)).toBe(1);
    expect(usedIn('short', after, sentMs + 1_000, settings)).toBe(1);
    expect(usedIn('daily', after, sentMs, settings)).toBe(9);
  });

  it('settle corrects the window of the request after a later one has begun', () => {
    const sent = send(emptyQuota, 'one');
    const late = { atMs: atMs + dayMs / 2, counts: counts(9, 9) };
    const slow = { ...settings, maxInFlightMs: dayMs };
    const after = settle(sent, { id: 'one', isRateLimited: false, ...late }, slow);
    expect(usedIn('daily', after, atMs, settings)).toBe(9);
  });

  it('settle applies a lower limit at once, and a higher one only if allowed', () => {
    const lower = counts(4, 4, { short: 4 });
    const after = settled(send(emptyQuota, 'one'), 'one', { counts: lower });
    expect(opensAt(after, atMs, settings, noReserve)).toBeGreaterThan(atMs);
    const higher = settled(send(emptyQuota, 'one'), 'one', { counts: counts(1, 1, { short: 99 }) });
    expect(leftIn('short', higher, atMs, settings)).toBe(9);
    const allowed = { ...settings, isHigherAllowed: true };
    expect(leftIn('short', higher, atMs, allowed)).toBe(98);
  });
});

describe('settle after a 429', () => {
  const shut = (response: Partial<Settlement>, sentMs = atMs): number => {
    const after = settled(send(emptyQuota, 'one', sentMs), 'one', {
      isRateLimited: true,
      ...response,
    });
    return opensAt(after, response.atMs ?? sentMs, settings, noReserve);
  };

  it.each([
    ['without headers the short window', undefined, 15 * minuteMs],
    ['with nothing spent the short window', counts(3, 3), 15 * minuteMs],
    ['with the short window spent that one', counts(10, 20), 15 * minuteMs],
    ['with the daily window spent that one', counts(3, 50), dayMs],
    ['with both spent both', counts(10, 50), dayMs],
  ])('settle after a 429 closes a 429 %s until after its end', (_, named, lengthMs) => {
    expect(shut(named === undefined ? {} : { counts: named })).toBe(day + lengthMs + 2_000);
  });

  it('settle after a 429 leaves no request in a window closed by a 429', () => {
    const after = settled(send(emptyQuota, 'one'), 'one', { isRateLimited: true });
    expect(leftIn('short', after, atMs, settings)).toBe(0);
    expect(leftIn('daily', after, atMs, settings)).toBe(49);
    expect(leftIn('short', after, atMs + 15 * minuteMs, settings)).toBe(10);
  });

  it('settle after a 429 closes only the old window after a 429 to a request sent before the boundary', () => {
    const boundary = day + 15 * minuteMs;
    expect(shut({ atMs: boundary + 500 }, boundary - 500)).toBe(boundary + 2_000);
    expect(shut({ atMs: boundary + 9_000 }, boundary - 30_000)).toBe(boundary + 9_000);
  });

  it('settle after a 429 keeps the new day open after a 429 at midnight', () => {
    const midnight = day + dayMs;
    const spent = { atMs: midnight + 300, counts: counts(3, 50) };
    expect(shut(spent, midnight - 700)).toBe(midnight + 2_000);
  });

  it('settle after a 429 closes the window of the request even if the 429 comes long after its end', () => {
    const sent = send(emptyQuota, 'one');
    const slow = { ...settings, maxInFlightMs: dayMs };
    const response = { id: 'one', atMs: atMs + 60 * minuteMs, isRateLimited: true };
    const after = settle(sent, response, slow);
    expect(opensAt(after, response.atMs, slow, noReserve)).toBe(response.atMs);
    expect(opensAt(after, atMs, slow, noReserve)).toBe(day + 15 * minuteMs + 2_000);
  });
});

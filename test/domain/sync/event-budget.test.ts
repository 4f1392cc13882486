import { describe, expect, it } from 'vitest';
import { emptyQuota } from '../../../src/domain/rate-limit/quota-state.ts';
import { eventBudgets, isFlooded, requestsLeft } from '../../../src/domain/sync/event-budget.ts';

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const nowMs = Date.UTC(2026, 9, 5, 10, 20);
const settings = {
  short: 100,
  daily: 1_000,
  shortWindowMs: 15 * minuteMs,
  dailyWindowMs: dayMs,
  isHigherAllowed: false,
  maxInFlightMs: minuteMs,
};
const budgets = eventBudgets(emptyQuota, settings, nowMs);
const times = (count: number, atMs: number): readonly Date[] =>
  Array.from({ length: count }, () => new Date(atMs));

describe('the budget of events', () => {
  it('the budget of events is a tenth of each window of the quota, from its start', () => {
    const [quarter, day] = [Date.UTC(2026, 9, 5, 10, 15), Date.UTC(2026, 9, 5)];
    expect(budgets).toEqual([
      { from: new Date(quarter), previousFrom: new Date(quarter - 15 * minuteMs), max: 10 },
      { from: new Date(day), previousFrom: new Date(day - dayMs), max: 100 },
    ]);
  });

  it('the budget of events follows a lower limit that Strava sent, and is one request at least', () => {
    const state = { ...emptyQuota, observed: { short: 50 } };
    expect(eventBudgets(state, settings, nowMs).map(({ max }) => max)).toEqual([5, 100]);
    const small = { ...settings, short: 4, daily: 4 };
    expect(eventBudgets(emptyQuota, small, nowMs).map(({ max }) => max)).toEqual([1, 1]);
  });

  it.each<[string, readonly Date[], number]>([
    ['nothing was wasted', [], 10],
    ['requests were wasted in this window', times(4, nowMs), 6],
    ['the window is used up', times(12, nowMs), 0],
    ['requests were wasted in the window before', times(10, nowMs - 10 * minuteMs), 10],
    ['most of the day is used up', times(97, nowMs - 2 * hourMs), 3],
    ['the day is used up', times(100, nowMs - 2 * hourMs), 0],
    ['the day before was used up', times(100, nowMs - dayMs), 10],
  ])(
    'the budget of events leaves the smaller rest of both windows where %s',
    (_when, wasted, left) => {
      expect(requestsLeft(budgets, wasted)).toBe(left);
    },
  );

  it('the budget of events leaves everything where there is none', () => {
    expect(requestsLeft([], times(9, nowMs))).toBe(Infinity);
  });
});

describe('a flood', () => {
  it.each<[string, readonly Date[], boolean]>([
    ['nothing was wasted', [], false],
    ['less than the budget was wasted', times(9, nowMs), false],
    ['the budget of this window is used up', times(10, nowMs), true],
    ['the budget of the window before was used up', times(10, nowMs - 10 * minuteMs), true],
    ['the budget of an earlier window was used up', times(10, nowMs - hourMs), false],
    ['the budget of this day is used up', times(100, nowMs - 2 * hourMs), true],
    ['the budget of the day before was used up', times(100, nowMs - dayMs), true],
  ])('a flood is where a budget was used up lately: %s', (_when, wasted, expected) => {
    expect(isFlooded(budgets, wasted)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';
import {
  daysOf,
  levelOf,
  movedTo,
  thresholdsOf,
  yearsOf,
} from '../../../src/page/calendar/days.js';

describe('the days of a year', () => {
  it.each([
    [2026, 365],
    [2024, 366],
    [2100, 365],
  ])('of %i are %i', (year, count) => {
    expect(daysOf(year)).toHaveLength(count);
  });

  it('stand in weeks that begin on Monday', () => {
    // The first of January 2026 is a Thursday, the last of December too.
    const days = daysOf(2026);
    expect(days[0]).toEqual({ key: '2026-01-01', week: 0, weekday: 3, month: 0 });
    expect(days[3]).toEqual({ key: '2026-01-04', week: 0, weekday: 6, month: 0 });
    expect(days[4]).toEqual({ key: '2026-01-05', week: 1, weekday: 0, month: 0 });
    expect(days.at(-1)).toEqual({ key: '2026-12-31', week: 52, weekday: 3, month: 11 });
  });

  it('take 54 weeks in a leap year that begins on a Sunday', () => {
    expect(daysOf(2012).at(-1)).toMatchObject({ key: '2012-12-31', week: 53 });
  });
});

describe('the years of a calendar', () => {
  it('have no gap, and the newest is first', () => {
    expect(yearsOf(['2022-05-01', '2026-01-01', '2024-12-31'])).toEqual([
      2026, 2025, 2024, 2023, 2022,
    ]);
  });

  it('leave out those that only a device without the time writes', () => {
    expect(yearsOf(['1970-01-01', '2069-01-01', '2026-01-01', ''])).toEqual([2026]);
  });

  it('are none without a day', () => {
    expect(yearsOf([])).toEqual([]);
  });
});

describe('the colour of a day', () => {
  const thresholds = thresholdsOf([10, 20, 30, 40, 50, 60, 70, 80, 0, 0, 0]);

  it('is one of four that as many days have', () => {
    const levels = [10, 20, 30, 40, 50, 60, 70, 80].map((value) => levelOf(value, thresholds));
    expect(levels).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  });

  it('is none for nothing', () => {
    expect(levelOf(0, thresholds)).toBe(0);
    expect(levelOf(Number.NaN, thresholds)).toBe(0);
  });

  it('exists where nothing has a value', () => {
    expect(thresholdsOf([0, 0])).toEqual([]);
    expect(levelOf(5, [])).toBe(1);
  });
});

describe('the keyboard in a year', () => {
  const days = daysOf(2026);
  const from = days.findIndex(({ key }) => key === '2026-11-22');

  it.each([
    ['ArrowUp', '2026-11-21'],
    ['ArrowDown', '2026-11-23'],
    ['ArrowLeft', '2026-11-15'],
    ['ArrowRight', '2026-11-29'],
    ['Home', '2026-01-01'],
    ['End', '2026-12-31'],
  ])('leads by %s to %s', (key, day) => {
    expect(days[movedTo(days, from, key) ?? -1]?.key).toBe(day);
  });

  it('stays in the year', () => {
    expect(movedTo(days, 2, 'ArrowLeft')).toBe(0);
    expect(movedTo(days, 363, 'ArrowRight')).toBe(364);
  });

  it('keeps every other key for the browser', () => {
    expect(movedTo(days, from, 'Tab')).toBeUndefined();
  });
});

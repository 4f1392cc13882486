import { describe, expect, it } from 'vitest';
import { localTimeOf } from '../../../src/domain/derived/local-time.ts';

describe('localTimeOf', () => {
  it.each([
    ['2026-11-22T09:12:44Z', 7, 9, '2026-W47'],
    ['2024-12-30T00:00:00Z', 1, 0, '2025-W01'],
    ['2021-01-03T23:59:59Z', 7, 23, '2020-W53'],
    ['2024-02-29T12:00:00Z', 4, 12, '2024-W09'],
  ])('localTimeOf reads %s as weekday %i, hour %i, week %s', (text, weekday, hour, week) => {
    expect(localTimeOf(text)).toEqual({ date: new Date(text), weekday, hour, week });
  });

  it('localTimeOf ignores the zone, which Strava always writes as Z, and fractions', () => {
    const date = new Date('2026-11-22T09:12:44Z');
    for (const rest of ['', '.25Z', '+05:30', '-08:00'])
      expect(localTimeOf(`2026-11-22T09:12:44${rest}`)?.date).toEqual(date);
  });

  it.each([
    '2026-02-30T09:12:44Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22',
    '22.11.2026 09:12',
    '',
    null,
    7,
    ['2026-11-22T09:12:44Z'],
    undefined,
  ])('localTimeOf finds no time in %j', (text) => {
    expect(localTimeOf(text)).toBeUndefined();
  });

  it('localTimeOf gives the ISO week that the calendar has, for each day of 40 years', () => {
    // Another way: count the weeks from the Monday of the week with January 4.
    const mondayOf = (ms: number): number => ms - ((new Date(ms).getUTCDay() + 6) % 7) * 86_400_000;
    for (let ms = Date.UTC(2000, 0, 1); ms < Date.UTC(2040, 0, 1); ms += 86_400_000) {
      const text = new Date(ms).toISOString().slice(0, 19);
      const year = [1, 0, -1]
        .map((offset) => new Date(ms).getUTCFullYear() + offset)
        .find((one) => mondayOf(Date.UTC(one, 0, 4)) <= ms);
      const week = (mondayOf(ms) - mondayOf(Date.UTC(year ?? 0, 0, 4))) / (7 * 86_400_000) + 1;
      expect(localTimeOf(text)?.week).toBe(`${year}-W${String(week).padStart(2, '0')}`);
    }
  });
});

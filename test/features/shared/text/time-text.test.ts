import { describe, expect, it } from 'vitest';
import type { Reader } from '../../../../src/features/shared/text/time-text.ts';
import {
  dayText,
  loggedTime,
  ownTimeZone,
  quotaSpentText,
  timeText,
  wallTime,
} from '../../../../src/features/shared/text/time-text.ts';

/** 20:06 in Vienna. */
const now = Date.parse('2026-11-26T19:06:00Z');
const vienna: Reader = { nowMs: now, timeZone: 'Europe/Vienna' };
const at = (text: string): Date => new Date(text);

describe('an instant for people', () => {
  it.each([
    ['2026-11-26T19:15:00Z', '20:15 (in 9 minutes)'],
    ['2026-11-26T19:07:00Z', '20:07 (in 1 minute)'],
    ['2026-11-26T19:06:40Z', '20:06 (in 40 seconds)'],
    ['2026-11-26T19:06:00.400Z', '20:06 (now)'],
    ['2026-11-26T18:46:30Z', '19:46 (20 minutes ago)'],
    ['2026-11-26T20:35:59Z', '21:35 (in 90 minutes)'],
    ['2026-11-26T22:06:00Z', '23:06 (in 3 hours)'],
    ['2026-11-27T00:00:00Z', '2026-11-27 01:00 (in 5 hours)'],
    ['2026-11-25T19:06:00Z', '2026-11-25 20:06 (24 hours ago)'],
    ['2026-12-01T05:06:00Z', '2026-12-01 06:06 (in 4 days)'],
    ['2018-12-10T17:39:58Z', '2018-12-10 18:39'],
  ])('%s is "%s" in Vienna', (instant, text) => {
    expect(timeText(at(instant), vienna)).toBe(text);
  });

  it('an instant for people follows the daylight-saving time of its own day', () => {
    expect(wallTime(at('2026-07-01T12:00:00Z'), vienna)).toBe('2026-07-01 14:00');
  });

  it('an instant for people names midnight 00:00, and the day that is today in the zone of the reader', () => {
    const kathmandu: Reader = { nowMs: now, timeZone: 'Asia/Kathmandu' };
    expect(wallTime(at('2026-11-26T18:15:00Z'), kathmandu)).toBe('00:00');
    expect(wallTime(at('2026-11-26T18:14:00Z'), kathmandu)).toBe('2026-11-26 23:59');
    expect(dayText(at('2026-11-26T18:14:00Z'), kathmandu)).toBe('2026-11-26');
    expect(dayText(at('2026-11-26T18:15:00Z'), kathmandu)).toBe('2026-11-27');
  });

  it('an instant for people is in UTC for a log, with its distance', () => {
    const text = loggedTime(at('2026-11-26T19:15:02Z'), vienna);
    expect(text).toBe('2026-11-26 19:15:02 UTC (in 9 minutes)');
  });

  it('an instant for people says when a spent quota opens', () => {
    const text = quotaSpentText(at('2026-11-26T19:15:02Z'), vienna);
    expect(text).toBe('The quota is spent until 20:15 (in 9 minutes): run it again then.');
  });

  it('an instant for people takes a zone that Intl knows', () => {
    expect(() => new Intl.DateTimeFormat('en', { timeZone: ownTimeZone() })).not.toThrow();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  dayMs,
  formatDuration,
  hourMs as hours,
  minuteMs as minutes,
  parseDuration,
  writeDuration,
} from '../../src/domain/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['5s', 5000],
    ['15m', 15 * minutes],
    ['24h', 24 * hours],
    ['90d', 90 * dayMs],
    ['0s', 0],
  ])('parseDuration reads %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '15',
    'm',
    '15 m',
    ' 15m',
    '15m ',
    '15m\n',
    '-15m',
    '+15m',
    '1.5h',
    '015m',
    '15M',
    '1e3s',
    '1h30m',
    '2w',
    '15min',
    '١٥m',
    '9007199254740993ms',
    '999999999999999d',
  ])('parseDuration rejects %j as a duration', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('writeDuration', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [1500, '1500ms'],
    [45_000, '45s'],
    [15 * minutes, '15m'],
    [90 * minutes, '90m'],
    [36 * hours, '36h'],
    [90 * dayMs, '90d'],
  ])('writeDuration writes %d ms as %s', (ms, text) => {
    expect(writeDuration(ms)).toBe(text);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('writeDuration rejects %d ms', (ms) => {
    expect(() => writeDuration(ms)).toThrow(RangeError);
  });

  it('writeDuration writes a text that parseDuration reads back', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.constantFrom(1, 1000, minutes, hours, dayMs),
        (count, unit) => {
          const ms = (count % Math.floor(Number.MAX_SAFE_INTEGER / unit)) * unit;
          expect(parseDuration(writeDuration(ms))).toBe(ms);
        },
      ),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 seconds'],
    [-5000, '0 seconds'],
    [0.4, '0 seconds'],
    [1, '1 millisecond'],
    [350, '350 milliseconds'],
    [999.6, '1 second'],
    [1499, '1 second'],
    [45_000, '45 seconds'],
    [59_700, '1 minute'],
    [14 * minutes, '14 minutes'],
    [14 * minutes + 30_000, '14 minutes 30 seconds'],
    [59 * minutes + 59_600, '1 hour'],
    [2 * hours + 5 * minutes + 29_000, '2 hours 5 minutes'],
    [28 * hours, '1 day 4 hours'],
    [23 * hours + 59 * minutes + 40_000, '1 day'],
    [dayMs + 20 * minutes, '1 day'],
    [dayMs + 40 * minutes, '1 day 1 hour'],
    [90 * dayMs, '90 days'],
  ])('formatDuration formats %d ms as %j', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('formatDuration formats at most two units, exact to the smaller one', () => {
    const unitMs = { second: 1000, minute: minutes, hour: hours, day: dayMs };
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 400 * dayMs }), (ms) => {
        const parts = [...formatDuration(ms).matchAll(/(\d+) (second|minute|hour|day)s?/g)];
        const wordedMs = parts.reduce((sum, [, count, unit]) => {
          return sum + Number(count) * unitMs[unit as keyof typeof unitMs];
        }, 0);
        expect(parts.length).toBeLessThanOrEqual(2);
        expect(Math.abs(wordedMs - ms) / ms).toBeLessThanOrEqual(1 / 3);
        expect(Math.abs(wordedMs - ms)).toBeLessThanOrEqual(hours / 2);
      }),
    );
  });
});

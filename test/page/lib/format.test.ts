import { describe, expect, it } from 'vitest';
import * as units from '../../../src/features/shared/text/units.ts';
import type { Units } from '../../../src/page/lib/format.js';
import { createFormat } from '../../../src/page/lib/format.js';

const of = (system: Units, locale = 'en-US') =>
  createFormat({ units: system, locale, timeZone: 'Europe/Vienna' });
const metric = of('metric');

/** Intl writes some of its spaces as ones that do not break. */
const plain = (text: string): string => text.replaceAll(/[   ]/g, ' ');

describe('the measures of the page', () => {
  it.each(['metric', 'imperial'] as const)('are those of the commands in %s units', (system) => {
    const format = of(system);
    for (const meters of [0, 987, 42_195, 1_187_400]) {
      expect(format.distance(meters)).toBe(units.distanceText(meters, system));
      expect(format.height(meters)).toBe(units.heightText(meters, system));
    }
    for (const sport of ['Run', 'Swim', 'Ride', '']) {
      const text = plain(format.rate(3.2, sport)).replace('mi/h', 'mph');
      expect(text).toBe(units.rateText(3.2, sport, system));
    }
    for (const seconds of [0, 59, 1_290, 3_725]) {
      expect(format.clock(seconds)).toBe(units.clockText(seconds));
    }
  });

  it('are in the language of the reader', () => {
    const german = of('metric', 'de');
    expect(plain(german.distance(1_187_400))).toBe('1.187,4 km');
    expect(german.dateTime('2026-11-22T14:15:00Z')).toBe('22.11.2026, 15:15');
  });

  it('are empty where there is none', () => {
    const texts = [
      metric.distance,
      metric.height,
      metric.duration,
      metric.temperature,
      metric.clock,
    ];
    expect(texts.map((text) => text(null))).toEqual(['', '', '', '', '']);
    expect(metric.rate(0, 'Run')).toBe('');
    expect([metric.date(null), metric.localDate(''), metric.localDateTime('soon')]).toEqual([
      '',
      '',
      '',
    ]);
    expect(metric.relative(null, 0)).toBe('');
  });

  it.each([
    [12, '12 sec'],
    [59.4, '59 sec'],
    [59.6, '1 min'],
    [3_570, '1h'],
    [3_725, '1h 2m'],
    [359_999, '100h'],
  ])('round a duration of %d s to %s', (seconds, text) => {
    expect(metric.duration(seconds)).toBe(text);
  });

  it('convert a temperature', () => {
    expect([metric.temperature(-0.2), of('imperial').temperature(12)]).toEqual(['0°C', '54°F']);
  });
});

describe('the dates of the page', () => {
  it('are in the zone of the reader, and those of a wall clock as they are', () => {
    expect(plain(metric.dateTime('2026-06-30T22:30:00Z'))).toBe('Jul 1, 2026, 12:30 AM');
    expect(plain(metric.localDateTime('2026-06-30T22:30:00'))).toBe('Jun 30, 2026, 10:30 PM');
    expect(metric.localDate('2026-06-30')).toBe('Jun 30, 2026');
  });

  it.each([
    [8, 'in 8 seconds'],
    [-540, '9 minutes ago'],
    [3 * 3_600, 'in 3 hours'],
    [-86_400 * 3, '3 days ago'],
    [0, 'now'],
  ])('say how far away %d seconds are: %s', (seconds, text) => {
    const at = new Date(seconds * 1_000).toISOString();
    expect(metric.relative(at, 0)).toBe(text);
  });
});

describe('a sport', () => {
  it.each([
    ['MountainBikeRide', 'Mountain bike ride'],
    ['EBikeRide', 'EBike ride'],
    ['HighIntensityIntervalTraining', 'High intensity interval training'],
    ['', ''],
  ])('%s is written as "%s"', (sport, text) => {
    expect(metric.sport(sport)).toBe(text);
  });
});

import { describe, expect, it } from 'vitest';
import * as units from '../../../../src/features/shared/text/units.ts';

describe('a measure for people', () => {
  it.each([
    [42_195, 'metric', '42.20 km'],
    [1_187_400, 'metric', '1,187.4 km'],
    [42_195, 'imperial', '26.22 mi'],
  ] as const)(
    'a measure for people writes a distance of %d m, %s, as %s',
    (meters, system, text) => {
      expect(units.distanceText(meters, system)).toBe(text);
    },
  );

  it.each([
    // 1000 m in 312 s; 1609.344 m in 502.1 s.
    [1_000 / 312, 'Run', 'metric', '5:12 /km'],
    [1_000 / 312, 'Run', 'imperial', '8:22 /mi'],
    [100 / 105, 'Swim', 'metric', '1:45 /100 m'],
    [91.44 / 96, 'Swim', 'imperial', '1:36 /100 yd'],
    [10, 'Ride', 'metric', '36.0 km/h'],
    [10, 'Ride', 'imperial', '22.4 mph'],
    [0, 'Ride', 'metric', ''],
    [Number.NaN, 'Run', 'metric', ''],
    [Infinity, 'Run', 'metric', ''],
  ] as const)(
    'a measure for people writes %d m/s of a %s, %s, as "%s"',
    (speed, sport, system, text) => {
      expect(units.rateText(speed, sport, system)).toBe(text);
    },
  );

  it('a measure for people carries rounded seconds and minutes over', () => {
    expect(units.hoursText(3_599)).toBe('1:00');
    expect(units.hoursText(25_310)).toBe('7:02');
    expect(units.clockText(59.7)).toBe('1:00');
    expect(units.clockText(3_725)).toBe('1:02:05');
  });

  it('a measure for people writes heights and temperatures in both systems', () => {
    expect(units.heightText(1_687, 'metric')).toBe('1,687 m');
    expect(units.heightText(1_687, 'imperial')).toBe('5,535 ft');
    expect(units.temperatureText(-40, 'imperial')).toBe('-40 °F');
    expect(units.temperatureText(20, 'metric')).toBe('20 °C');
  });

  it("a measure for people shows Strava's local time with its weekday and without the Z", () => {
    expect(units.localTimeText('2026-11-22T09:12:44Z')).toBe('Sun 2026-11-22 09:12');
    expect(units.localTimeText('yesterday')).toBe('yesterday');
    expect(units.localTimeText('2026-99-22T09:12:44Z')).toBe('2026-99-22T09:12:44Z');
  });
});

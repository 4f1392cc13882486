import { describe, expect, it } from 'vitest';
import { shownAxis } from '../../../src/page/activity/axes.js';
import { measuresOf } from '../../../src/page/activity/measures.js';
import { createFormat } from '../../../src/page/lib/format.js';

const metric = createFormat({ units: 'metric', locale: 'en-GB', timeZone: 'UTC' });
const imperial = createFormat({ units: 'imperial', locale: 'en-GB', timeZone: 'UTC' });

function measureOf(key: string, sport: string, format = metric) {
  const measure = measuresOf(sport, format).find((one) => one.key === key);
  if (measure === undefined) throw new Error(`There is no measure ${key}`);
  return measure;
}

describe('the measures of the plots', () => {
  it('stand in the order of altitude, speed, heart rate, power, cadence, temperature', () => {
    expect(measuresOf('Ride', metric).map(({ label }) => label)).toEqual([
      ...['Altitude', 'Speed', 'Heart rate', 'Power', 'Cadence', 'Temperature'],
    ]);
  });

  it('show the speed of a ride, in the units of the reader', () => {
    const ride = measureOf('velocity_smooth', 'Ride');
    expect([ride.unit, ride.isInverted, ride.shown(10)]).toEqual(['km/h', false, 36]);
    expect(measureOf('velocity_smooth', 'Ride', imperial).shown(10)).toBeCloseTo(22.37, 2);
  });

  it.each([
    ['Run', metric, '/km', '5:00'],
    ['Hike', imperial, '/mi', '8:03'],
    ['Swim', metric, '/100 m', '0:30'],
    ['Swim', imperial, '/100 yd', '0:27'],
  ])('show the pace of a %s upside down', (sport, format, unit, tick) => {
    const measure = measureOf('velocity_smooth', sport, format);
    expect([measure.label, measure.unit, measure.isInverted]).toEqual(['Pace', unit, true]);
    expect(measure.tick(measure.shown(1_000 / 300) ?? 0)).toBe(tick);
  });

  it('have no pace while standing', () => {
    const run = measureOf('velocity_smooth', 'Run');
    expect([run.shown(0), run.shown(0.1)]).toEqual([null, null]);
    const ride = measureOf('velocity_smooth', 'Ride');
    expect([ride.shown(0), ride.text(0)]).toEqual([0, '0 km/h']);
  });

  it('count both feet of a runner', () => {
    const run = measureOf('cadence', 'TrailRun');
    expect([run.shown(84), run.text(84)]).toEqual([168, '168 steps/min']);
    const ride = measureOf('cadence', 'Ride');
    expect([ride.shown(84), ride.text(84)]).toEqual([84, '84 rpm']);
  });

  it('convert heights and temperatures for the axis as for the texts', () => {
    const altitude = measureOf('altitude', 'Run', imperial);
    expect(altitude.tick(altitude.shown(304.8) ?? 0)).toBe('1,000');
    expect(altitude.text(304.8)).toBe('1,000 ft');
    const temperature = measureOf('temp', 'Run', imperial);
    expect(temperature.shown(10)).toBe(50);
    expect(temperature.text(10)).toContain('50');
  });
});

describe('the axis of the plots', () => {
  it('is in kilometres or miles, and a sample is written to the last digits', () => {
    const axis = { key: 'distance', values: [0, 1_609.344] } as const;
    expect(shownAxis(axis, imperial).values).toEqual([0, 1]);
    expect(shownAxis(axis, metric).text(1)).toBe('1.61 km');
    expect(shownAxis(axis, metric).tick(12.5)).toBe('12.5 km');
  });

  it('has ticks at round times', () => {
    const axis = shownAxis({ key: 'time', values: [0, 3_725] }, metric);
    expect(axis.text(1)).toBe('1:02:05');
    expect(axis.steps).toEqual(axis.steps?.toSorted((one, other) => one - other));
    expect(axis.steps).toContain(900);
  });

  it('numbers the samples from one', () => {
    expect(shownAxis({ key: 'sample', values: [0, 1] }, metric).text(1)).toBe('sample 2');
  });
});

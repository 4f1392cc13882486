import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestIndex, readSamples, usualRange } from '../../../src/page/activity/samples.js';

function recording(streams: Readonly<Record<string, readonly (number | null)[]>>) {
  const points = Object.values(streams)[0]?.length ?? 0;
  return readSamples({ sampleCount: points, points, streams });
}

describe('the samples of a recording', () => {
  it('have the distance as their first axis, and the time as their second', () => {
    const { axes } = recording({ time: [0, 5, 9], distance: [0, 20, 41] });
    expect(axes).toEqual([
      { key: 'distance', values: [0, 20, 41] },
      { key: 'time', values: [0, 5, 9] },
    ]);
  });

  it('have an axis that never falls where a value is missing or smaller than the one before', () => {
    const { axes } = recording({ time: [null, 3, null, 2, 7] });
    expect(axes).toEqual([{ key: 'time', values: [0, 3, 3, 3, 7] }]);
  });

  it('have no axis of a distance that was never covered', () => {
    const { axes } = recording({ time: [0, 1, 2], distance: [0, 0, null] });
    expect(axes.map(({ key }) => key)).toEqual(['time']);
  });

  it('are numbered where there is neither a time nor a distance', () => {
    const { axes } = recording({ heartrate: [90, 91, 95] });
    expect(axes).toEqual([{ key: 'sample', values: [0, 1, 2] }]);
  });

  it('have no values of a stream that is nothing but gaps', () => {
    const samples = recording({ time: [0, 1], watts: [null, null], heartrate: [null, 92] });
    expect(samples.values('watts')).toBeUndefined();
    expect(samples.values('cadence')).toBeUndefined();
    expect(samples.values('heartrate')).toEqual([null, 92]);
  });

  it('have a position only where both coordinates are there', () => {
    const samples = recording({ lat: [48.2, null, 48.3], lng: [16.3, 16.4, null] });
    expect(samples.positions).toEqual([[48.2, 16.3], null, null]);
    expect(recording({ lat: [48.2] }).positions).toEqual([]);
  });
});

describe('the sample nearest on an axis', () => {
  it('is never farther away than any other', () => {
    const axis = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(axis, fc.integer({ min: -5, max: 60 }), (values, wanted) => {
        const rising = values.sort((one, other) => one - other);
        const found = rising[nearestIndex(rising, wanted)] ?? Number.NaN;
        const least = Math.min(...rising.map((value) => Math.abs(value - wanted)));
        expect(Math.abs(found - wanted)).toBe(least);
      }),
    );
  });

  it('is the first one of an empty axis', () => {
    expect(nearestIndex([], 3)).toBe(0);
  });
});

describe('the usual range of values', () => {
  const values = [...Array.from({ length: 99 }, (_, index) => index + 1), null, 9_000];

  it('leaves out the share of stray values', () => {
    expect(usualRange(values, { low: 0, high: 0.97 })).toEqual([1, 97]);
  });

  it('is the lowest and the highest where nothing is left out', () => {
    expect(usualRange(values, { low: 0, high: 1 })).toEqual([1, 9_000]);
  });

  it('is zero without any value', () => {
    expect(usualRange([null], { low: 0, high: 1 })).toEqual([0, 0]);
  });
});

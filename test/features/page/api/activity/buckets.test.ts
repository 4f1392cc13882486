import { describe, expect, it } from 'vitest';
import type { Sample } from '../../../../../src/domain/activity/streams.ts';
import { bucketed } from '../../../../../src/features/page/api/activity/buckets.ts';

function streamsOf(arrays: Readonly<Record<string, readonly Sample[]>>) {
  const [first = []] = Object.values(arrays);
  return { sampleCount: first.length, arrays: new Map(Object.entries(arrays)) };
}

describe('the points of a recording', () => {
  it('are its samples where they fit, with null for what is no number', () => {
    const moving = [true, false, null];
    const found = bucketed(streamsOf({ moving, watts: [200, Number.NaN, 0] }), 3);
    expect(found).toEqual({ points: 3, streams: { moving: [1, 0, null], watts: [200, null, 0] } });
  });

  it('are the minimum and the maximum of each bucket in the order in which they occur', () => {
    const heartrate = [5, 1, 9, 3, 8, 2, 4, 4];
    expect(bucketed(streamsOf({ heartrate }), 4)).toEqual({
      points: 4,
      streams: { heartrate: [1, 9, 8, 2] },
    });
  });

  it('are samples of time, distance and position', () => {
    const time = [0, 1, 2, 3, 4, 5, 6, 7];
    const lat = [48, 49, 47, 48.5, 48, 46, 50, 48];
    const lng = [16, 15, 18, 17, 16, 16, 16, 19];
    const { streams } = bucketed(streamsOf({ time, lat, lng }), 4);
    expect(streams).toEqual({
      time: [0, 3, 4, 7],
      lat: [48, 48.5, 48, 48],
      lng: [16, 17, 16, 19],
    });
  });

  it('are null where a bucket has no number', () => {
    const watts = [null, null, null, 3, 4, 5];
    const { streams } = bucketed(streamsOf({ watts }), 4);
    expect(streams).toEqual({ watts: [null, null, 3, 5] });
  });

  it('keep every peak of a long recording, and take each sample into one bucket', () => {
    const samples = Array.from({ length: 172_801 }, () => 100);
    samples[1] = 999;
    samples[90_001] = -5;
    samples[172_800] = 1_000;
    const { points, streams } = bucketed(streamsOf({ altitude: samples }), 2_001);
    expect(points).toBe(2_000);
    const { altitude = [] } = streams;
    expect(altitude).toHaveLength(2_000);
    expect(altitude.filter((point) => point !== 100)).toEqual([999, -5, 1_000]);
  });
});

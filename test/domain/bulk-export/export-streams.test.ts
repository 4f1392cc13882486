import { describe, expect, it } from 'vitest';
import { cutColumns } from '../../../src/domain/bulk-export/cut.ts';
import { exportStreams } from '../../../src/domain/bulk-export/export-streams.ts';

const startS = 1_717_221_600;
const seconds = (...offsets: readonly number[]): number[] => offsets.map((one) => startS + one);
const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('the streams of a recording', () => {
  it('the streams of a recording have one sample for each record, at its second since the first', () => {
    const { streams } = exportStreams({ timeS: seconds(0, 1, 4, 12) });
    expect(streams.sampleCount).toBe(4);
    expect([...streams.arrays]).toEqual([['time', [0, 1, 4, 12]]]);
  });

  it('the streams of a recording are those of the file, rounded as the API rounds, in its gaps null', () => {
    const { streams, computed } = exportStreams({
      timeS: seconds(0, 1, 2),
      lat: [47.12345678, null, 47.5],
      lng: [-11.00000049, null, 11.0000005],
      altitude: [512.04, null, -0.04],
      distance: [0, 3.26, null],
      heartrate: [120, null, 121],
      cadence: [null, 80, 81],
      watts: [null, 200, null],
      temp: [-3, -3, null],
    });
    const { arrays } = streams;
    expect(arrays.get('lat')).toEqual([47.123457, null, 47.5]);
    expect(arrays.get('lng')).toEqual([-11, null, 11.000001]);
    expect(arrays.get('altitude')).toStrictEqual([512, null, 0]);
    expect(arrays.get('distance')).toEqual([0, 3.3, null]);
    expect(arrays.get('heartrate')).toEqual([120, null, 121]);
    expect(arrays.get('cadence')).toEqual([null, 80, 81]);
    expect(arrays.get('watts')).toEqual([null, 200, null]);
    expect(arrays.get('temp')).toEqual([-3, -3, null]);
    expect(computed).toEqual(['velocity_smooth', 'grade_smooth']);
  });

  it('the streams of a recording leave out what is not in the file, and moving', () => {
    const nothing = [null, null];
    const { streams, computed } = exportStreams({
      timeS: seconds(0, 1),
      distance: nothing,
      altitude: nothing,
      heartrate: nothing,
      watts: [0, 0],
    });
    expect([...streams.arrays.keys()]).toEqual(['time', 'watts']);
    expect(computed).toEqual([]);
    expect(exportStreams({ timeS: [] }).streams).toEqual({ sampleCount: 0, arrays: new Map() });
  });

  it('the streams of a recording have the distance along the positions where the device has none', () => {
    const { streams, computed } = exportStreams({
      timeS: seconds(0, 1, 2, 3),
      // 0.001 degrees of latitude on a globe of 6,371 km are 111.19 m.
      lat: [null, 47, null, 47.001],
      lng: [null, 11, null, 11],
      distance: [null, null, null, null],
    });
    expect(streams.arrays.get('distance')).toEqual([null, 0, null, 111.2]);
    expect(computed).toEqual(['distance', 'velocity_smooth']);
    expect(exportStreams({ timeS: seconds(0), lat: [47] }).computed).toEqual([]);
  });
});

describe('the speed', () => {
  it('the speed is that since the last sample that is at least five seconds older', () => {
    const { streams } = exportStreams({
      timeS: seconds(0, 1, 4, 5, 7, 12, 13),
      distance: [0, 2, 10, 15, 21, 51, 55],
    });
    expect(streams.arrays.get('velocity_smooth')).toEqual([
      0, 2, 2.5,
      // Since the second 0, then 1, 7 and 7 again.
      3, 3.17, 6, 5.67,
    ]);
  });

  it('the speed is 0 where the distance falls', () => {
    const { streams } = exportStreams({ timeS: seconds(0, 6), distance: [100, 0] });
    expect(streams.arrays.get('velocity_smooth')).toEqual([0, 0]);
  });

  it('the speed is constant over a gap in the distance, which counts as a line from 0 at the start', () => {
    const { streams } = exportStreams({
      timeS: seconds(...range(14)),
      distance: range(14).map((second) => (second < 6 || second === 9 ? null : 4 * second)),
    });
    expect(streams.arrays.get('velocity_smooth')?.slice(1)).toEqual(range(13).map(() => 4));
  });
});

describe('the grade', () => {
  it('the grade is the climb over the distance from two samples before to two after', () => {
    const { streams } = exportStreams({
      timeS: seconds(0, 1, 2, 3, 4, 5),
      distance: [0, 10, 20, 30, 40, 50],
      altitude: [100, 100, 101, 102, 104, 104],
    });
    expect(streams.arrays.get('grade_smooth')).toEqual([5, 6.7, 10, 10, 10, 10]);
  });

  it('the grade is 0 in a stop, and holds the altitude in a gap', () => {
    const { streams } = exportStreams({
      timeS: seconds(0, 1, 2, 3, 4),
      distance: [0, 0, 0, 0, 0],
      altitude: [100, 101, 102, 103, 104],
    });
    expect(streams.arrays.get('grade_smooth')).toEqual([0, 0, 0, 0, 0]);
    const gaps = exportStreams({
      timeS: seconds(0, 1, 2, 3, 4),
      distance: [0, 10, 20, 30, 40],
      altitude: [null, 100, null, null, 102],
    });
    expect(gaps.streams.arrays.get('grade_smooth')).toEqual([0, 0, 5, 6.7, 10]);
  });
});

describe('a part of a recording', () => {
  const columns = {
    timeS: seconds(0, 1, 2, 3, 4),
    distance: [0, 5, null, 15, 20],
    heartrate: [null, null, 130, 131, null],
  };

  it('a part of a recording begins at 0 in time and distance', () => {
    const { streams } = exportStreams(cutColumns(columns, { from: 1, to: 4 }));
    expect(streams.sampleCount).toBe(3);
    expect(streams.arrays.get('time')).toEqual([0, 1, 2]);
    expect(streams.arrays.get('distance')).toEqual([0, null, 10]);
    expect(streams.arrays.get('heartrate')).toEqual([null, 130, 131]);
  });

  it('a part of a recording begins at 0 with its first distance, where it has one', () => {
    expect(cutColumns(columns, { from: 2, to: 5 }).distance).toEqual([null, 0, 5]);
    expect(cutColumns(columns, { from: 2, to: 3 }).distance).toEqual([null]);
    expect(cutColumns({ timeS: [1, 2] }, { from: 0, to: 1 })).toEqual({ timeS: [1] });
  });
});

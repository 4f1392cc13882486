import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { recordedTrackOf } from '../../../src/domain/derived/recorded-track.ts';
import { simplified } from '../../../src/domain/derived/simplification.ts';
import type { Sample } from '../../../src/domain/activity/streams.ts';
import type { Position } from '../../../src/domain/derived/track.ts';

function trackOf(lat: readonly Sample[], lng: readonly Sample[]) {
  const arrays = new Map([
    ['lat', lat],
    ['lng', lng],
  ]);
  return recordedTrackOf({ sampleCount: lat.length, arrays });
}

const metersPerDegree = 111_320;

/** Metres from a position to the nearest place of a line, on the plane around it. */
function metersOff(position: Position, line: readonly Position[]): number {
  const scale = Math.cos((position[1] * Math.PI) / 180);
  const flat = line.map(([lng, lat]): Position => [
    (lng - position[0]) * metersPerDegree * scale,
    (lat - position[1]) * metersPerDegree,
  ]);
  const distances = flat.slice(1).map((to, index) => {
    const from = flat[index] ?? to;
    const [east, north] = [to[0] - from[0], to[1] - from[1]];
    const length = east ** 2 + north ** 2;
    const share = length === 0 ? 0 : -(from[0] * east + from[1] * north) / length;
    const nearest = Math.min(1, Math.max(0, share));
    return Math.hypot(from[0] + nearest * east, from[1] + nearest * north);
  });
  return Math.min(...distances);
}

describe('recordedTrackOf', () => {
  it('recordedTrackOf drops positions on a straight line, and puts the longitude first', () => {
    const lat = [48, 48.001, 48.002, null, 48.002, 48.002];
    const lng = [16, 16, 16, 16, 16.001, 16.002];
    expect(trackOf(lat, lng).track).toEqual({
      type: 'LineString',
      coordinates: [
        [16, 48],
        [16, 48.002],
        [16.002, 48.002],
      ],
    });
  });

  it('recordedTrackOf keeps the turn of a way there and back', () => {
    const lat = [48, 48.01, 48.02, 48.03, 48.02, 48.01, 48];
    const coordinates = trackOf(
      lat,
      lat.map(() => 16),
    ).track?.coordinates;
    expect(coordinates).toEqual([
      [16, 48],
      [16, 48.03],
      [16, 48],
    ]);
  });

  it('recordedTrackOf simplifies the short way across the antimeridian', () => {
    const { track } = trackOf([0, 0, 0], [179.999, -180, -179.999]);
    expect(track?.coordinates).toHaveLength(2);
  });

  it.each([
    ['one place', [48, 48, 48], [16, 16, 16], 'one point'],
    ['places beyond the poles', [91, -91], [16, 16], 'no point on the globe'],
    ['antipodes', [10, -10], [20, -160], 'antipodes in a row'],
    ['longitudes that are not numbers', [48, 48], [true, true], 'no point on the globe'],
  ])('recordedTrackOf leaves out the track of %s with the reason', (_, lat, lng, leftOut) => {
    expect(trackOf(lat, lng)).toEqual({ leftOut });
  });

  it.each([
    ['no position', [null, null], [null, null]],
    ['latitudes only', [48, 49], [null, null]],
    ['no sample', [], []],
  ])('recordedTrackOf has no track of %s, and no reason', (_, lat, lng) => {
    expect(trackOf(lat, lng)).toEqual({});
  });

  it('recordedTrackOf has no track without the streams of positions', () => {
    expect(recordedTrackOf({ sampleCount: 1, arrays: new Map([['time', [0]]]) })).toEqual({});
  });
});

describe('simplified', () => {
  const step = fc.integer({ min: -40, max: 40 }).map((one) => one / 100_000);
  const page = fc.array(fc.tuple(step, step), { minLength: 2, maxLength: 80 }).map((steps) => {
    let [lng, lat] = [16, 48];
    return steps.map(([east, north]): Position => [(lng += east), (lat += north)]);
  });

  it('simplified keeps positions in order with both ends, and drops only those within a metre', () => {
    fc.assert(
      fc.property(page, (positions) => {
        const kept = simplified(positions);
        expect(kept[0]).toBe(positions[0]);
        expect(kept.at(-1)).toBe(positions.at(-1));
        const places = kept.map((position) => positions.indexOf(position));
        expect(places).toEqual([...places].sort((one, other) => one - other));
        for (const position of positions) expect(metersOff(position, kept)).toBeLessThan(1.01);
      }),
    );
  });

  it('simplified keeps at most 1,000 positions of a long recording', () => {
    const positions = Array.from({ length: 120_000 }, (_, at): Position => [
      16 + Math.sin(at / 7) / 10 + at / 1e6,
      48 + Math.cos(at / 11) / 10,
    ]);
    const kept = simplified(positions);
    expect(kept).toHaveLength(1_000);
    expect([kept[0], kept.at(-1)]).toEqual([positions[0], positions.at(-1)]);
  });

  it('simplified returns one position or none unchanged', () => {
    expect(simplified([[1, 2]])).toEqual([[1, 2]]);
    expect(simplified([])).toEqual([]);
  });
});

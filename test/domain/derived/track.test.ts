import polylineCodec from '@googlemaps/polyline-codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Position } from '../../../src/domain/derived/track.ts';
import { pointOf, summaryPolyline, trackOf } from '../../../src/domain/derived/track.ts';

/** Encodes pairs of longitude and latitude as Strava does. */
function encode(positions: readonly Position[]): string {
  return polylineCodec.encode(
    positions.map(([longitude, latitude]): [number, number] => [latitude, longitude]),
    5,
  );
}

function expectValid(polyline: string): void {
  const { track } = trackOf(polyline);
  if (track === undefined) return;
  expect(new Set(track.coordinates.map(String)).size).toBeGreaterThan(1);
  for (const [longitude, latitude] of track.coordinates) {
    expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
    expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
  }
}

describe('trackOf', () => {
  it('trackOf decodes a polyline, longitude first', () => {
    expect(trackOf('_p~iF~ps|U_ulLnnqC_mqNvxq`@').track).toEqual({
      type: 'LineString',
      coordinates: [
        [-120.2, 38.5],
        [-120.95, 40.7],
        [-126.453, 43.252],
      ],
    });
  });

  it('trackOf drops repeated points in a row', () => {
    const { track } = trackOf(
      encode([
        [1, 2],
        [1, 2],
        [3, 4],
        [3, 4],
        [1, 2],
      ]),
    );
    expect(track?.coordinates).toEqual([
      [1, 2],
      [3, 4],
      [1, 2],
    ]);
  });

  it('trackOf drops points that are not on the globe', () => {
    const { track } = trackOf(
      encode([
        [1, 2],
        [190, 2],
        [1, 95],
        [3, 4],
      ]),
    );
    expect(track?.coordinates).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it.each([
    ['one point', encode([[1, 2]]), 'one point'],
    [
      'one place',
      encode([
        [1, 2],
        [1, 2],
        [1, 2],
      ]),
      'one point',
    ],
    [
      'one place after dropping the others',
      encode([
        [1, 2],
        [200, 2],
        [1, 2],
      ]),
      'one point',
    ],
    ['only places beyond the poles', encode([[1, 95]]), 'no point on the globe'],
    [
      'antipodes as neighbours',
      encode([
        [10, 20],
        [-170, -20],
        [-170, -21],
      ]),
      'antipodes in a row',
    ],
    [
      'a receiver that jumps across continents',
      encode([
        [16, 48],
        [151, -33],
        [16, 48.1],
      ]),
      'longer than 8,000 km',
    ],
    ['a number', 5, 'not a polyline'],
  ])('trackOf leaves out %s with the reason', (_, polyline, leftOut) => {
    expect(trackOf(polyline)).toEqual({ leftOut });
  });

  it.each([[''], [null], [undefined]])('trackOf has no track of %j, and no reason', (polyline) => {
    expect(trackOf(polyline)).toEqual({});
  });

  it('trackOf keeps a track across the antimeridian or a pole', () => {
    expect(
      trackOf(
        encode([
          [180, 5],
          [-180, 5],
          [-179, 5],
        ]),
      ).track,
    ).toBeDefined();
    expect(
      trackOf(
        encode([
          [0, 90],
          [180, 89],
        ]),
      ).track,
    ).toBeDefined();
  });

  it('trackOf returns a valid track or none for any text', () => {
    const drawn = fc.string({
      unit: fc.integer({ min: 63, max: 127 }).map((code) => String.fromCharCode(code)),
      maxLength: 200,
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string(), drawn), expectValid),
      { numRuns: 2_000 },
    );
  });

  it('trackOf returns a valid track or none for any points', () => {
    const degrees = fc.integer({ min: -4_000_000, max: 4_000_000 }).map((value) => value / 10_000);
    fc.assert(
      fc.property(fc.array(fc.tuple(degrees, degrees), { maxLength: 12 }), (positions) => {
        expectValid(encode(positions));
      }),
    );
  });
});

describe('pointOf', () => {
  it('pointOf puts the longitude first', () => {
    expect(pointOf([48.2, 16.4])).toEqual({ type: 'Point', coordinates: [16.4, 48.2] });
  });

  it.each([
    [[]],
    [null],
    [undefined],
    ['48,16'],
    [[48.2]],
    [['48', '16']],
    [[91, 0]],
    [[0, 181]],
    [[null, null]],
    [[Number.POSITIVE_INFINITY, 0]],
    [[1n, 2n]],
  ])('pointOf has no point of %s', (latlng) => {
    expect(pointOf(latlng)).toBeUndefined();
  });
});

describe('summaryPolyline', () => {
  it.each([
    [{ summary_polyline: 'abc' }, 'abc'],
    [{ summary_polyline: null }, null],
    [{}, undefined],
    [null, undefined],
    ['abc', undefined],
    [undefined, undefined],
  ])('summaryPolyline reads the polyline of %j as %j', (map, polyline) => {
    expect(summaryPolyline(map)).toBe(polyline);
  });
});

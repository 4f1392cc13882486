import polylineCodec from '@googlemaps/polyline-codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectedPoints } from '../../../src/page/map/polyline.js';
import { unprojectX, unprojectY } from '../../../src/page/map/projection.js';

function positionsOf(line: string): (readonly [lat: number, lng: number])[] {
  const points = projectedPoints(line);
  return Array.from({ length: points.length / 2 }, (_, index) => [
    unprojectY(
      points[2 * index] === undefined ? Number.NaN : (points[2 * index + 1] ?? Number.NaN),
    ),
    unprojectX(points[2 * index] ?? Number.NaN),
  ]);
}

const positions = fc.array(
  fc.tuple(
    fc.integer({ min: -8_500_000, max: 8_500_000 }),
    fc.integer({ min: -18_000_000, max: 18_000_000 }),
  ),
);

describe('the line of a track', () => {
  it('gives the positions that were encoded', () => {
    fc.assert(
      fc.property(positions, (units) => {
        const encoded = units.map(([lat, lng]): [number, number] => [lat / 1e5, lng / 1e5]);
        const decoded = positionsOf(polylineCodec.encode(encoded, 5));
        expect(decoded).toHaveLength(encoded.length);
        for (const [index, [lat, lng]] of decoded.entries()) {
          expect(lat).toBeCloseTo(encoded[index]?.[0] ?? Number.NaN, 5);
          expect(lng).toBeCloseTo(encoded[index]?.[1] ?? Number.NaN, 5);
        }
      }),
    );
  });

  it('that breaks off gives the positions before', () => {
    const whole = polylineCodec.encode(
      [
        [48.2, 16.37],
        [48.21, 16.38],
      ],
      5,
    );
    expect(positionsOf(whole.slice(0, -1))).toHaveLength(1);
  });

  it.each(['', '!!!!', 'é€', '\u0000', '~~~~~~~~~~~~~~~~~~~~'])('%j gives none', (line) => {
    expect(positionsOf(line)).toEqual([]);
  });
});

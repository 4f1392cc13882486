import { encode } from '@googlemaps/polyline-codec';
import { describe, expect, it } from 'vitest';
import {
  nearestPosition,
  positionsOfLine,
  unwrapped,
} from '../../../src/page/activity/positions.js';

describe('the positions of a track', () => {
  it('are those of its encoded line', () => {
    const track: [number, number][] = [
      [48.2082, 16.3738],
      [-33.85, 151.21],
      [0, -179.99999],
    ];
    const positions = positionsOfLine(encode(track, 5));
    expect(positions).toHaveLength(3);
    for (const [index, [lat, lng]] of track.entries()) {
      expect(positions[index]?.[0]).toBeCloseTo(lat, 5);
      expect(positions[index]?.[1]).toBeCloseTo(lng, 5);
    }
  });

  it('are none without a line', () => {
    expect(positionsOfLine('')).toEqual([]);
  });

  it('go on beyond 180 degrees over the antimeridian, in both directions', () => {
    const east = unwrapped([[10, 179], null, [10, -179], [10, -178]]);
    expect(east).toEqual([[10, 179], null, [10, 181], [10, 182]]);
    const west = unwrapped([
      [10, -179],
      [10, 179],
    ]);
    expect(west).toEqual([
      [10, -179],
      [10, -181],
    ]);
  });

  it('have the one nearest to a point, by the length of a degree at its latitude', () => {
    const positions = [null, [60, 10.1], [60.07, 10]] as const;
    // A degree of longitude is half as long there as one of latitude.
    expect(nearestPosition(positions, [60, 10])).toBe(1);
    expect(nearestPosition([null], [60, 10])).toBeNull();
  });
});

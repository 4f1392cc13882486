import { describe, expect, it } from 'vitest';
import { ringAround } from '../../src/queries/circle.ts';

describe('a circle on the ground', () => {
  it('a circle on the ground continues a circle on the other side of the antimeridian', () => {
    const longitudes = ringAround(179.999, -16.6, 500).map(([lng]) => lng);
    expect(Math.max(...longitudes)).toBeLessThan(180);
    expect(Math.min(...longitudes)).toBeGreaterThan(-180);
    expect(longitudes.some((lng) => lng < -179.99)).toBe(true);
    expect(longitudes.some((lng) => lng > 179.99)).toBe(true);
  });

  it('a circle on the ground closes a circle', () => {
    const ring = ringAround(16.37, 48.2, 500);
    expect(ring.at(-1)).toEqual(ring[0]);
  });
});

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

  it('a circle on the ground is nowhere farther from its ring than a hundredth of the radius', () => {
    const [lng, lat, radius] = [16.37, 48.2, 5_000];
    const ring = ringAround(lng, lat, radius).map(([east, north]) => [
      (east - lng) * Math.cos((lat * Math.PI) / 180) * 111_195,
      (north - lat) * 111_195,
    ]);
    const distances = ring.flatMap(([x = 0, y = 0], index) => {
      const [nextX = x, nextY = y] = ring[index + 1] ?? [];
      return [Math.hypot(x, y), Math.hypot((x + nextX) / 2, (y + nextY) / 2)];
    });
    expect(Math.max(...distances)).toBeLessThan(1.01 * radius);
    expect(Math.min(...distances)).toBeGreaterThan(0.99 * radius);
  });
});

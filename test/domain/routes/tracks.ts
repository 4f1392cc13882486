import type { Position } from '../../../src/domain/derived/track.ts';
import type { Path } from '../../../src/domain/routes/path.ts';
import { pathOf } from '../../../src/domain/routes/path.ts';

/** Metres east and north of a place. */
export type Flat = readonly [number, number];

/** The flat points as positions around a place. */
export function placed(points: readonly Flat[], [lng, lat]: Position = [16, 48]): Position[] {
  const east = 111_195 * Math.cos((lat * Math.PI) / 180);
  const wrapped = (degrees: number): number => ((((degrees + 180) % 360) + 360) % 360) - 180;
  return points.map(([x, y]): Position => [wrapped(lng + x / east), lat + y / 111_195]);
}

export function pathThrough(coordinates: readonly Position[]): Path {
  const path = pathOf({ type: 'LineString', coordinates });
  if (path === undefined) throw new Error('The points make no path.');
  return path;
}

/** A winding way of some kilometres; each seed another. */
export function winding(seed: number, meters = 8_000, stepMeters = 20): Flat[] {
  const points: Flat[] = [];
  let [x, y] = [0, 0];
  for (let along = 0; along <= meters; along += stepMeters) {
    points.push([x, y]);
    const heading = seed * 1.3 + Math.sin(along / (600 + 40 * seed)) * 1.2;
    x += stepMeters * Math.cos(heading);
    y += stepMeters * Math.sin(heading);
  }
  return points;
}

/** A circle, counter-clockwise from its west. */
export function circle(radius: number, laps = 1, fromDegrees = 0): Flat[] {
  const points = Math.ceil(laps * 120);
  return Array.from({ length: points + 1 }, (_, index): Flat => {
    const angle = Math.PI + ((fromDegrees + (index * 360 * laps) / points) * Math.PI) / 180;
    return [radius + radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

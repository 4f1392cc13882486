/**
 * The track of an activity in degrees.
 */
import { projectedPoints } from '../map/polyline.js';
import { unprojectX, unprojectY } from '../map/projection.js';

/** @typedef {readonly [lat: number, lng: number]} Position */

/**
 * @param {string} line An encoded polyline.
 * @returns {Position[]}
 */
export function positionsOfLine(line) {
  const points = projectedPoints(line);
  return Array.from({ length: points.length / 2 }, (_, index) => [
    unprojectY(points[2 * index + 1] ?? 0),
    unprojectX(points[2 * index] ?? 0),
  ]);
}

/**
 * A track over the antimeridian goes on beyond 180 degrees, so that its line does not cross the world.
 * @param {readonly (Position | null)[]} positions
 * @returns {(Position | null)[]}
 */
export function unwrapped(positions) {
  /** @type {number | undefined} */
  let last;
  return positions.map((position) => {
    if (position === null) return null;
    const [lat, lng] = position;
    last = last === undefined ? lng : lng - 360 * Math.round((lng - last) / 360);
    return [lat, last];
  });
}

/**
 * The sample closest to a point of the map; null without a position.
 * @param {readonly (Position | null)[]} positions
 * @param {Position} point
 */
export function nearestPosition(positions, [lat, lng]) {
  const narrowing = Math.cos((lat * Math.PI) / 180);
  let nearest = null;
  let least = Infinity;
  for (const [index, position] of positions.entries()) {
    if (position === null) continue;
    const squared = (position[0] - lat) ** 2 + ((position[1] - lng) * narrowing) ** 2;
    if (squared < least) [nearest, least] = [index, squared];
  }
  return nearest;
}

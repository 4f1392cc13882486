/** Which tracks are under the pointer. */

/**
 * @import { Box } from './projection.js'
 * @typedef {{ readonly id: string; readonly points: Float64Array; readonly box: Box }} Track
 */

/**
 * The tracks within a distance of a point, the nearest first. All lengths are those of the projection.
 *
 * @template {Track} T
 * @param {Iterable<T>} tracks
 * @param {number} x
 * @param {number} y
 * @param {number} reach
 * @returns {T[]}
 */
export function tracksNear(tracks, x, y, reach) {
  /** @type {{ track: T; distance: number }[]} */
  const found = [];
  for (const track of tracks) {
    const { left, top, right, bottom } = track.box;
    if (x < left - reach || x > right + reach || y < top - reach || y > bottom + reach) continue;
    const distance = distanceTo(track.points, x, y);
    if (distance <= reach) found.push({ track, distance });
  }
  return found.sort((one, other) => one.distance - other.distance).map(({ track }) => track);
}

/**
 * @param {Float64Array} points
 * @param {number} x
 * @param {number} y
 */
function distanceTo(points, x, y) {
  let nearest = Infinity;
  let fromX = points[0] ?? Infinity;
  let fromY = points[1] ?? Infinity;
  for (let index = 0; index + 1 < points.length; index += 2) {
    const toX = points[index] ?? 0;
    const toY = points[index + 1] ?? 0;
    const alongX = toX - fromX;
    const alongY = toY - fromY;
    const square = alongX * alongX + alongY * alongY;
    const share = square === 0 ? 0 : ((x - fromX) * alongX + (y - fromY) * alongY) / square;
    const bounded = Math.max(0, Math.min(1, share));
    nearest = Math.min(
      nearest,
      Math.hypot(x - fromX - bounded * alongX, y - fromY - bounded * alongY),
    );
    fromX = toX;
    fromY = toY;
  }
  return nearest;
}

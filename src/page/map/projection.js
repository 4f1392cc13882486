/**
 * The projection of the map (Web Mercator): the world as a square of size 1, with the origin in the
 * north-west. It knows nothing of the screen.
 */

/** Beyond this latitude the square has no place. */
const maxLatitude = 85.0511287798;

/** @param {number} lng degrees */
export function projectLng(lng) {
  return (lng + 180) / 360;
}

/** @param {number} lat degrees; one beyond the square is drawn at its edge */
export function projectLat(lat) {
  const bounded = Math.max(-maxLatitude, Math.min(maxLatitude, lat));
  const radians = (bounded * Math.PI) / 180;
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + radians / 2)) / (2 * Math.PI);
}

/** @param {number} x */
export function unprojectX(x) {
  return x * 360 - 180;
}

/** @param {number} y */
export function unprojectY(y) {
  return (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;
}

/**
 * The smallest box around points.
 *
 * @typedef {{ readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }} Box
 * @param {Float64Array} points x and y in turn
 * @returns {Box}
 */
export function boxAround(points) {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (let index = 0; index + 1 < points.length; index += 2) {
    const x = points[index] ?? 0;
    const y = points[index + 1] ?? 0;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left, top, right, bottom };
}

/**
 * @param {Box} one
 * @param {Box} other
 */
export function isOverlapping(one, other) {
  return (
    one.left <= other.right &&
    other.left <= one.right &&
    one.top <= other.bottom &&
    other.top <= one.bottom
  );
}

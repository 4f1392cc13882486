/** The part of the world that the map shows, in the fragment of the address: `#12/48.2082/16.3738`. */

/**
 * @typedef {object} MapPosition
 * @property {number} zoom
 * @property {number} lat
 * @property {number} lng
 */

/**
 * @param {string} hash
 * @returns {MapPosition | undefined}
 */
export function positionOf(hash) {
  const match = /^#(\d{1,2})\/(-?\d{1,2}(?:\.\d+)?)\/(-?\d{1,3}(?:\.\d+)?)$/.exec(hash);
  if (match === null) return undefined;
  const [zoom = 0, lat = 0, lng = 0] = match.slice(1).map(Number);
  return Math.abs(lat) <= 85 && Math.abs(lng) <= 180 ? { zoom, lat, lng } : undefined;
}

/**
 * @param {MapPosition} position
 * @returns {string}
 */
export function hashOf({ zoom, lat, lng }) {
  return `#${zoom}/${lat.toFixed(4)}/${lng.toFixed(4)}`;
}

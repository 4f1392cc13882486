/** Decodes a track's line for the map. */

import { projectLat, projectLng } from './projection.js';

/** Of an encoded polyline with five digits (https://developers.google.com/maps/documentation/utilities/polylinealgorithm). */
const unitsPerDegree = 1e5;

/**
 * The projected points of an encoded polyline, x and y in turn; of a line that breaks off or has other
 * characters, the points before.
 *
 * @param {string} line
 * @returns {Float64Array}
 */
export function projectedPoints(line) {
  // A coordinate takes at least one character.
  const points = new Float64Array(line.length - (line.length % 2));
  let count = 0;
  let lat = 0;
  let lng = 0;
  let position = 0;
  while (position < line.length) {
    const north = deltaAt(line, position);
    if (north === undefined) break;
    const east = deltaAt(line, north.end);
    if (east === undefined) break;
    position = east.end;
    lat += north.value;
    lng += east.value;
    points[count++] = projectLng(lng / unitsPerDegree);
    points[count++] = projectLat(lat / unitsPerDegree);
  }
  return points.slice(0, count);
}

/**
 * @param {string} line
 * @param {number} start
 * @returns {{ value: number; end: number } | undefined}
 */
function deltaAt(line, start) {
  let bits = 0;
  let shift = 0;
  for (let position = start; position < line.length && shift < 30; position += 1) {
    const chunk = line.charCodeAt(position) - 63;
    if (chunk < 0 || chunk > 63) return undefined;
    bits |= (chunk & 31) << shift;
    shift += 5;
    if (chunk < 32) return { value: bits & 1 ? ~(bits >> 1) : bits >> 1, end: position + 1 };
  }
  return undefined;
}

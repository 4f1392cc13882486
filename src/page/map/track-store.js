/** The tracks of the map, with the activity of each. */
import { projectedPoints } from './polyline.js';
import { boxAround, unprojectX, unprojectY } from './projection.js';

/**
 * @import { TrackLine } from '../../features/page/api/types/lists.ts'
 * @import { Row } from '../lib/activities.js'
 * @import { Track } from './nearest.js'
 * @import { Start } from './places.js'
 */

/** @typedef {Track & { readonly row: Row }} ActivityTrack */

/**
 * The track of a line of the API; undefined for one that has no point.
 * @param {TrackLine} line
 * @param {ReadonlyMap<string, Row>} rows By id.
 * @returns {ActivityTrack | undefined}
 */
export function trackOf({ id, line }, rows) {
  // An activity that came after the list was read appears with the next look at the map.
  const row = rows.get(id);
  const points = projectedPoints(line);
  if (row === undefined || points.length === 0) return undefined;
  return { id, row, points, box: boxAround(points) };
}

/**
 * @param {ActivityTrack} track
 * @returns {Start}
 */
export function startOf({ points, row: { city } }) {
  return { lat: unprojectY(points[1] ?? 0), lng: unprojectX(points[0] ?? 0), city };
}

/** What the map's canvas shows: the land, the tracks, the heat. */

import { boxAround, isOverlapping, projectLat, projectLng } from './projection.js';

/**
 * @import { Cells, Land } from '../../features/page/api/types/lists.ts'
 * @import { Track } from './nearest.js'
 * @import { Box } from './projection.js'
 */

/**
 * A projected point is at `x * scale - left`, `y * scale - top`, in pixels.
 * @typedef {object} View
 * @property {number} scale
 * @property {number} left
 * @property {number} top
 * @property {number} zoom
 * @property {Box} box What of the projection is visible.
 */

/**
 * What the painting needs of a canvas.
 * @typedef {object} Brush
 * @property {unknown} fillStyle
 * @property {unknown} strokeStyle
 * @property {number} lineWidth
 * @property {string} lineJoin
 * @property {string} lineCap
 * @property {() => void} beginPath
 * @property {() => void} closePath
 * @property {(x: number, y: number) => void} moveTo
 * @property {(x: number, y: number) => void} lineTo
 * @property {() => void} stroke
 * @property {(rule: 'evenodd') => void} fill
 * @property {(x: number, y: number, width: number, height: number) => void} fillRect
 */

/** A step between two points of a line that is longer than this share of the world crosses the antimeridian. */
const maxStep = 0.5;
/** Of the lines' points that are seen: beyond it they are hair lines, which a canvas draws ten times as fast. */
const densePoints = 15_000;
/** Points nearer than this to the one before, in pixels, change nothing that one sees. */
const minStep = 1.2;

/**
 * @param {Brush} context
 * @param {View} view
 * @param {readonly Track[]} tracks
 * @param {{ readonly color: string; readonly width: number }} style The width is that of few lines.
 */
export function paintTracks(context, view, tracks, { color, width }) {
  const seen = tracks.filter(({ box }) => isOverlapping(box, view.box));
  const points = seen.reduce((sum, track) => sum + track.points.length / 2, 0);
  context.strokeStyle = color;
  context.lineWidth = points > densePoints ? 1 : width;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  for (const track of seen) {
    context.beginPath();
    traceLine(context, view, track.points);
    context.stroke();
  }
}

/**
 * @param {Brush} context
 * @param {View} view
 * @param {Float64Array} points
 */
function traceLine(context, { scale, left, top }, points) {
  const leap = maxStep * scale;
  let lastX = -Infinity;
  let lastY = -Infinity;
  for (let index = 0; index < points.length; index += 2) {
    const x = (points[index] ?? 0) * scale - left;
    const y = (points[index + 1] ?? 0) * scale - top;
    const isLast = index + 2 === points.length;
    if (Math.abs(x - lastX) + Math.abs(y - lastY) < minStep && !isLast) continue;
    if (Math.abs(x - lastX) > leap) context.moveTo(x, y);
    // A track whose points are all on one pixel is a dot.
    context.lineTo(isLast ? x + 0.1 : x, y);
    lastX = x;
    lastY = y;
  }
}

/** @typedef {{ readonly rings: readonly Float64Array[]; readonly box: Box }} LandPolygon */

/**
 * @param {Land} polygons
 * @returns {LandPolygon[]}
 */
export function landOf(polygons) {
  return polygons.flatMap((polygon) =>
    // What goes on beyond one edge of the map comes in at the other.
    [-360, 0, 360].map((shift) => {
      const rings = polygon.map((ring) =>
        Float64Array.from(ring, (degrees, index) =>
          index % 2 === 0 ? projectLng(degrees + shift) : projectLat(degrees),
        ),
      );
      return { rings, box: boxAround(rings[0] ?? new Float64Array()) };
    }),
  );
}

/**
 * @param {Brush} context
 * @param {View} view
 * @param {readonly LandPolygon[]} land
 * @param {{ readonly fill: string; readonly line: string }} colors
 */
export function paintLand(context, view, land, { fill, line }) {
  context.fillStyle = fill;
  context.strokeStyle = line;
  context.lineWidth = 1;
  for (const { rings, box } of land) {
    if (!isOverlapping(box, view.box)) continue;
    context.beginPath();
    for (const ring of rings) {
      for (let index = 0; index < ring.length; index += 2) {
        const x = (ring[index] ?? 0) * view.scale - view.left;
        const y = (ring[index + 1] ?? 0) * view.scale - view.top;
        if (index === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      }
      context.closePath();
    }
    context.fill('evenodd');
    context.stroke();
  }
}

/** The grid of the cells, in degrees. */
const cellSize = 0.001;
/** A cell is drawn at least this large, in pixels, so that it is seen on a map of a country. */
const minCell = 1.5;

/**
 * Cells of one colour.
 *
 * @typedef {{ readonly corners: Float64Array }} HeatLevel the projected north-west and south-east corner of each cell in turn
 */

/**
 * Puts the cells into levels by how many activities passed them, each level about twice the one before.
 *
 * @param {Cells['columns']} columns
 * @param {number} levels
 * @returns {HeatLevel[]} the coldest first
 */
export function heatOf({ lng, lat, activities }, levels) {
  const most = activities.reduce((one, other) => Math.max(one, other), 1);
  /** @type {number[][]} */
  const corners = Array.from({ length: levels }, () => []);
  for (const [index, count] of activities.entries()) {
    const east = lng[index] ?? 0;
    const north = lat[index] ?? 0;
    const share = most === 1 ? 0 : Math.log(Math.max(1, count)) / Math.log(most);
    corners[Math.min(levels - 1, Math.floor(share * levels))]?.push(
      projectLng(east - cellSize / 2),
      projectLat(north + cellSize / 2),
      projectLng(east + cellSize / 2),
      projectLat(north - cellSize / 2),
    );
  }
  return corners.map((values) => ({ corners: Float64Array.from(values) }));
}

/**
 * @param {Brush} context
 * @param {View} view
 * @param {readonly HeatLevel[]} levels
 * @param {readonly string[]} colors as many as levels
 */
export function paintHeat(context, { scale, left, top, box }, levels, colors) {
  for (const [level, { corners }] of levels.entries()) {
    context.fillStyle = colors[level] ?? '';
    for (let index = 0; index < corners.length; index += 4) {
      const west = corners[index] ?? 0;
      const north = corners[index + 1] ?? 0;
      if (west < box.left || west > box.right || north < box.top || north > box.bottom) continue;
      const width = ((corners[index + 2] ?? 0) - west) * scale;
      const height = ((corners[index + 3] ?? 0) - north) * scale;
      context.fillRect(
        west * scale - left,
        north * scale - top,
        Math.max(minCell, width),
        Math.max(minCell, height),
      );
    }
  }
}

/** The map itself: Leaflet, with the tiles that the operator set or the coast line, and our canvas. */
import { createBaseMap } from './base-map.js';
import { addCanvasOverlay } from './canvas-overlay.js';
import { landOf, paintHeat, paintLand, paintTracks } from './paint.js';
import { readPalette } from './palette.js';

/**
 * @import { Land } from '../../features/page/api/types/lists.ts'
 * @import { HeatLevel, LandPolygon } from './paint.js'
 * @import { Track } from './nearest.js'
 */

/**
 * @typedef {object} Shown
 * @property {readonly Track[]} tracks
 * @property {readonly HeatLevel[] | undefined} heat Instead of the tracks.
 * @property {readonly Track[]} highlighted
 */

/** Beyond this zoom the coast line is too coarse to help. */
const maxLandZoom = 8;

/**
 * @param {HTMLElement} element
 * @param {{ readonly tilesUrl: string, readonly land: Land }} ground
 *   Without tiles the land is drawn.
 * @param {Shown} shown Read at each painting.
 */
export function createMap(element, { tilesUrl, land }, shown) {
  const map = createBaseMap(element, tilesUrl, {
    minZoom: 2,
    maxBounds: [
      [-86, -200],
      [86, 200],
    ],
    maxBoundsViscosity: 1,
  });
  const polygons = tilesUrl === '' ? landOf(land) : [];
  const overlays = [paintGround(shown, polygons), paintHighlight(shown)].map((paint) =>
    addCanvasOverlay(map, paint),
  );
  const [ground, highlight] = overlays;
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const { repaint } of overlays) repaint();
  });
  return {
    map,
    repaint: () => ground?.repaint(),
    repaintHighlight: () => highlight?.repaint(),
  };
}

/**
 * @param {Shown} shown
 * @param {readonly LandPolygon[]} land
 * @returns {import('./canvas-overlay.js').Paint}
 */
function paintGround(shown, land) {
  return (context, view) => {
    const palette = readPalette();
    if (view.zoom <= maxLandZoom) paintLand(context, view, land, palette.land);
    if (shown.heat !== undefined) paintHeat(context, view, shown.heat, palette.heat);
    else paintTracks(context, view, shown.tracks, { color: palette.track, width: 1.75 });
  };
}

/**
 * @param {Shown} shown
 * @returns {import('./canvas-overlay.js').Paint}
 */
function paintHighlight(shown) {
  return (context, view) => {
    const { halo, highlight } = readPalette();
    paintTracks(context, view, shown.highlighted, { color: halo, width: 7 });
    paintTracks(context, view, shown.highlighted, { color: highlight, width: 3 });
  };
}

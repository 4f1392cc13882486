/** The map itself: Leaflet, with the tiles that the operator set or the coast line, and our canvas. */
import { addCanvasOverlay } from './canvas-overlay.js';
import { landOf, paintHeat, paintLand, paintTracks } from './paint.js';
import { readPalette } from './palette.js';

/**
 * @import { Land } from '../../features/page/api/types.ts'
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
/** Beyond it a phone's positions are all noise. */
const maxZoom = 18;
/** Wide lines hide each other on a map of a country. */
const thinUpToZoom = 10;

/**
 * @param {HTMLElement} element
 * @param {{ readonly tilesUrl: string, readonly land: Land }} ground
 *   Without tiles the land is drawn.
 * @param {Shown} shown Read at each painting.
 */
export function createMap(element, { tilesUrl, land }, shown) {
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const map = L.map(element, {
    attributionControl: false,
    zoomAnimation: !isStill,
    fadeAnimation: !isStill,
    inertia: !isStill,
    minZoom: 2,
    maxZoom,
    maxBounds: [
      [-86, -200],
      [86, 200],
    ],
    maxBoundsViscosity: 1,
  });
  if (tilesUrl !== '') {
    // Those who give tiles away want to know which page shows them; the page itself sends no referrer.
    L.tileLayer(tilesUrl, { maxZoom, referrerPolicy: 'origin' }).addTo(map);
  }
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
    else {
      const width = view.zoom <= thinUpToZoom ? 1 : 1.75;
      paintTracks(context, view, shown.tracks, { color: palette.track, width });
    }
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

/**
 * The scale in the reader's units.
 * @param {L.Map} map
 * @param {boolean} isMetric
 */
export function addScale(map, isMetric) {
  return L.control.scale({ metric: isMetric, imperial: !isMetric, maxWidth: 120 }).addTo(map);
}

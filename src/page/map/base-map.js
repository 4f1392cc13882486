/** Leaflet as each map of the page starts: with the tiles that the operator set, and nothing of others. */

/** Beyond it a phone's positions are all noise. */
const maxZoom = 18;

/**
 * @param {HTMLElement} element
 * @param {string} tilesUrl Empty without tiles.
 * @param {L.MapOptions} options
 */
export function createBaseMap(element, tilesUrl, options) {
  const isMoving = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  const map = L.map(element, {
    attributionControl: false,
    zoomAnimation: isMoving,
    fadeAnimation: isMoving,
    inertia: isMoving,
    maxZoom,
    ...options,
  });
  if (tilesUrl !== '') {
    // Those who give tiles away want to know which page shows them; the page itself sends no referrer.
    L.tileLayer(tilesUrl, { maxZoom, referrerPolicy: 'origin' }).addTo(map);
  }
  return map;
}

/**
 * The scale in the reader's units.
 * @param {L.Map} map
 * @param {boolean} isMetric
 */
export function addScale(map, isMetric) {
  return L.control.scale({ metric: isMetric, imperial: !isMetric, maxWidth: 120 }).addTo(map);
}

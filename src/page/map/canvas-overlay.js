/**
 * A canvas that lies over the map and is painted whole after each pan and zoom. Leaflet's own lines are
 * elements or objects of their own, and thousands of them take seconds.
 */

/**
 * @import { View } from './paint.js'
 * @typedef {(context: CanvasRenderingContext2D, view: View) => void} Paint
 */

/** Painted beyond each edge, as a share of the map's size, so that a drag does not uncover the blank. */
const margin = 0.3;
/** Of the whole world at zoom 0, in pixels. */
const worldSize = 256;

/**
 * @param {L.Map} map
 * @param {Paint} paint
 * @returns {{ readonly repaint: () => void }}
 */
export function addCanvasOverlay(map, paint) {
  const canvas = document.createElement('canvas');
  canvas.className = 'leaflet-zoom-animated';
  map.getPanes().overlayPane.append(canvas);
  const context = canvas.getContext('2d');
  let corner = L.latLng(0, 0);

  const repaint = () => {
    if (context === null) return;
    const size = map.getSize();
    const offset = size.multiplyBy(-margin).floor();
    corner = map.containerPointToLatLng(offset);
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint(offset));
    const view = viewOf(map, offset);
    prepare(canvas, context, size.subtract(offset).subtract(offset));
    paint(context, view);
  };
  map.on('moveend resize', repaint);
  map.on('zoomanim', ({ center, zoom }) => {
    const scale = map.getZoomScale(zoom);
    L.DomUtil.setTransform(canvas, layerPointAt(map, corner, zoom, center), scale);
  });
  return { repaint };
}

/**
 * Where a position will be at the end of the zoom's animation.
 *
 * @param {L.Map} map
 * @param {L.LatLng} position
 * @param {number} zoom
 * @param {L.LatLng} center
 */
function layerPointAt(map, position, zoom, center) {
  const half = map.getSize().divideBy(2);
  return map
    .project(position, zoom)
    .subtract(map.project(center, zoom))
    .add(half)
    .add(map.containerPointToLayerPoint([0, 0]));
}

/**
 * Clears the canvas. Its resolution is that of the screen.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2D} context
 * @param {L.Point} size
 */
function prepare(canvas, context, size) {
  const ratio = window.devicePixelRatio;
  canvas.width = Math.round(size.x * ratio);
  canvas.height = Math.round(size.y * ratio);
  canvas.style.width = `${size.x}px`;
  canvas.style.height = `${size.y}px`;
  context.scale(ratio, ratio);
}

/**
 * @param {L.Map} map
 * @param {L.Point} offset
 * @returns {View}
 */
function viewOf(map, offset) {
  const zoom = map.getZoom();
  const scale = worldSize * 2 ** zoom;
  const start = map.getPixelBounds().getTopLeft().add(offset);
  const size = map.getSize().subtract(offset).subtract(offset);
  return {
    scale,
    left: start.x,
    top: start.y,
    zoom,
    box: {
      left: start.x / scale,
      top: start.y / scale,
      right: (start.x + size.x) / scale,
      bottom: (start.y + size.y) / scale,
    },
  };
}

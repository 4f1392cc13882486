/**
 * The track of one activity, with a dot that follows the cursor.
 *
 * @import { Units } from '../lib/format.js'
 * @import { Cursor } from './cursor.js'
 * @import { Position } from './positions.js'
 * @import { Stretch } from './samples.js'
 */
import { cssColour } from '../lib/colour.js';
import { on, replace } from '../lib/dom.js';
import { h } from '../lib/tree.js';
import { addScale, createBaseMap } from '../map/base-map.js';
import { nearestPosition, unwrapped } from './positions.js';

/** The pointer moves the dot from as far away, in pixels. */
const reach = 40;

/** @type {L.FitBoundsOptions} */
const fitOptions = { padding: [24, 24], maxZoom: 17, animate: false };

/** @type {L.CircleMarkerOptions} */
const dotStyle = {
  radius: 7,
  weight: 3,
  fillOpacity: 1,
  interactive: false,
  className: 'track-dot',
};

/**
 * @typedef {object} TrackMapOptions
 * @property {Cursor} cursor
 * @property {string} tilesUrl Empty without tiles.
 * @property {string} attribution Of the tiles.
 * @property {Units} units
 */

export class TrackMap {
  #map;
  #cursor;
  /** @type {L.Control | undefined} */
  #scale;
  #dot = L.circleMarker([0, 0], dotStyle);
  /** @type {L.Layer[]} */
  #layers = [];
  /** @type {L.LatLngTuple[]} */
  #line = [];
  /** @type {readonly (Position | null)[]} */
  #samples = [];
  /** @type {Stretch | null} */
  #stretch = null;

  /**
   * @param {HTMLElement} element It is filled.
   * @param {TrackMapOptions} options
   */
  constructor(element, { cursor, tilesUrl, attribution, units }) {
    const box = h('div', { class: 'map', role: 'region', 'aria-label': 'Map of the track' });
    replace(
      element,
      box,
      ...(attribution === '' ? [] : [h('p', { class: 'attribution' }, attribution)]),
    );
    this.#map = createBaseMap(/** @type {HTMLElement} */ (element.firstElementChild), tilesUrl, {
      scrollWheelZoom: false,
    });
    // Until the map has the focus, the wheel scrolls the page.
    this.#map.on('focus', () => this.#map.scrollWheelZoom.enable());
    this.#map.on('blur', () => this.#map.scrollWheelZoom.disable());
    this.showScale(units);
    this.#cursor = cursor;
    this.#map.on('mousemove', ({ latlng, containerPoint }) => {
      this.#pointAt([latlng.lat, latlng.lng], containerPoint);
    });
    // Leaflet's own event is not sent where the pointer leaves from a mark at the edge.
    on(this.#map.getContainer(), 'mouseleave', () => {
      cursor.move(null);
    });
  }

  /**
   * Draws the track anew; the map moves to the first one.
   * @param {readonly (Position | null)[]} positions Where a sample has none, the line goes straight on.
   * @param {{ isSampled: boolean }} options Whether they are the samples of the recording.
   */
  show(positions, { isSampled }) {
    const line = unwrapped(positions).filter((position) => position !== null);
    if (line.length === 0) return;
    const isFirst = this.#line.length === 0;
    this.#line = line.map(latLng);
    if (isSampled) this.#samples = unwrapped(positions);
    if (isFirst) this.#map.fitBounds(L.latLngBounds(this.#line), fitOptions);
    this.redraw();
  }

  /** @param {Units} units */
  showScale(units) {
    this.#scale?.remove();
    this.#scale = addScale(this.#map, units === 'metric');
  }

  /** Again in the colours of the page. */
  redraw() {
    for (const layer of this.#layers) layer.remove();
    const line = this.#line;
    const [start, finish] = [line[0], line.at(-1)];
    if (start === undefined || finish === undefined) return;
    const [accent, page, text] = ['--accent', '--background', '--text'].map(cssColour);
    this.#layers = [
      L.polyline(line, { color: page, weight: 7, opacity: 0.7, interactive: false }),
      L.polyline(line, {
        ...{ color: accent, weight: 3.5, interactive: false },
        opacity: this.#stretch === null ? 1 : 0.45,
      }),
      ...this.#stretchLayers(accent),
      mark(finish, { color: page, fillColor: text }, 'Finish'),
      mark(start, { color: text, fillColor: page, className: 'track-start' }, 'Start'),
    ];
    for (const layer of this.#layers) layer.addTo(this.#map);
    this.#dot.setStyle({ color: page, fillColor: accent });
    this.point(this.#cursor.index());
  }

  /**
   * Emphasizes what the plots show.
   * @param {Stretch | null} stretch Null for the whole track.
   */
  showStretch(stretch) {
    this.#stretch = stretch;
    this.redraw();
  }

  /** @param {string | undefined} color */
  #stretchLayers(color) {
    if (this.#stretch === null) return [];
    const [from, to] = this.#stretch;
    const positions = this.#samples.slice(from, to + 1).filter((position) => position !== null);
    const style = { color, weight: 6, interactive: false, className: 'track-stretch' };
    return [L.polyline(positions.map(latLng), style)];
  }

  /**
   * @param {number | null} index Of the sample.
   */
  point(index) {
    const position = index === null ? null : (this.#samples[index] ?? null);
    if (position === null) this.#dot.remove();
    else this.#dot.setLatLng(latLng(position)).addTo(this.#map).bringToFront();
  }

  /**
   * @param {Position} point
   * @param {L.Point} pixel
   */
  #pointAt(point, pixel) {
    const index = nearestPosition(this.#samples, point);
    const nearest = index === null ? null : (this.#samples[index] ?? null);
    const isNear =
      nearest !== null &&
      this.#map.latLngToContainerPoint(latLng(nearest)).distanceTo(pixel) < reach;
    this.#cursor.move(isNear ? index : null);
  }
}

/**
 * @param {L.LatLngTuple} at
 * @param {L.PathOptions} colours
 * @param {string} text
 */
function mark(at, colours, text) {
  return L.circleMarker(at, { radius: 5, weight: 2, fillOpacity: 1, ...colours }).bindTooltip(text);
}

/**
 * @param {Position} position
 * @returns {L.LatLngTuple}
 */
function latLng([lat, lng]) {
  return [lat, lng];
}

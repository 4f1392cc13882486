/** The activities under the pointer: highlighted while it is there, listed, and held by a click. */
import { byId, on, replace } from '../lib/dom.js';
import { pointerList } from './table.js';
import { tracksNear } from './nearest.js';
import { projectLat, projectLng } from './projection.js';

/**
 * @import { Reader } from './table.js'
 * @import { ActivityTrack } from './track-store.js'
 */

/** In pixels; a finger is less exact. */
const reach = 6;
const fingerReach = 14;
const worldSize = 256;

/**
 * @param {{ readonly map: L.Map, readonly repaintHighlight: () => void }} trackMap
 * @param {{ readonly tracks: readonly ActivityTrack[], highlighted: readonly ActivityTrack[] }} shown
 * @param {() => Reader} reader
 */
export function watchPointer({ map, repaintHighlight }, shown, reader) {
  let isHeld = false;
  let isWaiting = false;
  const list = byId('pointer');

  /** @param {readonly ActivityTrack[]} tracks */
  const highlight = (tracks) => {
    if (isSame(tracks, shown.highlighted)) return;
    shown.highlighted = tracks;
    repaintHighlight();
  };
  /** @param {readonly ActivityTrack[]} tracks */
  const show = (tracks) => {
    highlight(tracks);
    list.hidden = tracks.length === 0;
    if (tracks.length > 0) replace(list, ...pointerList(tracks, reader()));
  };
  /**
   * @param {L.LatLng} position
   * @param {number} pixels
   */
  const near = ({ lat, lng }, pixels) => {
    const scale = worldSize * 2 ** map.getZoom();
    return tracksNear(shown.tracks, projectLng(lng), projectLat(lat), pixels / scale);
  };

  map.on('mousemove', ({ latlng, containerPoint }) => {
    if (isHeld || isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      if (isHeld) return;
      // Below the pointer the list would take the map from it.
      list.classList.toggle('at-left', containerPoint.x > map.getSize().x / 2);
      show(near(latlng, reach));
    });
  });
  map.on('mouseout', () => {
    if (!isHeld) show([]);
  });
  map.on('click', ({ latlng }) => {
    const isFinger = matchMedia('(pointer: coarse)').matches;
    const tracks = near(latlng, isFinger ? fingerReach : reach);
    isHeld = tracks.length > 0;
    show(tracks);
  });
  watchTable(shown, highlight);
}

/**
 * The row that has the focus or the pointer is highlighted on the map.
 * @param {{ readonly tracks: readonly ActivityTrack[] }} shown
 * @param {(tracks: readonly ActivityTrack[]) => void} highlight
 */
function watchTable(shown, highlight) {
  const table = byId('track-table');
  /** @param {Event} event */
  const onRow = ({ target }) => {
    const row = target instanceof Element ? target.closest('[data-id]') : null;
    const id = row instanceof HTMLElement ? row.dataset['id'] : undefined;
    if (id !== undefined) highlight(shown.tracks.filter((track) => track.id === id));
  };
  on(table, 'mouseover', onRow);
  table.addEventListener('focusin', onRow);
  on(table, 'mouseleave', () => {
    highlight([]);
  });
}

/**
 * @param {readonly ActivityTrack[]} one
 * @param {readonly ActivityTrack[]} other
 */
function isSame(one, other) {
  return one.length === other.length && one.every((track, index) => track === other[index]);
}

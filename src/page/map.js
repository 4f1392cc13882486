/** The view Map: every track as a line, or the heat of all; the activities under the pointer, and a table. */
import { choicesOf, filtered, rowsOfAthlete } from './lib/activities.js';
import { readChoice, readParameter, writeParameter } from './lib/address.js';
import { getJson, readLines, showProblem } from './lib/api.js';
import { offerAllAthletes } from './lib/athletes.js';
import { nowMs } from './lib/clock.js';
import { byId, on, replace } from './lib/dom.js';
import { chosenAthlete, offerUnits, pathFor, readerFormat } from './lib/settings.js';
import { addScale } from './map/base-map.js';
import {
  emptyMap,
  filterFields,
  isFilter,
  knownFilters,
  mapFrame,
  placeButtons,
} from './map/frame.js';
import { offerFullScreen } from './map/full-screen.js';
import { createMap } from './map/leaflet-map.js';
import { heatOf } from './map/paint.js';
import { heatLevels } from './map/palette.js';
import { placesOf } from './map/places.js';
import { watchPointer } from './map/pointer.js';
import { hashOf, positionOf } from './map/position.js';
import { isOverlapping, projectLat, projectLng } from './map/projection.js';
import { statusText, trackTable } from './map/table.js';
import { startOf, trackOf } from './map/track-store.js';

/**
 * @import { ActivityColumns, Cells, Land, TrackLine } from '../features/page/api/types/lists.ts'
 * @import { Row } from './lib/activities.js'
 * @import { HeatLevel } from './map/paint.js'
 * @import { ActivityTrack } from './map/track-store.js'
 */

/** Of a town and what is around it. */
const placeZoom = 12;
const placeButtonCount = 6;
/** While tracks arrive, they are painted as often as this. */
const paintIntervalMs = 400;

const view = byId('main');

const state = {
  format: readerFormat(),
  layer: readChoice('layer', ['tracks', 'heat'], 'tracks'),
  sport: readParameter('sport'),
  year: readParameter('year'),
  gear: readParameter('gear'),
  /** Whether the map goes to the fullest place, because the reader has not moved it. */
  isAutomatic: positionOf(location.hash) === undefined,
};

/** @type {TrackMap | undefined} */
let opened;

/** @type {ActivityTrack[]} */
let tracks = [];

/** @type {{ tracks: readonly ActivityTrack[], heat: readonly HeatLevel[] | undefined, highlighted: readonly ActivityTrack[] }} */
const shown = { tracks: [], heat: undefined, highlighted: [] };

/**
 * @typedef {ReturnType<typeof createMap>} TrackMap
 * @param {TrackMap} trackMap
 */
function visibleTracks({ map }) {
  const bounds = map.getBounds();
  const box = {
    left: projectLng(bounds.getWest()),
    right: projectLng(bounds.getEast()),
    top: projectLat(bounds.getNorth()),
    bottom: projectLat(bounds.getSouth()),
  };
  return shown.tracks.filter((track) => isOverlapping(track.box, box));
}

function reader() {
  return { format: state.format, athlete: chosenAthlete() };
}

/** @param {TrackMap} trackMap */
function drawTable(trackMap) {
  const visible = visibleTracks(trackMap);
  replace(byId('map-status'), statusText(visible.length, shown.tracks.length, state.format));
  replace(byId('track-table'), ...trackTable(visible, reader()));
}

/** Those of the filter. */
function chosenTracks() {
  const rows = tracks.map(({ row }) => row);
  const ids = new Set(filtered(rows, state).map(({ id }) => id));
  return tracks.filter(({ id }) => ids.has(id));
}

/** @param {TrackMap} trackMap */
function applyFilter(trackMap) {
  shown.tracks = chosenTracks();
  shown.highlighted = [];
  drawAll(trackMap);
}

/** @param {TrackMap} trackMap */
function drawAll(trackMap) {
  trackMap.repaint();
  trackMap.repaintHighlight();
  drawTable(trackMap);
  drawPlaces(trackMap);
}

/** @param {TrackMap} trackMap */
function drawPlaces(trackMap) {
  const places = placesOf(shown.tracks.map(startOf), placeButtonCount);
  const buttons = placeButtons(places, state.format, ({ lat, lng }) => {
    trackMap.map.setView([lat, lng], placeZoom);
  });
  replace(byId('places'), ...buttons);
}

/** @param {TrackMap} trackMap */
function goToFullest(trackMap) {
  const [place] = placesOf(tracks.map(startOf), 1);
  if (!state.isAutomatic || place === undefined) return;
  trackMap.map.setView([place.lat, place.lng], placeZoom, { animate: false });
}

/**
 * @param {TrackMap} trackMap
 * @param {readonly Row[]} rows
 */
async function readTracks(trackMap, rows) {
  const byRowId = new Map(rows.map((row) => [row.id, row]));
  let paintedAt = nowMs();
  /** @param {TrackLine} line */
  const onLine = (line) => {
    const track = trackOf(line, byRowId);
    if (track === undefined) return;
    tracks.push(track);
    if (nowMs() - paintedAt < paintIntervalMs) return;
    goToFullest(trackMap);
    shown.tracks = chosenTracks();
    trackMap.repaint();
    paintedAt = nowMs();
  };
  await readLines(pathFor('/api/v1/tracks'), onLine);
  tracks.sort((one, other) => other.row.start - one.row.start);
}

/** @param {TrackMap} trackMap */
async function drawLayer(trackMap) {
  const isHeat = state.layer === 'heat';
  byId('map-filters').hidden = isHeat;
  byId('heat-note').hidden = !isHeat;
  if (isHeat) {
    /** @type {Cells} */
    const cells = await getJson(pathFor('/api/v1/cells'));
    if (state.layer === 'heat') shown.heat = heatOf(cells.columns, heatLevels);
  } else {
    shown.heat = undefined;
  }
  trackMap.repaint();
}

/** Before there is a map, too: what is chosen while it opens counts. */
function listenToChoices() {
  on(byId('map-choices'), 'change', ({ target }) => {
    if (target instanceof HTMLSelectElement && isFilter(target.name)) {
      state[target.name] = target.value;
      writeParameter(target.name, target.value);
      if (opened !== undefined) applyFilter(opened);
    } else if (target instanceof HTMLInputElement) {
      state.layer = target.value === 'heat' ? 'heat' : 'tracks';
      writeParameter('layer', state.layer);
      if (opened !== undefined) drawLayer(opened).catch(showProblem);
    }
  });
}

/** @param {TrackMap} trackMap */
function listen(trackMap) {
  const { map } = trackMap;
  map.on('moveend', () => {
    const { lat, lng } = map.getCenter();
    history.replaceState(history.state, '', hashOf({ lat, lng, zoom: map.getZoom() }));
    drawTable(trackMap);
  });
  watchPointer(trackMap, shown, reader);
  offerFullScreen(byId('full-screen'), byId('map-box'));
}

/** @returns {Promise<TrackMap>} */
async function openMap() {
  const tilesUrl = view.dataset['tilesUrl'] ?? '';
  const { pathname } = new URL('../vendor/land.json', import.meta.url);
  /** @type {Land} */
  const land = tilesUrl === '' ? await getJson(pathname) : [];
  const trackMap = createMap(byId('map'), { tilesUrl, land }, shown);
  const position = positionOf(location.hash) ?? { lat: 25, lng: 10, zoom: 2 };
  trackMap.map.setView([position.lat, position.lng], position.zoom);
  for (const type of /** @type {const} */ (['pointerdown', 'wheel', 'keydown'])) {
    on(byId('map'), type, () => {
      state.isAutomatic = false;
    });
  }
  return trackMap;
}

async function start() {
  offerAllAthletes().catch(showProblem);
  /** @type {ActivityColumns} */
  const columns = await getJson(pathFor('/api/v1/activities'));
  const rows = rowsOfAthlete(columns, chosenAthlete());
  if (!rows.some(({ hasTrack }) => hasTrack)) {
    replace(view, emptyMap());
    return;
  }
  const choices = choicesOf(rows.filter(({ hasTrack }) => hasTrack));
  Object.assign(state, knownFilters(choices, state));
  replace(view, ...mapFrame(state.layer, view.dataset['tilesAttribution'] ?? ''));
  replace(byId('map-filters'), ...filterFields(choices, state, state.format));
  listenToChoices();
  const trackMap = await openMap();
  opened = trackMap;
  let scale = addScale(trackMap.map, state.format.units === 'metric');
  await readTracks(trackMap, rows);
  goToFullest(trackMap);
  listen(trackMap);
  applyFilter(trackMap);
  await drawLayer(trackMap);
  offerUnits((format) => {
    state.format = format;
    scale.remove();
    scale = addScale(trackMap.map, format.units === 'metric');
    replace(byId('map-filters'), ...filterFields(choices, state, format));
    drawAll(trackMap);
  });
  view.setAttribute('aria-busy', 'false');
}

start().catch(showProblem);

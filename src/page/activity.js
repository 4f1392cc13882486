/**
 * The view of one activity.
 *
 * @import { ActivityDetail, ActivityStreams } from '../features/page/api/types/activity.ts'
 * @import { Position } from './activity/positions.js'
 * @import { Samples, Stretch } from './activity/samples.js'
 */
import { climbsSection, descentsSection } from './activity/climbs.js';
import { createCursor } from './activity/cursor.js';
import { sameRouteSection, segmentsSection } from './activity/history.js';
import { heartrateCurveSection, powerCurveSection } from './activity/curves.js';
import { PlotGroup } from './activity/plots.js';
import { positionsOfLine } from './activity/positions.js';
import { readSamples } from './activity/samples.js';
import {
  activityFigures,
  activityHead,
  missingActivity,
  missingRecordingText,
  titleOf,
} from './activity/summary.js';
import { bestDistancesSection, lapsSection, tableColumn, zonesSection } from './activity/tables.js';
import { TrackMap } from './activity/track-map.js';
import { ApiProblem, getJson, showBanner, showProblem } from './lib/api.js';
import { byId, replace } from './lib/dom.js';
import { chosenAthlete, offerUnits, readerFormat } from './lib/settings.js';
import { h } from './lib/tree.js';

/** Enough for a wide screen. */
const pointCount = 2_000;
/** Between two tries while nobody answers. */
const retryMs = 5_000;

const id = location.pathname.split('/').at(-1) ?? '';
const path = `/api/v1/activities/${encodeURIComponent(id)}`;
const view = byId('main');
const cursor = createCursor();

const athlete = chosenAthlete();
let format = readerFormat();
/** @type {ActivityDetail | undefined} */
let activity;
/** @type {Samples | undefined} */
let samples;
/** @type {TrackMap | undefined} */
let trackMap;
/** @type {PlotGroup | undefined} */
let plots;

/** Reads and shows what is not there yet; once more where that fails for now. */
async function load() {
  // Both at once: an activity without a recording is rare.
  const recording = samples === undefined ? readRecording() : undefined;
  recording?.catch(() => undefined);
  try {
    if (activity === undefined) await showActivity();
    if (activity?.streams === 'stored' && recording !== undefined) await showRecording(recording);
    showBanner('');
  } catch (error) {
    const isMissing = error instanceof ApiProblem && error.status === 404;
    if (isMissing && activity === undefined) {
      replace(view, missingActivity(error.message));
      return;
    }
    if (error instanceof ApiProblem && !isMissing) setTimeout(() => void load(), retryMs);
    showProblem(error);
  }
}

async function showActivity() {
  activity = /** @type {ActivityDetail} */ (await getJson(path));
  document.title = `${titleOf(activity)} · Domestique`;
  replace(view, ...frame());
  showTexts();
  byId('activity-plots').hidden = activity.streams !== 'stored';
  showTrack(positionsOfLine(activity.line), { isSampled: false });
}

/**
 * @param {readonly (Position | null)[]} positions
 * @param {{ isSampled: boolean }} options
 */
function showTrack(positions, options) {
  if (!positions.some((position) => position !== null)) return;
  const element = byId('activity-map');
  element.hidden = false;
  byId('activity-recording').classList.toggle('has-both', activity?.streams === 'stored');
  const tilesUrl = view.dataset['tilesUrl'] ?? '';
  const attribution = view.dataset['tilesAttribution'] ?? '';
  trackMap ??= new TrackMap(element, { cursor, tilesUrl, attribution, units: format.units });
  trackMap.show(positions, options);
}

/** The parts of the view; the map and the plots own what is in theirs. */
function frame() {
  return [
    h('div', { id: 'activity-top', class: 'stack' }),
    h(
      'div',
      { id: 'activity-recording', class: 'activity-recording' },
      h('div', { id: 'activity-map', class: 'map-box', hidden: true }),
      h('div', { id: 'activity-plots', hidden: true }),
    ),
    h('div', { id: 'activity-tables', class: 'activity-tables' }),
  ];
}

/** What depends on the units of the reader, but for the plots. */
function showTexts() {
  if (activity === undefined) return;
  const missing = missingRecordingText(activity);
  replace(
    byId('activity-top'),
    activityHead(activity, format),
    activityFigures(activity, format),
    ...(missing === '' ? [] : [h('p', { class: 'notice' }, missing)]),
  );
  const zones = [
    zonesSection('Heart rate zones', activity.heartrateZones, 'bpm', format),
    zonesSection('Power zones', activity.powerZones, 'W', format),
  ];
  const sections = [
    lapsSection(activity, format),
    tableColumn(zones),
    powerCurveSection(activity, format),
    heartrateCurveSection(activity, format),
    bestDistancesSection(activity, format),
    climbsSection(activity, format),
    descentsSection(activity, format),
    segmentsSection(activity, { format, athlete }),
    sameRouteSection(activity, { format, athlete }),
  ];
  replace(byId('activity-tables'), ...sections.filter((section) => section !== null));
}

/** @returns {Promise<ActivityStreams>} */
function readRecording() {
  return getJson(`${path}/streams?points=${pointCount}`);
}

/** @param {Promise<ActivityStreams>} recording */
async function showRecording(recording) {
  replace(byId('activity-plots'), h('p', { class: 'muted' }, 'Loading the recording …'));
  samples = readSamples(await recording);
  showTrack(samples.positions, { isSampled: true });
  showPlots();
}

function showPlots() {
  if (activity === undefined || samples === undefined) return;
  const axisKey = plots?.axisKey;
  const onStretch = (/** @type {Stretch | null} */ stretch) => trackMap?.showStretch(stretch);
  plots?.destroy();
  const element = byId('activity-plots');
  plots = new PlotGroup({
    element,
    samples,
    sport: activity.sport,
    format,
    cursor,
    axisKey,
    onStretch,
  });
}

cursor.follow((index) => {
  trackMap?.point(index);
  plots?.point(index);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  trackMap?.redraw();
  plots?.redraw();
});
offerUnits((chosen) => {
  format = chosen;
  trackMap?.showScale(format.units);
  showTexts();
  showPlots();
});
void load();

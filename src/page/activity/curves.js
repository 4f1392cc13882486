/**
 * The best power and heart rate of an activity over each duration, as a chart and a table.
 *
 * @import { ActivityDetail } from '../../features/page/api/types/activity.ts'
 * @import { Format } from '../lib/format.js'
 * @import { CurvePoint } from './curve-chart.js'
 */
import { h } from '../lib/tree.js';
import { curveChart } from './curve-chart.js';
import { tableSection } from './tables.js';

/**
 * @typedef {object} Curve
 * @property {string} key Strava's key of the stream.
 * @property {string} title
 * @property {string} heading Of the column.
 * @property {string} unit
 * @property {boolean} isFromZero
 * @property {readonly CurvePoint[]} points
 */

/**
 * @param {ActivityDetail} activity
 * @param {Format} format
 */
export function powerCurveSection({ bestPowers }, format) {
  const points = bestPowers.map(({ seconds, watts, yearBest }) => ({
    ...{ seconds, value: watts, best: yearBest },
  }));
  const texts = { title: 'Power curve', heading: 'Power', unit: 'W' };
  return curveSection({ ...texts, key: 'watts', isFromZero: true, points }, format);
}

/**
 * @param {ActivityDetail} activity
 * @param {Format} format
 */
export function heartrateCurveSection({ bestHeartrates }, format) {
  const points = bestHeartrates.map(({ seconds, bpm, yearBest }) => ({
    ...{ seconds, value: bpm, best: yearBest },
  }));
  const texts = { title: 'Heart rate curve', heading: 'Heart rate', unit: 'bpm' };
  return curveSection({ ...texts, key: 'heartrate', isFromZero: false, points }, format);
}

/** The durations that the name of the chart has. */
const spokenSeconds = [5, 60, 300, 1_200, 3_600];

/**
 * @param {Curve} curve
 * @param {Format} format
 */
function curveSection({ key, title, heading, unit, isFromZero, points }, format) {
  const whole = (/** @type {number} */ value) => format.count(Math.round(value));
  const text = (/** @type {number | null} */ value) =>
    value === null ? '' : `${whole(value)} ${unit}`;
  const spoken = points
    .filter(({ seconds }) => spokenSeconds.includes(seconds))
    .map(({ seconds, value }) => `${text(value)} over ${format.longDuration(seconds)}`);
  const label = [title, ...spoken].join(', ');
  const { duration } = format;
  const chart = { key, label, points, isFromZero, duration, tick: whole };
  return tableSection({
    title,
    figure: points.length > 1 && [curveChart(chart), curveKey(points)],
    columns: [
      { heading: 'Over' },
      { heading, isNumber: true },
      { heading: 'Best of the year', isNumber: true },
    ],
    rows: points.map(({ seconds, value, best }) => [duration(seconds), text(value), text(best)]),
  });
}

/**
 * What the lines are.
 * @param {readonly CurvePoint[]} points
 */
function curveKey(points) {
  const hasBest = points.some(({ best }) => best !== null);
  return h(
    'p',
    { class: 'curve-key' },
    h('span', { class: 'curve-key-own' }, 'This activity'),
    hasBest && [
      ' ',
      h('span', { class: 'curve-key-best' }, 'Best of the sport in the year up to it'),
    ],
  );
}

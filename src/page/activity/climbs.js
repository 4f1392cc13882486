/**
 * The climbs and the descents of an activity.
 *
 * @import { ActivityClimb, ActivityDetail } from '../../features/page/api/types/activity.ts'
 * @import { Format } from '../lib/format.js'
 * @import { Child } from '../lib/tree.js'
 */
import { tableSection } from './tables.js';

/** The names of the categories, by Strava's `climb_category`. */
const climbCategories = ['', '4', '3', '2', '1', 'HC'];

/**
 * @param {ActivityDetail} activity
 * @param {Format} format
 */
export function climbsSection({ climbs }, format) {
  return tableSection({
    title: 'Climbs',
    isWide: true,
    columns: [
      ...columnsOf('Gain'),
      { heading: 'Category' },
      { heading: 'Climbed in an hour', isNumber: true },
    ],
    rows: climbs.map((climb) => [
      ...cellsOf(climb, format),
      climbCategories[climb.category ?? 0] ?? '',
      climb.seconds > 0 ? format.height((3_600 * climb.gain) / climb.seconds) : '',
    ]),
  });
}

/**
 * @param {ActivityDetail} activity
 * @param {Format} format
 */
export function descentsSection({ descents }, format) {
  return tableSection({
    title: 'Descents',
    isWide: true,
    columns: columnsOf('Drop'),
    rows: descents.map((descent) => cellsOf(descent, format)),
  });
}

/** @param {string} gain */
function columnsOf(gain) {
  const headings = ['Starts at', 'Length', gain, 'Gradient', 'Steepest 100 m', 'Time'];
  return headings.map((heading) => ({ heading, isNumber: true }));
}

/**
 * @param {ActivityClimb} climb
 * @param {Format} format
 * @returns {Child[]}
 */
function cellsOf({ start, length, gain, gradient, steepest, seconds }, format) {
  const percent = (/** @type {number | null} */ value) =>
    value === null ? '' : `${value.toFixed(1)} %`;
  return [
    format.distance(start),
    format.distance(length),
    format.height(gain),
    percent(gradient),
    percent(steepest),
    format.clock(seconds),
  ];
}

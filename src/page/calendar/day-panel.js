/** The activities of the chosen day. */
import { yearOf } from '../lib/activities.js';
import { activityPath } from '../lib/paths.js';
import { h } from '../lib/tree.js';

/**
 * @import { Row } from '../lib/activities.js'
 * @import { Format } from '../lib/format.js'
 * @import { Tree } from '../lib/tree.js'
 */

/**
 * The rows of a day by the wall clock at the place, the earliest first.
 * @param {readonly Row[]} rows
 * @param {string} day "2026-11-22".
 * @returns {Row[]}
 */
export function rowsOfDay(rows, day) {
  return rows
    .filter((row) => yearOf(row) === day.slice(0, 4) && dayOf(row) === day)
    .sort((one, other) => one.start - other.start);
}

/**
 * In UTC where the wall clock is unknown.
 * @param {Row} row
 */
function dayOf({ local, start }) {
  return local === '' ? new Date(start * 1_000).toISOString().slice(0, 10) : local.slice(0, 10);
}

/**
 * @param {string} day
 * @param {readonly Row[]} rows
 * @param {{ readonly format: Format, readonly athlete: string, readonly onClose: () => void }} reader The
 *   athlete is the chosen one; empty for all.
 * @returns {Tree[]}
 */
export function dayPanel(day, rows, { format, athlete, onClose }) {
  return [
    h('h2', {}, format.localDate(day)),
    h('button', { type: 'button', class: 'close', 'aria-label': 'Close', onclick: onClose }, '×'),
    rows.length === 0
      ? h('p', {}, 'No activity on this day.')
      : h('ul', { class: 'day-activities' }, ...rows.map((row) => dayItem(row, format, athlete))),
  ];
}

/**
 * @param {Row} row
 * @param {Format} format
 * @param {string} athlete
 */
function dayItem(row, format, athlete) {
  const figures = [
    format.sport(row.sport),
    format.distance(row.distance === 0 ? null : row.distance),
    format.duration(row.movingTime),
    format.height(row.climbing === 0 ? null : row.climbing),
  ];
  return h(
    'li',
    {},
    h(
      'a',
      { href: activityPath(row.id, athlete) },
      row.name === '' ? 'Activity without a name' : row.name,
    ),
    h('span', { class: 'muted' }, figures.filter((text) => text !== '').join(' · ')),
  );
}

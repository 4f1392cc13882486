/** A year as a grid of days, weeks as columns: one stop of the tabulator, the arrow keys move in it. */
import { h } from '../lib/tree.js';
import { levelOf } from './days.js';

/**
 * @import { Totals } from '../../features/page/api/types/totals.ts'
 * @import { Format } from '../lib/format.js'
 * @import { Tree } from '../lib/tree.js'
 * @import { CalendarDay } from './days.js'
 */

/**
 * @typedef {Totals['rows'][number]} TotalsRow
 * @typedef {'movingTime' | 'distance' | 'climbing'} Measure
 */

/**
 * @typedef {object} YearGrid
 * @property {number} year
 * @property {readonly CalendarDay[]} days
 * @property {ReadonlyMap<string, TotalsRow>} totals By the day's key.
 * @property {Measure} measure
 * @property {readonly number[]} thresholds
 * @property {string} chosen The key of the day whose activities are listed; empty for none.
 * @property {Format} format
 * @property {string} locale
 */

/** Monday, for the names of the weekdays. */
const monday = Date.UTC(2024, 0, 1);

/**
 * @param {YearGrid} grid
 * @param {TotalsRow | undefined} total Of the year.
 * @returns {Tree[]}
 */
export function yearSection(grid, total) {
  return [
    h(
      'div',
      { class: 'year-head' },
      h('h2', {}, String(grid.year)),
      h(
        'p',
        { class: 'muted' },
        total === undefined ? 'No activity' : measuresText(grid.format, total),
      ),
    ),
    h('div', { class: 'grid-box' }, yearGrid(grid)),
  ];
}

/** @param {YearGrid} grid */
function yearGrid(grid) {
  const { year, days } = grid;
  const entry = entryOf(grid);
  return h(
    'table',
    { role: 'grid', class: 'year-grid', 'aria-label': String(year) },
    h('thead', {}, h('tr', {}, h('td', {}), ...monthHeads(days, grid.locale))),
    h(
      'tbody',
      {},
      ...Array.from({ length: 7 }, (_, weekday) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, weekdayName(weekday, grid.locale)),
          ...weekdayCells(grid, weekday, entry),
        ),
      ),
    ),
  );
}

/**
 * The day at which the tabulator enters: the chosen one, else the last with an activity, else the first.
 * @param {YearGrid} grid
 */
function entryOf({ days, totals, chosen }) {
  if (days.some(({ key }) => key === chosen)) return chosen;
  return (days.findLast(({ key }) => totals.has(key)) ?? days[0])?.key ?? '';
}

/**
 * A month's name stands over the weeks that begin in it.
 * @param {readonly CalendarDay[]} days
 * @param {string} locale
 */
function monthHeads(days, locale) {
  const format = new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' });
  const weeks = (days.at(-1)?.week ?? 0) + 1;
  const starts = days.filter(({ key }) => key.endsWith('-01')).map(({ week }) => week);
  return starts.map((week, month) =>
    h(
      'th',
      { scope: 'col', colspan: (starts[month + 1] ?? weeks) - week },
      format.format(Date.UTC(2024, month, 1)),
    ),
  );
}

/**
 * @param {number} weekday
 * @param {string} locale
 */
function weekdayName(weekday, locale) {
  const format = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  return format.format(monday + weekday * 86_400_000);
}

/**
 * @param {YearGrid} grid
 * @param {number} weekday
 * @param {string} entry
 */
function weekdayCells(grid, weekday, entry) {
  const days = grid.days.filter((day) => day.weekday === weekday);
  const isLate = (days[0]?.week ?? 0) > 0;
  return [
    isLate && h('td', {}),
    ...days.map(({ key }) => {
      const total = grid.totals.get(key);
      return h('td', {
        role: 'gridcell',
        title: dayText(grid, key, total),
        tabindex: key === entry ? 0 : -1,
        'aria-selected': key === grid.chosen ? 'true' : 'false',
        'data-day': key,
        'data-level': levelOf(total?.[grid.measure] ?? 0, grid.thresholds),
        'data-active': total !== undefined,
      });
    }),
  ];
}

/**
 * "22 Nov 2026: 2 activities, 3h 12m, 84 km, 1,210 m climbed".
 * @param {YearGrid} grid
 * @param {string} key
 * @param {TotalsRow | undefined} total
 */
function dayText({ format }, key, total) {
  if (total === undefined) return `${format.localDate(key)}: no activity`;
  return `${format.localDate(key)}: ${measuresText(format, total)}`;
}

/**
 * "2 activities, 3h 12m, 84 km, 1,210 m climbed".
 * @param {Format} format
 * @param {TotalsRow} total
 */
function measuresText(format, { activities, movingTime, distance, climbing }) {
  return [
    activities === 1 ? '1 activity' : `${format.count(activities)} activities`,
    movingTime > 0 && format.duration(movingTime),
    distance > 0 && format.longDistance(distance),
    climbing > 0 && `${format.height(climbing)} climbed`,
  ]
    .filter((text) => text !== false)
    .join(', ');
}

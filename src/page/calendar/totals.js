/** The tables beside the calendar: totals of weeks, months or years, and the longest streaks. */
import { h } from '../lib/tree.js';

/**
 * @import { Streaks, Totals, TotalsBy } from '../../features/page/api/types/totals.ts'
 * @import { Format } from '../lib/format.js'
 * @import { Tree } from '../lib/tree.js'
 */

const dayMs = 86_400_000;

/**
 * @param {Totals} totals
 * @param {Format} format
 * @param {string} locale
 * @returns {Tree}
 */
export function totalsTable({ by, rows }, format, locale) {
  const newestFirst = [...rows].sort((one, other) => (one.key < other.key ? 1 : -1));
  return h(
    'table',
    {},
    h('caption', { class: 'visually-hidden' }, `Totals by ${by}`),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, capitalized(by)),
        ...['Activities', 'Time', 'Distance', 'Climbing'].map((text) =>
          h('th', { scope: 'col', class: 'number' }, text),
        ),
      ),
    ),
    h(
      'tbody',
      {},
      ...newestFirst.map(({ key, activities, movingTime, distance, climbing }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, periodText(by, key, locale)),
          h('td', { class: 'number' }, format.count(activities)),
          h('td', { class: 'number' }, format.duration(movingTime)),
          h('td', { class: 'number' }, format.longDistance(distance)),
          h('td', { class: 'number' }, format.height(climbing)),
        ),
      ),
    ),
  );
}

/**
 * @param {Totals['rows']} days Each of one day.
 * @returns {ReadonlyMap<string, Totals['rows'][number]>} By the year, "2026".
 */
export function totalsByYear(days) {
  /** @type {Map<string, Totals['rows'][number]>} */
  const years = new Map();
  for (const { key: day, activities, movingTime, distance, climbing } of days) {
    const key = day.slice(0, 4);
    const year = years.get(key) ?? { key, activities: 0, movingTime: 0, distance: 0, climbing: 0 };
    years.set(key, {
      key,
      activities: year.activities + activities,
      movingTime: year.movingTime + movingTime,
      distance: year.distance + distance,
      climbing: year.climbing + climbing,
    });
  }
  return years;
}

/** @param {string} text */
function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * "Week 47, 2026", "Nov 2026", "2026".
 * @param {TotalsBy} by
 * @param {string} key
 * @param {string} locale
 */
export function periodText(by, key, locale) {
  const week = /^(\d{4})-W(\d{2})$/.exec(key);
  if (by === 'week' && week !== null) return `Week ${Number(week[2])}, ${week[1] ?? ''}`;
  const month = new Date(`${key}-01T00:00:00Z`);
  if (by !== 'month' || Number.isNaN(month.getTime())) return key;
  return new Intl.DateTimeFormat(locale, {
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(month);
}

/**
 * @param {Streaks} streaks
 * @param {Format} format
 * @param {string} today "2026-11-22".
 * @returns {Tree[]}
 */
export function streakList({ rows }, format, today) {
  const current = rows.find(({ to }) => isGoingOn(to, today));
  return [
    h(
      'p',
      {},
      current === undefined
        ? 'No streak is going on.'
        : `Going on: ${streakText(current, format)}.`,
    ),
    h(
      'ol',
      { class: 'streaks' },
      ...rows.slice(0, 5).map((row) => h('li', {}, streakText(row, format))),
    ),
  ];
}

/**
 * A streak goes on until a whole day has passed without an activity.
 * @param {string} to
 * @param {string} today
 */
function isGoingOn(to, today) {
  return Date.parse(today) - Date.parse(to) <= dayMs;
}

/**
 * @param {Streaks['rows'][number]} streak
 * @param {Format} format
 */
function streakText({ from, to, days }, format) {
  if (days === 1) return `1 day, ${format.localDate(from)}`;
  return `${format.count(days)} days, ${format.localDate(from)} to ${format.localDate(to)}`;
}

/**
 * All activities at once: search, filters, the sum of what they leave, and the table.
 */
import { filtered } from '../lib/activities.js';
import { h } from '../lib/tree.js';
import { activityTable, sorted } from './table.js';

/** @import { choicesOf, Filter, Row } from '../lib/activities.js' */
/** @import { Format } from '../lib/format.js' */
/** @import { Tree } from '../lib/tree.js' */
/** @import { Order } from './table.js' */

/**
 * @typedef {object} State
 * @property {readonly Row[]} rows Of the chosen athlete.
 * @property {ReturnType<typeof choicesOf>} choices Of the rows.
 * @property {Required<Filter>} filter
 * @property {Order} order
 * @property {number} shown How many rows of the table are drawn.
 */

/** How many rows each press of the button adds: more at once would block the browser. */
export const rowsAtOnce = 100;

/**
 * @param {State} state
 * @param {Format} format
 * @param {(change: Partial<State>) => void} onChange
 * @returns {readonly Tree[]}
 */
export function activitiesView(state, format, onChange) {
  const { rows, filter, order, shown } = state;
  const title = h('h1', {}, 'Activities');
  if (rows.length === 0) return [title, emptyText(filter.athlete)];
  const found = filtered(rows, filter);
  const onOrder = (/** @type {Order} */ changed) => {
    onChange({ order: changed });
  };
  const facts = { order, format, athlete: filter.athlete, onOrder };
  return [
    title,
    filters(state, format, onChange),
    h('p', { id: 'sum', role: 'status' }, sumText(found, rows.length, format)),
    found.length === 0
      ? h('p', { class: 'empty' }, 'No activity is like that: change the search or a filter.')
      : h(
          'div',
          { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of activities' },
          activityTable(sorted(found, order).slice(0, shown), facts),
        ),
    ...moreButton(found.length, state, format, onChange),
  ];
}

/** @param {string} athlete */
function emptyText(athlete) {
  return h(
    'div',
    { class: 'empty' },
    h(
      'p',
      {},
      athlete === ''
        ? 'No activity is stored yet.'
        : `No activity of athlete ${athlete} is stored.`,
    ),
    h('p', { class: 'muted' }, h('a', { href: '/' }, 'Now'), ' shows what is to do.'),
  );
}

/**
 * @param {State} state
 * @param {Format} format
 * @param {(change: Partial<State>) => void} onChange
 */
function filters({ choices, filter }, format, onChange) {
  const { sports, years, gear } = choices;
  const change = (/** @type {keyof Filter} */ key) => (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    onChange({ filter: { ...filter, [key]: value }, shown: rowsAtOnce });
  };
  const select = (
    /** @type {'sport' | 'year' | 'gear'} */ key,
    /** @type {string} */ label,
    /** @type {readonly (readonly [value: string, text: string])[]} */ options,
  ) => choice(label, filter[key], options, change(key));
  return h(
    'form',
    {
      class: 'filters',
      role: 'search',
      onsubmit: (event) => {
        event.preventDefault();
      },
    },
    h(
      'label',
      {},
      'Search',
      h('input', {
        type: 'search',
        value: filter.text,
        autocomplete: 'off',
        oninput: change('text'),
      }),
    ),
    select(
      'sport',
      'Sport',
      sports.map((sport) => [sport, format.sport(sport)]),
    ),
    select(
      'year',
      'Year',
      years.map((year) => [year, year]),
    ),
    gear.length > 0 && select('gear', 'Gear', gear),
  );
}

/**
 * @param {string} label
 * @param {string} value
 * @param {readonly (readonly [value: string, text: string])[]} choices
 * @param {(event: Event) => void} onchange
 */
function choice(label, value, choices, onchange) {
  return h(
    'label',
    {},
    label,
    h(
      'select',
      { value, onchange },
      h('option', { value: '' }, 'All'),
      ...choices.map(([key, text]) => h('option', { value: key }, text)),
    ),
  );
}

/**
 * @param {readonly Row[]} found
 * @param {number} all
 * @param {Format} format
 */
function sumText(found, all, format) {
  const sum = (/** @type {'distance' | 'movingTime' | 'climbing'} */ key) =>
    found.reduce((total, row) => total + (row[key] ?? 0), 0);
  const count =
    found.length === all
      ? `${format.count(all)} ${all === 1 ? 'activity' : 'activities'}`
      : `${format.count(found.length)} of ${format.count(all)} activities`;
  return [
    count,
    format.longDistance(sum('distance')),
    format.duration(sum('movingTime')),
    `${format.height(sum('climbing'))} climbed`,
  ].join(' · ');
}

/**
 * @param {number} found
 * @param {State} state
 * @param {Format} format
 * @param {(change: Partial<State>) => void} onChange
 * @returns {readonly Tree[]}
 */
function moreButton(found, { shown }, format, onChange) {
  if (found <= shown) return [];
  const next = Math.min(rowsAtOnce, found - shown);
  const onclick = () => {
    onChange({ shown: shown + rowsAtOnce });
  };
  return [
    h(
      'p',
      { class: 'more' },
      h('button', { type: 'button', onclick }, `Show ${format.count(next)} more`),
      h(
        'span',
        { class: 'muted' },
        ` ${format.count(shown)} of ${format.count(found)} are drawn; search and order are of all.`,
      ),
    ),
  ];
}

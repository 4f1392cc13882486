/**
 * The table of activities, and the order of its rows.
 */
import { activityPath } from '../lib/paths.js';
import { h } from '../lib/tree.js';
import { stateTag } from '../lib/state-tag.js';

/** @import { Row } from '../lib/activities.js' */
/** @import { Format } from '../lib/format.js' */
/** @import { Child } from '../lib/tree.js' */

/**
 * @typedef {object} Column
 * @property {string} key
 * @property {string} title
 * @property {boolean} [isNumber]
 * @property {(row: Row) => string | number | null} value What the rows are sorted by.
 * @property {(row: Row, facts: Pick<TableFacts, 'format' | 'athlete'>) => Child} cell
 */

/**
 * @typedef {object} Order
 * @property {string} key Of a column.
 * @property {boolean} isAscending
 */

/** @type {readonly Column[]} */
export const columns = [
  {
    key: 'start',
    title: 'Start',
    value: ({ start }) => start,
    cell: ({ local, start }, { format }) =>
      local === ''
        ? format.dateTime(new Date(start * 1_000).toISOString())
        : format.localDateTime(local),
  },
  {
    key: 'name',
    title: 'Name',
    value: ({ name }) => name,
    cell: nameCell,
  },
  {
    key: 'sport',
    title: 'Sport',
    value: ({ sport }) => sport,
    cell: ({ sport }, { format }) => format.sport(sport),
  },
  number(
    'distance',
    'Distance',
    ({ distance }) => distance,
    ({ distance }, format) => format.distance(distance),
  ),
  number(
    'time',
    'Moving time',
    ({ movingTime }) => movingTime,
    ({ movingTime }, format) => format.duration(movingTime),
  ),
  number('rate', 'Pace or speed', speedOf, (row, format) => format.rate(speedOf(row), row.sport)),
  number(
    'climb',
    'Climb',
    ({ climbing }) => climbing,
    ({ climbing }, format) => format.height(climbing),
  ),
  number(
    'heart',
    'Heart rate',
    ({ heartrate }) => heartrate,
    ({ heartrate }, format) =>
      heartrate === null ? '' : `${format.count(rounded(heartrate))} bpm`,
  ),
  number(
    'power',
    'Power',
    ({ watts }) => watts,
    ({ watts }, format) => (watts === null ? '' : `${format.count(rounded(watts))} W`),
  ),
  {
    key: 'place',
    title: 'Place',
    value: ({ place }) => place,
    cell: ({ place, city }) => h('bdi', { title: place }, city === '' ? place : city),
  },
  { key: 'gear', title: 'Gear', value: ({ gear }) => gear, cell: ({ gear }) => h('bdi', {}, gear) },
];

/**
 * @param {string} key
 * @param {string} title
 * @param {(row: Row) => number | null} value
 * @param {(row: Row, format: Format) => string} text
 * @returns {Column}
 */
function number(key, title, value, text) {
  return { key, title, isNumber: true, value, cell: (row, { format }) => text(row, format) };
}

/** @param {number | null} value */
function rounded(value) {
  return value === null ? null : Math.round(value);
}

/**
 * Metres a second; null without motion.
 * @param {Row} row
 */
function speedOf({ distance, movingTime }) {
  return distance === null || movingTime === null || movingTime <= 0 || distance <= 0
    ? null
    : distance / movingTime;
}

/**
 * The rows in the order; those without a value are last in both directions.
 * @param {readonly Row[]} rows
 * @param {Order} order
 * @returns {readonly Row[]}
 */
export function sorted(rows, { key, isAscending }) {
  const column = columns.find((one) => one.key === key) ?? columns[0];
  const collator = new Intl.Collator(undefined, { numeric: true });
  const sign = isAscending ? 1 : -1;
  const keyed = rows.map((row) => ({ row, value: column?.value(row) ?? '' }));
  keyed.sort((one, other) => {
    if (one.value === '' || other.value === '')
      return Number(one.value === '') - Number(other.value === '');
    return typeof one.value === 'number' && typeof other.value === 'number'
      ? sign * (one.value - other.value)
      : sign * collator.compare(String(one.value), String(other.value));
  });
  return keyed.map(({ row }) => row);
}

/**
 * @typedef {object} TableFacts
 * @property {Order} order
 * @property {Format} format
 * @property {string} athlete The id of the chosen one; empty for all.
 * @property {(order: Order) => void} onOrder
 */

/**
 * @param {readonly Row[]} rows
 * @param {TableFacts} facts
 */
export function activityTable(rows, facts) {
  return h(
    'table',
    { class: 'activities' },
    h('caption', { class: 'visually-hidden' }, 'Activities; the buttons in the head sort them'),
    h('thead', {}, h('tr', {}, ...columns.map((column) => heading(column, facts)))),
    h('tbody', {}, ...rows.map((row) => tableRow(row, facts))),
  );
}

/**
 * @param {Column} column
 * @param {TableFacts} facts
 */
function heading({ key, title, isNumber = false }, { order, onOrder }) {
  const isChosen = order.key === key;
  const mark = order.isAscending ? '▲' : '▼';
  const arrow = h('span', { class: 'arrow', 'aria-hidden': 'true' }, isChosen && mark);
  const direction = order.isAscending ? 'ascending' : 'descending';
  return h(
    'th',
    { scope: 'col', class: isNumber && 'number', 'aria-sort': isChosen && direction },
    h(
      'button',
      {
        type: 'button',
        class: 'sort',
        // The greatest, the newest and the first of the alphabet are what one looks for.
        onclick: () => {
          onOrder({
            key,
            isAscending: isChosen ? !order.isAscending : !isNumber && key !== 'start',
          });
        },
      },
      // In front of a number's title, so that the title stays above the numbers.
      isNumber ? [arrow, title] : [title, arrow],
    ),
  );
}

/**
 * @param {Row} row
 * @param {TableFacts} facts
 */
function tableRow(row, facts) {
  return h(
    'tr',
    {},
    ...columns.map(({ key, isNumber = false, cell }) =>
      h('td', { class: isNumber ? 'number' : key }, cell(row, facts)),
    ),
  );
}

/**
 * @param {Row} row
 * @param {Pick<TableFacts, 'athlete'>} facts
 * @returns {Child}
 */
function nameCell({ id, name, streams, isManual }, { athlete }) {
  return [
    h('a', { href: activityPath(id, athlete) }, h('bdi', {}, name === '' ? 'Unnamed' : name)),
    ...(isManual ? [' ', h('span', { class: 'tag' }, 'manual')] : stateTag(streams)),
  ];
}

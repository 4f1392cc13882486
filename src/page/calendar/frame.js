/** What stands on the view Calendar around the grids: choices, legend, and the places of all else. */
import { h } from '../lib/tree.js';

/**
 * @import { Format } from '../lib/format.js'
 * @import { Tree } from '../lib/tree.js'
 * @import { Measure } from './year-grid.js'
 */

/** @type {Readonly<Record<Measure, string>>} */
export const measureNames = { movingTime: 'Time', distance: 'Distance', climbing: 'Climbing' };

/** @typedef {'week' | 'month' | 'year'} Period */
/** @type {Readonly<Record<Period, string>>} */
const periodNames = { week: 'Weeks', month: 'Months', year: 'Years' };

/**
 * @typedef {object} Choices
 * @property {Measure} measure
 * @property {Period} by
 * @property {string} sport Empty for all.
 */

/**
 * @param {Choices} choices
 * @param {readonly string[]} sports
 * @param {Format} format
 * @returns {Tree[]}
 */
export function calendarFrame(choices, sports, format) {
  return [
    h('h1', {}, 'Calendar'),
    h(
      'div',
      { class: 'calendar' },
      h(
        'div',
        { class: 'calendar-main' },
        h(
          'form',
          { class: 'filters', id: 'calendar-choices' },
          radios('Colour by', 'measure', measureNames, choices.measure),
          sportSelect(sports, choices.sport, format),
        ),
        h('div', { class: 'legend', id: 'legend' }),
        h('div', { id: 'years' }),
      ),
      h(
        'div',
        { class: 'calendar-side' },
        h('section', { id: 'day', class: 'day-panel', 'aria-live': 'polite', hidden: true }),
        h(
          'section',
          {},
          h('h2', { id: 'totals-title' }, 'Totals'),
          h(
            'form',
            { class: 'filters', id: 'totals-choices' },
            radios('Totals by', 'by', periodNames, choices.by),
          ),
          h('div', {
            id: 'totals',
            class: 'totals-box',
            tabindex: 0,
            role: 'region',
            'aria-label': 'Table of totals',
          }),
        ),
        h(
          'section',
          { 'aria-labelledby': 'streaks-title' },
          h('h2', { id: 'streaks-title' }, 'Streaks'),
          h('div', { id: 'streaks' }),
        ),
      ),
    ),
  ];
}

/**
 * @param {string} legend
 * @param {string} name
 * @param {Readonly<Record<string, string>>} choices
 * @param {string} chosen
 */
function radios(legend, name, choices, chosen) {
  return h(
    'fieldset',
    { class: 'segments' },
    h('legend', { class: 'visually-hidden' }, legend),
    ...Object.entries(choices).map(([value, text]) =>
      h(
        'label',
        {},
        h('input', { type: 'radio', name, value, checked: value === chosen }),
        h('span', {}, text),
      ),
    ),
  );
}

/**
 * @param {readonly string[]} sports
 * @param {string} chosen
 * @param {Format} format
 */
function sportSelect(sports, chosen, format) {
  return h(
    'label',
    {},
    'Sport ',
    h(
      'select',
      { name: 'sport' },
      h('option', { value: '', selected: chosen === '' }, 'All sports'),
      ...sports.map((sport) =>
        h('option', { value: sport, selected: sport === chosen }, format.sport(sport)),
      ),
    ),
  );
}

/**
 * The colours with the least value of each.
 * @param {readonly number[]} thresholds
 * @param {Measure} measure
 * @param {Format} format
 * @returns {Tree[]}
 */
export function legend(thresholds, measure, format) {
  /** @param {number} value */
  const text = (value) => {
    if (measure === 'movingTime') return format.duration(value);
    return measure === 'distance' ? format.longDistance(value) : format.height(value);
  };
  return [
    h('span', { class: 'level', 'data-level': 1 }, 'less'),
    ...thresholds.map((value, index) =>
      h('span', { class: 'level', 'data-level': index + 2 }, `from ${text(value)}`),
    ),
  ];
}

/** @returns {Tree} */
export function emptyCalendar() {
  return h(
    'p',
    { class: 'empty' },
    'No activity is stored yet. ',
    h('a', { href: '/' }, 'Now'),
    ' shows how far the history is, and what there is to do.',
  );
}

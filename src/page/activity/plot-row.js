/**
 * The texts around each plot: its name, and what the measure was at the cursor.
 *
 * @import { TreeElement } from '../lib/tree.js'
 * @import { Measure } from './measures.js'
 * @import { Samples } from './samples.js'
 */
import { h } from '../lib/tree.js';
import { usualRange } from './samples.js';

/**
 * @typedef {object} Row
 * @property {Measure} measure
 * @property {readonly (number | null)[]} values
 * @property {string} span From the lowest to the highest value.
 */

/**
 * A plot for each measure that has values.
 * @param {Samples} samples
 * @param {readonly Measure[]} measures
 * @returns {Row[]}
 */
export function rowsOf(samples, measures) {
  return measures.flatMap((measure) => {
    const values = samples.values(measure.key);
    return values === undefined ? [] : [{ measure, values, span: spanText(measure, values) }];
  });
}

/**
 * @param {Row} row
 * @returns {TreeElement}
 */
export function plotTree(row) {
  const { key, label } = row.measure;
  const description = `${label}, ${valueText(row, null)}`;
  return h(
    'section',
    { class: `plot plot-of-${key}` },
    h('div', { class: 'plot-head' }, h('h3', {}, label), h('span', { class: 'plot-value' })),
    h('div', { class: 'plot-area', role: 'img', 'aria-label': description }),
  );
}

/**
 * The value at a sample; all of them without one.
 * @param {Row} row
 * @param {number | null} index
 */
export function valueText({ measure, values, span }, index) {
  if (index === null) return span;
  const value = values[index] ?? null;
  return value === null ? '–' : measure.text(value) || '–';
}

/**
 * @param {Measure} measure
 * @param {readonly (number | null)[]} values
 */
function spanText(measure, values) {
  const there = values.filter((value) => value !== null && measure.shown(value) !== null);
  if (there.length === 0) return '–';
  const [low, high] = usualRange(there, { low: 0, high: 1 });
  return `${measure.text(low)} – ${measure.text(high)}`;
}

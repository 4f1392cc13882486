/**
 * The plots of one activity, one below the other over the same axis. They share the cursor and the zoom.
 *
 * @import { Format } from '../lib/format.js'
 * @import { TreeElement } from '../lib/tree.js'
 * @import { ShownAxis } from './axes.js'
 * @import { Cursor } from './cursor.js'
 * @import { Measure } from './measures.js'
 * @import { Plot, Range } from './plot.js'
 * @import { AxisKey, Samples } from './samples.js'
 */
import { replace } from '../lib/dom.js';
import { h } from '../lib/tree.js';
import { shownAxis } from './axes.js';
import { measuresOf } from './measures.js';
import { plotControls } from './plot-controls.js';
import { createPlot } from './plot.js';
import { nearestIndex, usualRange } from './samples.js';

/**
 * @typedef {object} PlotsOptions
 * @property {HTMLElement} element It is filled.
 * @property {Samples} samples
 * @property {string} sport
 * @property {Format} format
 * @property {Cursor} cursor
 */

/**
 * @typedef {object} Row
 * @property {Measure} measure
 * @property {readonly (number | null)[]} values
 */

const hint = 'Point at a plot or the track. Drag across a plot to zoom in.';
const fewestShown = 10;

export class PlotGroup {
  #options;
  /** @type {readonly Row[]} */
  #rows;
  /** @type {readonly Plot[]} */
  #plots = [];
  /** @type {ShownAxis} */
  #axis;
  /** @type {Range} */
  #range = [0, 0];
  #resizes = new ResizeObserver(() => {
    for (const plot of this.#plots) plot.fit();
  });

  /** @param {PlotsOptions} options */
  constructor(options) {
    const { element, samples, sport, format } = options;
    this.#options = options;
    this.#rows = measuresOf(sport, format).flatMap((measure) => {
      const values = samples.values(measure.key);
      return values === undefined ? [] : [{ measure, values }];
    });
    this.#axis = this.#axisOf(samples.axes[0]?.key);
    const controls = plotControls({
      axes: samples.axes.map(({ key }) => key),
      count: samples.count,
      onAxis: (key) => {
        this.#showAxis(key);
      },
      onZoom: (factor) => {
        this.#zoomBy(factor);
      },
      onSlide: options.cursor.move,
    });
    replace(element, controls, ...this.#rows.map(plotTree));
    this.#draw();
    this.#resizes.observe(element);
  }

  /**
   * Shows the sample in all plots, and what each measure was there.
   * @param {number | null} index
   */
  point(index) {
    for (const plot of this.#plots) plot.point(index);
    const place = index === null ? hint : this.#placeText(index);
    for (const output of this.#elements('.plot-place')) replace(output, place);
    for (const [at, output] of this.#elements('.plot-value').entries()) {
      const row = this.#rows[at];
      if (row !== undefined) replace(output, valueText(row, index));
    }
    const [slider] = this.#elements('.plot-slider');
    if (!(slider instanceof HTMLInputElement) || index === null) return;
    slider.value = String(index);
    slider.setAttribute('aria-valuetext', this.#spokenText(index));
  }

  /** Again in the colours of the page, which have changed. */
  redraw() {
    for (const plot of this.#plots) plot.redraw();
  }

  destroy() {
    this.#resizes.disconnect();
    for (const plot of this.#plots) plot.destroy();
    replace(this.#options.element);
  }

  /** @param {AxisKey | undefined} key */
  #axisOf(key) {
    const { samples, format } = this.#options;
    const axis = samples.axes.find((one) => one.key === key);
    return shownAxis(axis ?? { key: 'sample', values: [] }, format);
  }

  /** @param {AxisKey} key */
  #showAxis(key) {
    for (const plot of this.#plots) plot.destroy();
    this.#axis = this.#axisOf(key);
    this.#draw();
  }

  #draw() {
    const areas = this.#elements('.plot-area');
    this.#plots = [];
    this.#range = this.#whole();
    this.#plots = this.#rows.flatMap(({ measure, values }, at) => {
      const element = areas[at];
      if (element === undefined) return [];
      const plot = createPlot({
        ...{ element, measure, values, axis: this.#axis },
        hasTicks: at === this.#rows.length - 1,
        onPoint: this.#options.cursor.move,
        onZoom: (range) => {
          this.#zoomTo(range);
        },
      });
      return [plot];
    });
    this.point(this.#options.cursor.index());
  }

  /**
   * Around the cursor, if it is in sight.
   * @param {number} factor
   */
  #zoomBy(factor) {
    const [from, to] = this.#range;
    const [first, last] = this.#whole();
    const pointed = this.#axis.values[this.#options.cursor.index() ?? -1];
    const isInSight = pointed !== undefined && pointed >= from && pointed <= to;
    const middle = isInSight ? pointed : (from + to) / 2;
    const span = factor === 0 ? last - first : Math.min(last - first, (to - from) / factor);
    const start = Math.max(first, Math.min(middle - span / 2, last - span));
    this.#zoomTo([start, start + span]);
  }

  /**
   * All plots follow one that was zoomed by dragging, or by a double click.
   * @param {Range} range
   */
  #zoomTo([from, to]) {
    const { values } = this.#axis;
    const shown = nearestIndex(values, to) - nearestIndex(values, from);
    const [first, last] = this.#whole();
    const isTooNarrow = shown < fewestShown && to - from < last - first;
    if (!isTooNarrow) this.#range = [from, to];
    for (const plot of this.#plots) plot.zoom(this.#range);
  }

  /** @returns {Range} */
  #whole() {
    const { values } = this.#axis;
    return [values[0] ?? 0, values.at(-1) ?? 0];
  }

  /** @param {number} index */
  #placeText(index) {
    const { samples, format } = this.#options;
    return samples.axes.map((axis) => shownAxis(axis, format).text(index)).join(' · ');
  }

  /** @param {number} index */
  #spokenText(index) {
    const values = this.#rows.map((row) => `${row.measure.label} ${valueText(row, index)}`);
    return [this.#placeText(index), ...values].join(', ');
  }

  /** @param {string} selector */
  #elements(selector) {
    return /** @type {HTMLElement[]} */ ([...this.#options.element.querySelectorAll(selector)]);
  }
}

/**
 * @param {Row} row
 * @returns {TreeElement}
 */
function plotTree(row) {
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
 * The value at a sample; from the lowest to the highest without one.
 * @param {Row} row
 * @param {number | null} index
 */
function valueText({ measure, values }, index) {
  if (index !== null) {
    const value = values[index] ?? null;
    return value === null ? '–' : measure.text(value) || '–';
  }
  const there = values.filter((value) => value !== null && measure.shown(value) !== null);
  if (there.length === 0) return '–';
  const [low, high] = usualRange(there, { low: 0, high: 1 });
  return `${measure.text(low)} – ${measure.text(high)}`;
}

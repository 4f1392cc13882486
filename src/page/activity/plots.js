/**
 * The plots of one activity, one below the other over the same axis. They share the cursor and the zoom.
 *
 * @import { Format } from '../lib/format.js'
 * @import { ShownAxis } from './axes.js'
 * @import { Cursor } from './cursor.js'
 * @import { Row } from './plot-row.js'
 * @import { Plot, Range } from './plot.js'
 * @import { AxisKey, Samples, Stretch } from './samples.js'
 */
import { replace } from '../lib/dom.js';
import { h } from '../lib/tree.js';
import { shownAxis } from './axes.js';
import { measuresOf } from './measures.js';
import { plotControls } from './plot-controls.js';
import { plotTree, rowsOf, valueText } from './plot-row.js';
import { createPlot } from './plot.js';
import { nearestIndex } from './samples.js';

/**
 * @typedef {object} PlotsOptions
 * @property {HTMLElement} element It is filled.
 * @property {Samples} samples
 * @property {string} sport
 * @property {Format} format
 * @property {Cursor} cursor
 * @property {AxisKey | undefined} axisKey Undefined chooses the first.
 * @property {(stretch: Stretch | null) => void} onStretch Gets what is zoomed; null shows everything.
 */

const hint = 'Point at a plot or the track. Drag across a plot to zoom in.';
/** @type {ShownAxis} */
const noAxis = { values: [], tick: String, text: String, steps: undefined };

const nothingText = 'The recording has no values to plot.';
const fewestShown = 10;

export class PlotGroup {
  #options;
  /** @type {readonly Row[]} */
  #rows;
  /** @type {readonly Plot[]} */
  #plots = [];
  /** @type {ReadonlyMap<AxisKey, ShownAxis>} */
  #axes;
  /** @type {AxisKey} */
  #axisKey;
  /** @type {Range} */
  #range = [0, 0];
  #resizes = new ResizeObserver(() => {
    for (const plot of this.#plots) plot.fit();
  });

  /** @param {PlotsOptions} options */
  constructor(options) {
    const { element, samples, sport, format } = options;
    this.#options = options;
    this.#rows = rowsOf(samples, measuresOf(sport, format));
    this.#axes = new Map(samples.axes.map((axis) => [axis.key, shownAxis(axis, format)]));
    this.#axisKey = options.axisKey ?? samples.axes[0]?.key ?? 'sample';
    if (this.#rows.length === 0) {
      replace(element, h('p', { class: 'muted' }, nothingText));
      return;
    }
    const controls = plotControls({
      axes: samples.axes.map(({ key }) => key),
      chosen: this.#axisKey,
      count: samples.count,
      onAxis: (key) => {
        this.#showAxis(key);
      },
      onZoom: (factor) => {
        this.#zoomBy(factor);
      },
      onSlide: (index) => {
        options.cursor.move(index);
        this.#reveal(index);
      },
    });
    const title = h('h2', { class: 'visually-hidden' }, 'Recording');
    replace(element, title, controls, ...this.#rows.map(plotTree));
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

  get axisKey() {
    return this.#axisKey;
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

  /** @param {AxisKey} key */
  #showAxis(key) {
    for (const plot of this.#plots) plot.destroy();
    this.#axisKey = key;
    this.#options.onStretch(null);
    this.#draw();
  }

  get #axis() {
    return this.#axes.get(this.#axisKey) ?? noAxis;
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
   * Moves what is zoomed, so that the sample is in sight.
   * @param {number} index
   */
  #reveal(index) {
    const value = this.#axis.values[index] ?? 0;
    const [from, to] = this.#range;
    if (value >= from && value <= to) return;
    const [first, last] = this.#whole();
    const start = Math.max(first, Math.min(value - (to - from) / 2, last - (to - from)));
    this.#zoomTo([start, start + to - from]);
  }

  /**
   * All plots follow one that was zoomed by dragging, or by a double click.
   * @param {Range} range
   */
  #zoomTo([from, to]) {
    const { values } = this.#axis;
    const stretch = /** @type {const} */ ([nearestIndex(values, from), nearestIndex(values, to)]);
    const [first, last] = this.#whole();
    const isPart = from > first || to < last;
    const isTooNarrow = isPart && stretch[1] - stretch[0] < fewestShown;
    if (!isTooNarrow) {
      this.#range = [from, to];
      this.#options.onStretch(isPart ? stretch : null);
    }
    for (const plot of this.#plots) plot.zoom(this.#range);
  }

  /** @returns {Range} */
  #whole() {
    const { values } = this.#axis;
    return [values[0] ?? 0, values.at(-1) ?? 0];
  }

  /** @param {number} index */
  #placeText(index) {
    return [...this.#axes.values()].map((axis) => axis.text(index)).join(' · ');
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

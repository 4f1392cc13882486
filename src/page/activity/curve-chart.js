/**
 * A chart of the best over each duration: the durations from left to right by their logarithm. Its texts
 * keep their size at any width, so positions from left to right are per cent.
 *
 * @import { TreeElement } from '../lib/tree.js'
 */
import { h } from '../lib/tree.js';

/**
 * @typedef {object} CurvePoint
 * @property {number} seconds
 * @property {number} value
 * @property {number | null} best Of other activities; null where it is unknown.
 */

/**
 * @typedef {object} CurveChart
 * @property {string} key Of the measure, for its colour.
 * @property {string} label What the chart says, in words.
 * @property {readonly CurvePoint[]} points At least two, by rising seconds.
 * @property {boolean} isFromZero
 * @property {(seconds: number) => string} duration
 * @property {(value: number) => string} tick
 */

/** The durations that are named below. */
const namedSeconds = [1, 5, 60, 600, 3_600, 18_000];
const [height, top, bottom] = [168, 8, 26];
const [left, right] = [13, 4];
const plotHeight = height - top - bottom;
/** Of the plot's own units, which stretch to its width. */
const plotWidth = 1_000;
const valueSteps = 4;

/**
 * @param {CurveChart} chart
 * @returns {TreeElement}
 */
export function curveChart(chart) {
  const { key, label, points } = chart;
  const first = Math.log(points[0]?.seconds ?? 1);
  const span = Math.log(points.at(-1)?.seconds ?? 1) - first || 1;
  const share = (/** @type {number} */ seconds) => (Math.log(seconds) - first) / span;
  const range = rangeOf(chart);
  const y = (/** @type {number} */ value) =>
    plotHeight * (1 - (value - range.low) / (range.high - range.low));
  const line = (
    /** @type {string} */ name,
    /** @type {(point: CurvePoint) => number | null} */ of,
  ) =>
    h('polyline', {
      class: name,
      points: points
        .flatMap((point) => {
          const value = of(point);
          if (value === null) return [];
          return [`${(plotWidth * share(point.seconds)).toFixed(1)},${y(value).toFixed(1)}`];
        })
        .join(' '),
    });
  const area = { x: `${left}%`, y: top, width: `${100 - left - right}%`, height: plotHeight };
  const viewBox = `0 0 ${plotWidth} ${plotHeight}`;
  return h(
    'svg',
    { class: `curve curve-of-${key}`, height, role: 'img', 'aria-label': label },
    valueTicks(range).flatMap((value) => valueTick(chart.tick(value), top + y(value))),
    namedSeconds
      .filter((seconds) => share(seconds) >= 0 && share(seconds) <= 1)
      .flatMap((seconds) => secondsTick(chart.duration(seconds), share(seconds))),
    h(
      'svg',
      { ...area, viewBox, preserveAspectRatio: 'none' },
      line('curve-best', ({ best }) => best),
      line('curve-own', ({ value }) => value),
    ),
  );
}

/**
 * @param {CurveChart} chart
 * @returns {{ low: number, high: number, step: number }}
 */
function rangeOf({ points, isFromZero }) {
  const values = points.flatMap(({ value, best }) => (best === null ? [value] : [value, best]));
  const least = isFromZero ? 0 : Math.min(...values);
  const most = Math.max(...values, least + 1);
  const step = roundStep((most - least) / valueSteps);
  return { low: Math.floor(least / step) * step, high: Math.ceil(most / step) * step, step };
}

/**
 * The smallest of 1, 2, 5, 10, 20, … that is not below the step.
 * @param {number} step
 */
function roundStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= step) ?? 10) * power);
}

/** @param {{ low: number, high: number, step: number }} range */
function valueTicks({ low, high, step }) {
  return Array.from({ length: Math.round((high - low) / step) + 1 }, (_, at) => low + at * step);
}

/**
 * @param {string} text
 * @param {number} y
 */
function valueTick(text, y) {
  return [
    h('line', { x1: `${left}%`, x2: `${100 - right}%`, y1: y.toFixed(1), y2: y.toFixed(1) }),
    h('text', { x: `${left - 1.5}%`, y: (y + 4).toFixed(1), 'text-anchor': 'end' }, text),
  ];
}

/**
 * @param {string} text
 * @param {number} share Of the width of the plot.
 */
function secondsTick(text, share) {
  const x = `${(left + share * (100 - left - right)).toFixed(2)}%`;
  return [
    h('line', { x1: x, x2: x, y1: top, y2: top + plotHeight }),
    h('text', { x, y: height - 8, 'text-anchor': 'middle' }, text),
  ];
}

/**
 * One plot: a measure over the axis, drawn by uPlot.
 *
 * @import { ShownAxis } from './axes.js'
 * @import { Measure } from './measures.js'
 */
import { cssColour } from '../lib/colour.js';
import { usualRange } from './samples.js';

/** @typedef {readonly [from: number, to: number]} Range */

/**
 * @typedef {object} PlotOptions
 * @property {HTMLElement} element It is filled.
 * @property {Measure} measure
 * @property {readonly (number | null)[]} values Of the stream.
 * @property {ShownAxis} axis
 * @property {boolean} hasTicks Whether it writes the axis below itself.
 * @property {(index: number | null) => void} onPoint
 * @property {(range: Range) => void} onZoom
 */

/**
 * @typedef {object} Plot
 * @property {(index: number | null) => void} point
 * @property {(range: Range) => void} zoom
 * @property {() => void} fit To the width of its element.
 * @property {() => void} redraw
 * @property {() => void} destroy
 */

const [height, ticksHeight] = [112, 34];

/**
 * @param {PlotOptions} options
 * @returns {Plot}
 */
export function createPlot(options) {
  const { element, measure, values, axis, hasTicks } = options;
  const width = () => Math.max(200, element.clientWidth);
  const size = () => ({ width: width(), height: height + (hasTicks ? ticksHeight : 0) });
  const shown = values.map((value) => (value === null ? null : measure.shown(value)));
  const plot = new uPlot(
    { ...size(), ...plotOptions(options, shown) },
    [[...axis.values], shown],
    element,
  );
  return {
    point(index) {
      if (index === (plot.cursor.idx ?? null)) return;
      const left = index === null ? -1 : plot.valToPos(axis.values[index] ?? 0, 'x');
      const isInside = left >= 0 && left <= plot.rect.width;
      plot.setCursor({ left: isInside ? left : -10, top: isInside ? 0 : -10 }, false);
    },
    zoom([min, max]) {
      if (plot.scales['x']?.min !== min || plot.scales['x'].max !== max)
        plot.setScale('x', { min, max });
    },
    fit() {
      if (plot.width !== width()) plot.setSize(size());
    },
    redraw() {
      plot.redraw(false);
    },
    destroy() {
      plot.destroy();
    },
  };
}

/**
 * @param {PlotOptions} options
 * @param {readonly (number | null)[]} shown
 * @returns {Omit<uPlot.Options, 'width' | 'height'>}
 */
function plotOptions({ measure, axis, hasTicks, onPoint, onZoom }, shown) {
  const colour = () => cssColour(`--plot-${measure.key}`);
  const [low, high] = axisRange(measure, shown);
  return {
    class: `plot-${measure.key}`,
    padding: [8, 20, hasTicks ? 0 : 4, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, dist: 6 }, points: { size: 8 } },
    scales: {
      x: { time: false, range: (_, from, to) => [from, to > from ? to : from + 1] },
      y: { dir: measure.isInverted ? -1 : 1, range: [low, high] },
    },
    axes: [
      {
        ...axisLook(),
        ...(axis.steps && { incrs: axis.steps }),
        size: hasTicks ? ticksHeight : 0,
        values: (_, ticks) => ticks.map((tick) => (hasTicks ? axis.tick(tick) : '')),
      },
      { ...axisLook(), size: 52, space: 28, values: (_, ticks) => ticks.map(measure.tick) },
    ],
    series: [
      {},
      {
        stroke: colour,
        width: 1.25,
        points: { show: false },
        ...(measure.isFilled && { fill: () => cssColour(`--plot-${measure.key}-fill`) }),
      },
    ],
    hooks: {
      setCursor: [
        (plot) => {
          onPoint(plot.cursor.idx ?? null);
        },
      ],
      setScale: [
        (plot, key) => {
          const { min, max } = plot.scales['x'] ?? {};
          if (key === 'x' && min !== undefined && max !== undefined) onZoom([min, max]);
        },
      ],
    },
  };
}

/** @returns {uPlot.Axis} */
function axisLook() {
  return {
    stroke: () => cssColour('--muted'),
    grid: { stroke: () => cssColour('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
    gap: 6,
  };
}

/**
 * With room above and below, and never so narrow that noise looks like mountains.
 * @param {Measure} measure
 * @param {readonly (number | null)[]} shown
 * @returns {[number, number]}
 */
function axisRange({ isInverted, minSpan }, shown) {
  const [low, high] = usualRange(shown, { low: 0, high: isInverted ? 0.97 : 1 });
  const span = Math.max(high - low, minSpan);
  const middle = (low + high) / 2;
  return [middle - 0.56 * span, middle + 0.56 * span];
}

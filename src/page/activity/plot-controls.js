/**
 * What stands above the plots: the choice of the axis, the zoom, and a slider that moves the cursor for
 * those who have no pointer.
 *
 * @import { TreeElement } from '../lib/tree.js'
 * @import { AxisKey } from './samples.js'
 */
import { h } from '../lib/tree.js';

/**
 * @typedef {object} ControlsOptions
 * @property {readonly AxisKey[]} axes
 * @property {AxisKey} chosen
 * @property {number} count Of samples.
 * @property {(key: AxisKey) => void} onAxis
 * @property {(factor: number) => void} onZoom More than one shows more detail; 0 shows everything.
 * @property {(index: number) => void} onSlide
 */

const axisNames = { distance: 'Distance', time: 'Time', sample: 'Sample' };

/**
 * @param {ControlsOptions} options
 * @returns {TreeElement}
 */
export function plotControls({ axes, chosen, count, onAxis, onZoom, onSlide }) {
  const slide = (/** @type {Event} */ { target }) => {
    if (target instanceof HTMLInputElement) onSlide(Number(target.value));
  };
  return h(
    'div',
    { class: 'plot-controls' },
    axes.length > 1 &&
      h(
        'fieldset',
        { class: 'segments' },
        h('legend', { class: 'visually-hidden' }, 'Plots over'),
        axes.map((key) => axisChoice(key, key === chosen, onAxis)),
      ),
    h(
      'div',
      { class: 'plot-zoom', role: 'group', 'aria-label': 'Zoom of the plots' },
      zoomButton('Zoom in', () => {
        onZoom(2);
      }),
      zoomButton('Zoom out', () => {
        onZoom(0.5);
      }),
      zoomButton('Show all', () => {
        onZoom(0);
      }),
    ),
    h('span', { class: 'plot-place' }),
    h('input', {
      ...{ type: 'range', class: 'plot-slider', min: 0, max: Math.max(0, count - 1), value: 0 },
      ...{ 'aria-label': 'Place in the recording', oninput: slide, onfocus: slide },
    }),
  );
}

/**
 * @param {AxisKey} key
 * @param {boolean} checked
 * @param {(key: AxisKey) => void} onAxis
 */
function axisChoice(key, checked, onAxis) {
  const onchange = () => {
    onAxis(key);
  };
  return h(
    'label',
    {},
    h('input', { type: 'radio', name: 'plot-axis', value: key, checked, onchange }),
    h('span', {}, axisNames[key]),
  );
}

/**
 * @param {string} text
 * @param {() => void} onclick
 */
function zoomButton(text, onclick) {
  return h('button', { type: 'button', onclick }, text);
}

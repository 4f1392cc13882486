/**
 * What the plots have from left to right, in the units of the reader.
 *
 * @import { Format } from '../lib/format.js'
 * @import { Axis } from './samples.js'
 */
import { metersPerMile } from '../lib/format.js';

/**
 * @typedef {object} ShownAxis
 * @property {readonly number[]} values For each sample; never falling.
 * @property {(value: number) => string} tick
 * @property {(index: number) => string} text Where a sample is.
 * @property {number[] | undefined} steps Between two ticks; undefined for any round number.
 */

/** Seconds: round ones of a minute, an hour and a day. */
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].flatMap((step) => [step, step * 60]),
  ...[1, 2, 3, 6, 12, 24, 48, 96].map((hours) => hours * 3_600),
].sort((a, b) => a - b);

/**
 * @param {Axis} axis
 * @param {Format} format
 * @returns {ShownAxis}
 */
export function shownAxis({ key, values }, format) {
  const at = (/** @type {number} */ index) => values[index] ?? 0;
  switch (key) {
    case 'distance': {
      const [meters, unit] = format.units === 'metric' ? [1_000, 'km'] : [metersPerMile, 'mi'];
      return {
        values: values.map((value) => value / meters),
        tick: (value) => `${format.count(value)} ${unit}`,
        text: (index) => format.distance(at(index)),
        steps: undefined,
      };
    }
    case 'time':
      return {
        values,
        tick: (value) => format.clock(value),
        text: (index) => format.clock(at(index)),
        steps: timeSteps,
      };
    case 'sample':
      return {
        values,
        tick: (value) => format.count(value),
        text: (index) => `sample ${format.count(index + 1)}`,
        steps: undefined,
      };
  }
}

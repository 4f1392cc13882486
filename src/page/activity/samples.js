/**
 * The recording of one activity as the plots and the map read it: axes that never fall, and positions.
 *
 * @import { ActivityStreams } from '../../features/page/api/types/activity.ts'
 * @import { Position } from './positions.js'
 */

/** @typedef {readonly [first: number, last: number]} Stretch Indexes of samples. */

/** @typedef {'distance' | 'time' | 'sample'} AxisKey */

/**
 * What a plot has from left to right.
 * @typedef {object} Axis
 * @property {AxisKey} key
 * @property {readonly number[]} values Metres, seconds or the sample's number; never falling.
 */

/**
 * @typedef {object} Samples
 * @property {number} count
 * @property {readonly Axis[]} axes Never empty.
 * @property {readonly (Position | null)[]} positions Empty without GPS.
 * @property {(key: string) => readonly (number | null)[] | undefined} values Undefined without any value.
 */

/**
 * @param {ActivityStreams} recording
 * @returns {Samples}
 */
export function readSamples({ points, streams }) {
  /** @type {Samples['values']} */
  const values = (key) => {
    const stream = streams[key];
    return stream?.some((value) => value !== null) === true ? stream : undefined;
  };
  return {
    count: points,
    axes: axesOf(values('distance'), values('time'), points),
    positions: positionsOf(values('lat'), values('lng')),
    values,
  };
}

/**
 * @param {readonly (number | null)[] | undefined} distance
 * @param {readonly (number | null)[] | undefined} time
 * @param {number} count
 * @returns {Axis[]}
 */
function axesOf(distance, time, count) {
  /** @type {Axis[]} */
  const axes = [];
  if (distance?.some((meters) => meters !== null && meters > 0) === true)
    axes.push({ key: 'distance', values: rising(distance) });
  if (time !== undefined) axes.push({ key: 'time', values: rising(time) });
  if (axes.length === 0)
    axes.push({ key: 'sample', values: Array.from({ length: count }, (_, index) => index) });
  return axes;
}

/**
 * A plot needs an axis without gaps that never falls: each gap and each step back has the value before.
 * @param {readonly (number | null)[]} values
 */
function rising(values) {
  let highest = 0;
  return values.map((value) => (highest = Math.max(highest, value ?? highest)));
}

/**
 * @param {readonly (number | null)[] | undefined} lats
 * @param {readonly (number | null)[] | undefined} lngs
 * @returns {(Position | null)[]}
 */
function positionsOf(lats, lngs) {
  if (lats === undefined || lngs === undefined) return [];
  return lats.map((lat, index) => {
    const lng = lngs[index] ?? null;
    return lat === null || lng === null ? null : [lat, lng];
  });
}

/**
 * The sample whose axis value is closest.
 * @param {readonly number[]} rising
 * @param {number} value
 */
export function nearestIndex(rising, value) {
  let [low, high] = [0, rising.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  const after = Math.abs((rising[low] ?? 0) - value);
  const before = Math.abs((rising[low - 1] ?? Infinity) - value);
  return before < after ? low - 1 : Math.max(0, low);
}

/**
 * The range that holds most values, so that a few stray ones do not flatten a line.
 * @param {readonly (number | null)[]} values
 * @param {{ low: number, high: number }} shares Of the values, 0 to 1.
 * @returns {[number, number]}
 */
export function usualRange(values, { low, high }) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return [at(low), at(high)];
}

/**
 * What the plots show, in the order in which they stand, with the scale of each: how its values become
 * those of the axis, and how both are written.
 *
 * @import { Format } from '../lib/format.js'
 */
import { rateOf } from '../../domain/activity/pace.js';
import { metersPerFoot, metersPerMile, metersPerYard } from '../lib/format.js';

/**
 * @typedef {object} Measure
 * @property {string} key Strava's key of the stream.
 * @property {string} label
 * @property {string} unit Of the axis.
 * @property {(value: number) => number | null} shown The value on the axis; null where it has none.
 * @property {(shown: number) => string} tick A number of the axis, without its unit.
 * @property {(value: number) => string} text A value with its unit.
 * @property {boolean} isInverted Whether less is more: a pace.
 * @property {boolean} isFilled
 * @property {number} minSpan The axis never shows less.
 */

/** Slower than this is standing: a pace of it would be hours for a kilometre. */
const standing = 0.3;

/**
 * @param {string} sport
 * @param {Format} format
 * @returns {Measure[]}
 */
export function measuresOf(sport, format) {
  const isMetric = format.units === 'metric';
  /** @type {(value: number) => string} */
  const whole = (value) => format.count(Math.round(value));
  /** @type {(unit: string) => (value: number) => string} */
  const wholeWith = (unit) => (value) => `${whole(value)} ${unit}`;
  const plain = { tick: whole, isInverted: false, isFilled: false, minSpan: 20 };
  const same = (/** @type {number} */ value) => value;
  const cadence = cadenceOf(sport);
  return [
    {
      ...{ ...plain, key: 'altitude', label: 'Altitude', unit: isMetric ? 'm' : 'ft' },
      shown: isMetric ? same : (meters) => meters / metersPerFoot,
      text: (meters) => format.height(meters),
      isFilled: true,
    },
    rateMeasure(sport, format),
    {
      ...{ ...plain, key: 'heartrate', label: 'Heart rate', unit: 'bpm', shown: same },
      text: wholeWith('bpm'),
    },
    { ...plain, key: 'watts', label: 'Power', unit: 'W', shown: same, text: wholeWith('W') },
    {
      ...{ ...plain, key: 'cadence', label: 'Cadence', unit: cadence.unit },
      shown: (value) => value * cadence.factor,
      text: (value) => wholeWith(cadence.unit)(value * cadence.factor),
    },
    {
      ...{ ...plain, key: 'temp', label: 'Temperature', unit: isMetric ? '°C' : '°F' },
      shown: isMetric ? same : (celsius) => celsius * 1.8 + 32,
      text: (celsius) => format.temperature(celsius),
      minSpan: 6,
    },
  ];
}

/**
 * Strava counts the turns of one foot; runners count both.
 * @param {string} sport
 */
export function cadenceOf(sport) {
  return rateOf(sport) === 'pace' ? { factor: 2, unit: 'steps/min' } : { factor: 1, unit: 'rpm' };
}

/**
 * "Pace" or "Speed", as people say it of the sport.
 * @param {string} sport
 */
export function rateLabel(sport) {
  return rateOf(sport) === 'speed' ? 'Speed' : 'Pace';
}

/**
 * @param {string} sport
 * @param {Format} format
 * @returns {Measure}
 */
function rateMeasure(sport, format) {
  const isMetric = format.units === 'metric';
  const text = (/** @type {number} */ speed) => format.rate(speed, sport);
  const common = { key: 'velocity_smooth', label: rateLabel(sport), text, isFilled: false };
  const rate = rateOf(sport);
  if (rate === 'speed') {
    const [perHour, unit] = isMetric ? [1_000, 'km/h'] : [metersPerMile, 'mph'];
    return {
      ...{ ...common, unit, isInverted: false, minSpan: 5 },
      text: (speed) => text(speed) || `${format.count(0)} ${unit}`,
      shown: (speed) => (speed * 3_600) / perHour,
      tick: (shown) => format.count(Math.round(shown)),
    };
  }
  const isSwum = rate === 'swimming pace';
  const [meters, unit] = isSwum
    ? isMetric
      ? [100, '/100 m']
      : [100 * metersPerYard, '/100 yd']
    : isMetric
      ? [1_000, '/km']
      : [metersPerMile, '/mi'];
  return {
    ...{ ...common, unit, isInverted: true, minSpan: 1 },
    shown: (speed) => (speed < standing ? null : meters / speed / 60),
    tick: (minutes) => format.clock(minutes * 60),
  };
}

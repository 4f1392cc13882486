/**
 * Strava's measures for people: in the metric or the imperial system, numbers and dates in the reader's
 * language, instants in the reader's time zone. Values are metres, seconds, metres a second and degrees
 * Celsius; null is an empty text.
 */
import { rateOf } from '../../domain/activity/pace.js';

/**
 * @typedef {'metric' | 'imperial'} Units
 * @typedef {{ readonly units: Units, readonly locale: string, readonly timeZone: string }} Reader
 * @typedef {ReturnType<typeof createFormat>} Format
 * @typedef {(value: number | null) => string} NumberText
 */

export const metersPerMile = 1_609.344;
export const metersPerFoot = 0.3048;
export const metersPerYard = 0.9144;

/** @param {Reader} reader */
export function createFormat({ units, locale, timeZone }) {
  const isMetric = units === 'metric';
  const unit = unitTexts(locale);
  const count = numberText(new Intl.NumberFormat(locale));
  return {
    units,
    /** "42.20 km", "1,187.4 km", "26.22 mi". @type {NumberText} */
    distance: unit(isMetric ? 'kilometer' : 'mile', {
      scale: 1 / (isMetric ? 1_000 : metersPerMile),
      digits: (value) => (Math.abs(value) < 100 ? 2 : 1),
    }),
    /** "1,187 km": for totals. @type {NumberText} */
    longDistance: unit(isMetric ? 'kilometer' : 'mile', {
      scale: 1 / (isMetric ? 1_000 : metersPerMile),
      digits: (value) => (Math.abs(value) < 10 ? 1 : 0),
    }),
    /** "1,687 m", "5,535 ft". @type {NumberText} */
    height: unit(isMetric ? 'meter' : 'foot', { scale: isMetric ? 1 : 1 / metersPerFoot }),
    /** "12 °C", "54 °F". @type {NumberText} */
    temperature: unit(isMetric ? 'celsius' : 'fahrenheit', {
      scale: isMetric ? 1 : 1.8,
      offset: isMetric ? 0 : 32,
    }),
    duration: durationText(locale, 'narrow'),
    /** "15 minutes", "24 hours": for sentences. @type {NumberText} */
    longDuration: durationText(locale, 'long'),
    clock,
    rate: rateText(isMetric, unit),
    count,
    sport,
    ...dates(locale, timeZone),
  };
}

/**
 * @typedef {object} Conversion
 * @property {number} [scale]
 * @property {number} [offset]
 * @property {(value: number) => number} [digits]
 * @property {'narrow' | 'short' | 'long'} [unitDisplay]
 */

/**
 * Makes the texts of a unit, as `Intl.NumberFormat` names it.
 * @param {string} locale
 * @returns {(unit: string, conversion?: Conversion) => NumberText}
 */
function unitTexts(locale) {
  return (unit, { scale = 1, offset = 0, digits = () => 0, unitDisplay = 'short' } = {}) => {
    const formats = [0, 1, 2].map((count) => {
      const fraction = { minimumFractionDigits: count, maximumFractionDigits: count };
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay, ...fraction });
    });
    return (given) => {
      if (given === null || !Number.isFinite(given)) return '';
      const value = given * scale + offset;
      // A rounded "-0" would be written with its sign.
      return formats[digits(value)]?.format(Math.abs(value) < 0.5 && value < 0 ? 0 : value) ?? '';
    };
  };
}

/**
 * @param {Intl.NumberFormat} format
 * @returns {NumberText}
 */
function numberText(format) {
  return (value) => (value === null || !Number.isFinite(value) ? '' : format.format(value));
}

/**
 * Texts such as "7h 2m", "45 min", "30 sec", and "1,187h" from a hundred hours on; a letter alone could be
 * metres. With long units "15 minutes".
 * @param {string} locale
 * @param {'narrow' | 'long'} unitDisplay
 * @returns {NumberText}
 */
function durationText(locale, unitDisplay) {
  const unit = unitTexts(locale);
  const alone = unitDisplay === 'narrow' ? 'short' : unitDisplay;
  const [hours, minutes] = [unit('hour', { unitDisplay }), unit('minute', { unitDisplay })];
  const [onlyMinutes, seconds] = [
    unit('minute', { unitDisplay: alone }),
    unit('second', { unitDisplay: alone }),
  ];
  return (given) => {
    if (given === null || !Number.isFinite(given)) return '';
    if (Math.abs(given) < 59.5) return seconds(given);
    const whole = Math.round(given / 60);
    if (whole < 60) return onlyMinutes(whole);
    if (whole >= 6_000 || whole % 60 === 0) return hours(Math.round(whole / 60));
    return `${hours(Math.floor(whole / 60))} ${minutes(whole % 60)}`;
  };
}

/**
 * To the second: "21:30", "1:02:05".
 * @param {number | null} seconds
 * @returns {string}
 */
function clock(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) return '';
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  const rest = twoDigits(whole % 60);
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${twoDigits(minutes)}:${rest}`;
}

/** @param {number} value */
function twoDigits(value) {
  return String(value).padStart(2, '0');
}

/**
 * "5:12 /km", "1:45 /100 m" or "26.7 km/h", by the sport; empty without motion.
 * @param {boolean} isMetric
 * @param {ReturnType<typeof unitTexts>} unit
 * @returns {(metersPerSecond: number | null, sport: string) => string}
 */
function rateText(isMetric, unit) {
  const speed = unit(isMetric ? 'kilometer-per-hour' : 'mile-per-hour', {
    scale: isMetric ? 3.6 : 3_600 / metersPerMile,
    digits: () => 1,
  });
  return (metersPerSecond, sport) => {
    if (metersPerSecond === null || !(metersPerSecond > 0)) return '';
    const rate = rateOf(sport);
    if (rate === 'speed') return speed(metersPerSecond);
    if (rate === 'swimming pace') {
      const meters = 100 * (isMetric ? 1 : metersPerYard);
      return `${clock(meters / metersPerSecond)} /100 ${isMetric ? 'm' : 'yd'}`;
    }
    const meters = isMetric ? 1_000 : metersPerMile;
    return `${clock(meters / metersPerSecond)} /${isMetric ? 'km' : 'mi'}`;
  };
}

/**
 * "Mountain bike ride" of Strava's `MountainBikeRide`.
 * @param {string} type
 * @returns {string}
 */
function sport(type) {
  return type
    .split(/(?<=[a-z])(?=[A-Z])/)
    .map((word, index) => (index === 0 || /[A-Z]{2}/.test(word) ? word : word.toLowerCase()))
    .join(' ');
}

/** Up to which distance a unit is used, in seconds. */
const relativeUnits = /** @type {const} */ ([
  { name: 'second', seconds: 1, upTo: 60 },
  { name: 'minute', seconds: 60, upTo: 5_400 },
  { name: 'hour', seconds: 3_600, upTo: 129_600 },
  { name: 'day', seconds: 86_400, upTo: Infinity },
]);

/**
 * @param {string} locale
 * @param {string} timeZone
 */
function dates(locale, timeZone) {
  const day = /** @type {const} */ ({ dateStyle: 'medium' });
  const dayAndTime = /** @type {const} */ ({ dateStyle: 'medium', timeStyle: 'short' });
  const distances = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return {
    /** "22 Nov 2026", of an RFC 3339 instant. */
    date: dateText(new Intl.DateTimeFormat(locale, { ...day, timeZone })),
    /** "22 Nov 2026, 14:15", of an RFC 3339 instant. */
    dateTime: dateText(new Intl.DateTimeFormat(locale, { ...dayAndTime, timeZone })),
    /** "14:15", of an RFC 3339 instant. */
    time: dateText(new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone })),
    /** "22 Nov 2026", of a wall clock without a zone, or of a day. */
    localDate: localText(new Intl.DateTimeFormat(locale, { ...day, timeZone: 'UTC' })),
    /** "22 Nov 2026, 15:15", of a wall clock without a zone. */
    localDateTime: localText(new Intl.DateTimeFormat(locale, { ...dayAndTime, timeZone: 'UTC' })),
    /**
     * "in 9 minutes", "3 hours ago", "now".
     * @param {string | null} instant
     * @param {number} nowMs
     */
    relative(instant, nowMs) {
      const seconds = (Date.parse(instant ?? '') - nowMs) / 1_000;
      const size = Math.abs(seconds);
      const unit = relativeUnits.find(({ upTo }) => size < upTo);
      if (unit === undefined) return '';
      return distances.format(Math.sign(seconds) * Math.round(size / unit.seconds), unit.name);
    },
  };
}

/**
 * @param {Intl.DateTimeFormat} format
 * @returns {(instant: string | null) => string}
 */
function dateText(format) {
  return (instant) => {
    const at = new Date(instant ?? '');
    return Number.isNaN(at.getTime()) ? '' : format.format(at);
  };
}

/**
 * @param {Intl.DateTimeFormat} format
 * @returns {(local: string) => string}
 */
function localText(format) {
  const text = dateText(format);
  return (local) => text(local.length === 10 ? `${local}T00:00:00Z` : `${local.slice(0, 19)}Z`);
}

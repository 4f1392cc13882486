/** The days of a calendar: where each stands in its year's grid, and how strongly it is coloured. */

const dayMs = 86_400_000;
const levelCount = 4;

/**
 * @typedef {object} CalendarDay
 * @property {string} key "2026-11-22".
 * @property {number} week The column in the year's grid; weeks begin on Monday.
 * @property {number} weekday 0 (Monday) to 6.
 * @property {number} month 0 to 11.
 */

/**
 * All days of a year in their order.
 * @param {number} year
 * @returns {CalendarDay[]}
 */
export function daysOf(year) {
  const first = Date.UTC(year, 0, 1);
  const offset = weekdayOf(first);
  const count = (Date.UTC(year + 1, 0, 1) - first) / dayMs;
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * dayMs;
    return {
      key: new Date(at).toISOString().slice(0, 10),
      week: Math.floor((index + offset) / 7),
      weekday: weekdayOf(at),
      month: new Date(at).getUTCMonth(),
    };
  });
}

/** @param {number} at */
function weekdayOf(at) {
  return (new Date(at).getUTCDay() + 6) % 7;
}

/**
 * The years from the newest to the oldest day, without a gap, the newest first.
 * @param {readonly string[]} keys Of days.
 * @returns {number[]}
 */
export function yearsOf(keys) {
  const years = keys.map((key) => Number(key.slice(0, 4))).filter(isDrawable);
  if (years.length === 0) return [];
  const newest = years.reduce((one, other) => Math.max(one, other));
  const oldest = years.reduce((one, other) => Math.min(one, other));
  return Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index);
}

/**
 * A recording device without the time writes 1970 or 2069: years that nobody has ridden in would fill the
 * page.
 * @param {number} year
 */
function isDrawable(year) {
  return year >= 1980 && year < 2069;
}

/**
 * The least value of each level above the first, so that each level has about as many days.
 * @param {readonly number[]} values
 * @returns {number[]}
 */
export function thresholdsOf(values) {
  const sorted = values.filter((value) => value > 0).sort((one, other) => one - other);
  const quantiles = Array.from({ length: levelCount - 1 }, (_, index) => {
    return sorted[Math.floor((sorted.length * (index + 1)) / levelCount)];
  });
  return quantiles.filter((value) => value !== undefined);
}

/**
 * 0 for nothing, else 1 to 4.
 * @param {number} value
 * @param {readonly number[]} thresholds
 */
export function levelOf(value, thresholds) {
  if (!(value > 0)) return 0;
  return 1 + thresholds.filter((threshold) => value >= threshold).length;
}

/**
 * The day to which a key of the keyboard leads from another one; undefined for other keys.
 * @param {readonly CalendarDay[]} days Of one year.
 * @param {number} index
 * @param {string} key Of `KeyboardEvent`.
 * @returns {number | undefined}
 */
export function movedTo(days, index, key) {
  const last = days.length - 1;
  const steps = new Map([
    ['ArrowUp', index - 1],
    ['ArrowDown', index + 1],
    ['ArrowLeft', index - 7],
    ['ArrowRight', index + 7],
    ['Home', 0],
    ['End', last],
  ]);
  const target = steps.get(key);
  return target === undefined ? undefined : Math.max(0, Math.min(last, target));
}

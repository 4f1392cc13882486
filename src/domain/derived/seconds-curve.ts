/**
 * The best windows on a curve that is given at each second. Most windows are skipped: what is known of one
 * bounds those beside it.
 */

/** `totals` has the value of each second, from the start of the curve. */
export function secondsWindows(totals: Float64Array) {
  const maxChange = maxChangeOf(totals);
  return {
    /** The highest rise within `span` seconds; not finite where the curve is shorter. */
    maxWithin: (span: number): number => maxWithin(totals, span, maxChange),
    /** The fewest seconds in which the totals, which never fall, rise by `rise`; not finite where they don't. */
    minFor: (rise: number): number =>
      Math.min(shortestFrom(totals, rise), shortestTo(totals, rise)),
  };
}

/** By how much the rise within a window may grow when it moves by a second. */
function maxChangeOf(totals: Float64Array): number {
  let [least, most] = [0, 0];
  for (let second = 1; second < totals.length; second += 1) {
    const rise = (totals[second] ?? 0) - (totals[second - 1] ?? 0);
    if (second === 1 || rise < least) least = rise;
    if (second === 1 || rise > most) most = rise;
  }
  return Math.max(Number.EPSILON, most - least);
}

/** To skip fewer windows takes longer than to look at them. */
const minSkipped = 8;

function maxWithin(totals: Float64Array, span: number, maxChange: number): number {
  const count = totals.length - span;
  let highest = Number.NEGATIVE_INFINITY;
  for (let start = 0; start < count; start += 1) {
    const rise = (totals[start + span] ?? 0) - (totals[start] ?? 0);
    if (rise > highest) highest = rise;
    // A window closer than this cannot exceed the highest.
    const away = highest - rise;
    if (away > minSkipped * maxChange) start += Math.trunc(away / maxChange) - 1;
  }
  return highest;
}

/** Over the windows that begin on a second. */
function shortestFrom(totals: Float64Array, rise: number): number {
  let shortest = Number.POSITIVE_INFINITY;
  let end = 1;
  for (let start = 0; start < totals.length; start += 1) {
    const target = (totals[start] ?? 0) + rise;
    while (end < totals.length && (totals[end] ?? 0) < target) end += 1;
    if (end >= totals.length) break;
    const below = totals[end - 1] ?? 0;
    const seconds = end - 1 + (target - below) / ((totals[end] ?? 0) - below) - start;
    if (seconds < shortest) shortest = seconds;
    // A window that begins a second later ends no earlier.
    if (seconds - shortest > minSkipped) start += Math.trunc(seconds - shortest) - 1;
  }
  return shortest;
}

/** Over the windows that end on a second. */
function shortestTo(totals: Float64Array, rise: number): number {
  let shortest = Number.POSITIVE_INFINITY;
  let start = totals.length - 2;
  for (let end = totals.length - 1; end >= 0; end -= 1) {
    const target = (totals[end] ?? 0) - rise;
    while (start >= 0 && (totals[start] ?? 0) > target) start -= 1;
    if (start < 0) break;
    const below = totals[start] ?? 0;
    const seconds = end - start - (target - below) / ((totals[start + 1] ?? 0) - below);
    if (seconds < shortest) shortest = seconds;
    // A window that ends a second earlier begins no later.
    if (seconds - shortest > minSkipped) end -= Math.trunc(seconds - shortest) - 1;
  }
  return shortest;
}

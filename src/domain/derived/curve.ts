/**
 * Sliding windows on a piecewise linear curve, such as distance or work over time: the highest rise
 * within a span, and the shortest span of a rise. One of the ends of the best window always lies on a point
 * of the curve.
 */
import { secondsWindows } from './seconds-curve.ts';
import { valueAt } from './value-at.ts';

/** Points in order: `seconds` strictly rise. */
export interface Curve {
  readonly seconds: Float64Array;
  readonly totals: Float64Array;
}

/** The best windows on one curve. */
export interface Windows {
  /** The highest rise within exactly `span` whole seconds; undefined where the curve is shorter. */
  readonly maxWithin: (span: number) => number | undefined;
  /** The minimum seconds in which the totals, which never fall, rise by `rise`; undefined where they don't. */
  readonly minFor: (rise: number) => number | undefined;
}

/** How much shorter a distance may be: decimal fractions don't add up exactly in binary. */
const tolerance = 1e-6;

/** Reads the curve at each second where that finds the best windows, else point by point. */
export function windowsOf(curve: Curve): Windows {
  if (curve.seconds.length < 2) return { maxWithin: () => undefined, minFor: () => undefined };
  const totals = eachSecond(curve);
  const { maxWithin, minFor } = totals ? secondsWindows(totals) : pointsWindows(curve);
  const found = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
  return {
    maxWithin: (span) => found(maxWithin(span)),
    minFor: (rise) => found(minFor(rise - tolerance)),
  };
}

/** A curve with longer gaps is read point by point. */
const maxSecondsPerPoint = 20;

/**
 * The totals at each second; undefined where a point is between two seconds, or few points last for long.
 * Where all points are on whole seconds, as Strava's are, so are the ends of the best windows.
 */
function eachSecond({ seconds, totals }: Curve): Float64Array | undefined {
  const last = seconds.length - 1;
  const start = valueAt(seconds, 0);
  const length = valueAt(seconds, last) - start;
  if (!(length <= maxSecondsPerPoint * last) || !Number.isInteger(length)) return undefined;
  const read = new Float64Array(length + 1);
  let next = start;
  let total = valueAt(totals, 0);
  for (let point = 0; point < last; point += 1) {
    const second = next;
    const from = total;
    next = valueAt(seconds, point + 1);
    total = valueAt(totals, point + 1);
    const gap = next - second;
    if (gap % 1 !== 0) return undefined;
    read[second - start] = from;
    for (let passed = 1; passed < gap; passed += 1)
      read[second - start + passed] = from + ((total - from) * passed) / gap;
  }
  read[length] = total;
  return read;
}

/** One pass in each direction, because a window begins or ends on a point. */
function pointsWindows(curve: Curve) {
  const ways = [curve, mirrored(curve)];
  const highest = (rises: readonly number[]): number => Math.max(...rises);
  return {
    maxWithin: (span: number) =>
      highest(
        ways.map(({ seconds, totals }) =>
          maxRise({ keys: seconds, values: totals, sign: 1 }, span),
        ),
      ),
    minFor: (rise: number) =>
      -highest(
        ways.map(({ seconds, totals }) =>
          maxRise({ keys: totals, values: seconds, sign: -1 }, rise),
        ),
      ),
  };
}

/** The mirror image, in which the windows that end on a point begin on it. */
function mirrored({ seconds, totals }: Curve): Curve {
  const turned = (values: Float64Array): Float64Array => values.map((value) => -value).reverse();
  return { seconds: turned(seconds), totals: turned(totals) };
}

/** A window slides along `keys`; with the `sign` -1 the smallest rise of `values` is searched. */
interface Slide {
  readonly keys: Float64Array;
  readonly values: Float64Array;
  readonly sign: 1 | -1;
}

/** The maximum rise of `values` times `sign` in a window of `width` that begins on a point. */
function maxRise({ keys, values, sign }: Slide, width: number): number {
  const last = valueAt(keys, keys.length - 1);
  let highest = Number.NEGATIVE_INFINITY;
  let line = 0;
  // This runs for each sample: it reads each point of the line once and makes no object.
  let from = valueAt(keys, 0);
  let to = valueAt(keys, 1);
  let value = valueAt(values, 0);
  let next = valueAt(values, 1);
  for (let index = 0; index < keys.length; index += 1) {
    const at = valueAt(keys, index) + width;
    if (at > last) break;
    while (to < at) {
      line += 1;
      from = to;
      value = next;
      to = valueAt(keys, line + 1);
      next = valueAt(values, line + 1);
    }
    const reached = value + ((at - from) / (to - from)) * (next - value);
    const rise = sign * (reached - valueAt(values, index));
    if (rise > highest) highest = rise;
  }
  return highest;
}

/**
 * Sliding windows on a piecewise linear curve, such as distance or work over time: the highest rise
 * within a span, and the shortest span of a rise. One pass in each direction finds the best window,
 * because one of its ends always lies on a point of the curve.
 */

/** Points in order: `seconds` strictly rise. */
export interface Curve {
  readonly seconds: Float64Array;
  readonly totals: Float64Array;
}

/** A curve and its mirror image, in which the windows that end on a point begin on it. */
export type BothWays = readonly [Curve, Curve];

/** How much shorter a distance may be: decimal fractions don't add up exactly in binary. */
const tolerance = 1e-6;

/** The value at an index, NaN beyond the ends. */
export function valueAt(values: Float64Array, index: number): number {
  return values[index] ?? Number.NaN;
}

export function bothWays({ seconds, totals }: Curve): BothWays {
  const mirrored = (values: Float64Array): Float64Array => values.map((value) => -value).reverse();
  return [
    { seconds, totals },
    { seconds: mirrored(seconds), totals: mirrored(totals) },
  ];
}

/** The highest rise within exactly `span` seconds; undefined where the curve is shorter. */
export function maxWithin(ways: BothWays, span: number): number | undefined {
  const highest = Math.max(
    ...ways.map(({ seconds, totals }) => maxRise({ keys: seconds, values: totals, sign: 1 }, span)),
  );
  return Number.isFinite(highest) ? highest : undefined;
}

/**
 * The highest rise within each span of whole seconds; undefined where the curve is shorter. Where all points
 * are on whole seconds, as Strava's are, so are the ends of the best windows: the curve is read at each
 * second, in one direction.
 */
export function maxWithinEach(
  ways: BothWays,
  spans: readonly number[],
): readonly (number | undefined)[] {
  const totals = eachSecond(ways[0]);
  return spans.map((span) => (totals ? maxOver(totals, span) : maxWithin(ways, span)));
}

function maxOver(totals: Float64Array, span: number): number | undefined {
  if (span >= totals.length) return undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (let start = 0, end = span; end < totals.length; start += 1, end += 1) {
    const rise = (totals[end] ?? 0) - (totals[start] ?? 0);
    if (rise > highest) highest = rise;
  }
  return highest;
}

/** A curve with longer gaps is read point by point. */
const maxSecondsPerPoint = 8;

/** The totals at each second; undefined where a point is between two seconds, or few points last for long. */
function eachSecond({ seconds, totals }: Curve): Float64Array | undefined {
  const last = seconds.length - 1;
  const start = valueAt(seconds, 0);
  const length = valueAt(seconds, last) - start;
  if (!(length <= maxSecondsPerPoint * last) || !seconds.every(Number.isInteger)) return undefined;
  const read = new Float64Array(length + 1);
  for (let point = 0; point < last; point += 1) {
    const second = valueAt(seconds, point) - start;
    const gap = valueAt(seconds, point + 1) - valueAt(seconds, point);
    const total = valueAt(totals, point);
    const rise = valueAt(totals, point + 1) - total;
    for (let passed = 0; passed < gap; passed += 1)
      read[second + passed] = total + (rise * passed) / gap;
  }
  read[length] = valueAt(totals, last);
  return read;
}

/** The minimum seconds in which `totals`, which never fall, rise by `rise`; undefined where they don't. */
export function minFor(ways: BothWays, rise: number): number | undefined {
  const width = rise - tolerance;
  const highest = Math.max(
    ...ways.map(({ seconds, totals }) =>
      maxRise({ keys: totals, values: seconds, sign: -1 }, width),
    ),
  );
  return Number.isFinite(highest) ? -highest : undefined;
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

/**
 * Windows slid along a curve of straight lines, as distance covered or work done is over time: the
 * highest rise within a span, the shortest span of a rise. Each is found in one pass there and one
 * back, because one end of the best window always lies on a point of the curve.
 */
/** Points in order: `seconds` strictly rise. */
export interface Curve {
  readonly seconds: Float64Array;
  readonly totals: Float64Array;
}

/** A curve, and the same seen from its end: there the windows that end on a point begin on it. */
export type BothWays = readonly [Curve, Curve];

/** So much shorter may a distance be: decimal fractions don't add up exactly in binary. */
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
export function mostWithin(ways: BothWays, span: number): number | undefined {
  const most = Math.max(...ways.map((way) => mostFromPoints(way, span)));
  return Number.isFinite(most) ? most : undefined;
}

/** The fewest seconds in which `totals`, which never fall, rise by `rise`; undefined where they don't. */
export function leastFor(ways: BothWays, rise: number): number | undefined {
  const least = Math.min(...ways.map((way) => leastFromPoints(way, rise - tolerance)));
  return Number.isFinite(least) ? least : undefined;
}

function mostFromPoints({ seconds, totals }: Curve, span: number): number {
  const last = valueAt(seconds, seconds.length - 1);
  let most = Number.NEGATIVE_INFINITY;
  let line = 0;
  for (let index = 0; index < seconds.length; index += 1) {
    const end = valueAt(seconds, index) + span;
    if (end > last) break;
    while (valueAt(seconds, line + 1) < end) line += 1;
    const rise = read(seconds, totals, { line, at: end }) - valueAt(totals, index);
    if (rise > most) most = rise;
  }
  return most;
}

function leastFromPoints({ seconds, totals }: Curve, rise: number): number {
  const last = valueAt(totals, totals.length - 1);
  let least = Number.POSITIVE_INFINITY;
  let line = 0;
  for (let index = 0; index < totals.length; index += 1) {
    const end = valueAt(totals, index) + rise;
    if (end > last) break;
    while (valueAt(totals, line + 1) < end) line += 1;
    const span = read(totals, seconds, { line, at: end }) - valueAt(seconds, index);
    if (span < least) least = span;
  }
  return least;
}

/** The value where the keys reach `at`, which they do on this line. */
function read(
  keys: Float64Array,
  values: Float64Array,
  { line, at }: { line: number; at: number },
): number {
  const from = valueAt(keys, line);
  const share = (at - from) / (valueAt(keys, line + 1) - from);
  const value = valueAt(values, line);
  return value + share * (valueAt(values, line + 1) - value);
}

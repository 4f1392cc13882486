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
export function maxWithin(ways: BothWays, span: number): number | undefined {
  const most = Math.max(
    ...ways.map(({ seconds, totals }) => maxRise({ keys: seconds, values: totals, sign: 1 }, span)),
  );
  return Number.isFinite(most) ? most : undefined;
}

/** The fewest seconds in which `totals`, which never fall, rise by `rise`; undefined where they don't. */
export function minFor(ways: BothWays, rise: number): number | undefined {
  const width = rise - tolerance;
  const most = Math.max(
    ...ways.map(({ seconds, totals }) =>
      maxRise({ keys: totals, values: seconds, sign: -1 }, width),
    ),
  );
  return Number.isFinite(most) ? -most : undefined;
}

/** A window slides along `keys`; `sign` is -1 where the least of what `values` rise by is looked for. */
interface Slide {
  readonly keys: Float64Array;
  readonly values: Float64Array;
  readonly sign: 1 | -1;
}

/** The most that `values` (times `sign`) rise by in a window as wide that begins on a point. */
function maxRise({ keys, values, sign }: Slide, width: number): number {
  const last = valueAt(keys, keys.length - 1);
  let most = Number.NEGATIVE_INFINITY;
  let line = 0;
  for (let index = 0; index < keys.length; index += 1) {
    const at = valueAt(keys, index) + width;
    if (at > last) break;
    while (valueAt(keys, line + 1) < at) line += 1;
    // Between its points the curve is a straight line; nothing is made anew here, it runs per sample.
    const from = valueAt(keys, line);
    const value = valueAt(values, line);
    const share = (at - from) / (valueAt(keys, line + 1) - from);
    const reached = value + share * (valueAt(values, line + 1) - value);
    const rise = sign * (reached - valueAt(values, index));
    if (rise > most) most = rise;
  }
  return most;
}

/**
 * The altitude of a recording over its distance, at equal steps and smoothed, so that neither the rate of
 * the samples nor the noise of a barometer decides what a climb is.
 */
import { valueAt } from './value-at.ts';
import type { Sample } from '../activity/streams.ts';
import { finite } from './timeline.ts';

/** The points are a step apart. */
export interface Profile {
  /** Metres between two points. */
  readonly step: number;
  /** The distance of the first point, in metres. */
  readonly start: number;
  /** Metres at each point, smoothed. */
  readonly altitude: Float64Array;
  readonly momentAt: (point: number) => Moment;
}

/** When a recording was at a point: seconds since its start. */
export interface Moment {
  readonly reached: number;
  readonly left: number;
  /** The last sample that is not beyond the point. */
  readonly index: number;
}

/** The streams that a profile is made of. */
export interface ProfileStreams {
  readonly time: readonly Sample[];
  readonly distance: readonly Sample[];
  readonly altitude: readonly Sample[];
}

const minStep = 10;
/** A distance of decimal fractions differs by as little from what it means. */
const tolerance = 1e-6;
const maxPoints = 100_000;
/** Each point is the mean of those within 30 m. */
const smoothedMeters = 30;
/** A steeper step of so many metres is an error of the sensor: a tunnel, or a barometer set anew. */
const minJumpMeters = 30;

interface Knots {
  readonly distance: Float64Array;
  readonly altitude: Float64Array;
  readonly seconds: Float64Array;
  readonly departures: Float64Array;
  readonly indices: Float64Array;
}

/** Undefined where fewer than two samples have a time, a distance and an altitude. */
export function profileOf(streams: ProfileStreams): Profile | undefined {
  const knots = knotsOf(streams);
  const { distance } = knots;
  if (distance.length < 2) return undefined;
  const start = valueAt(distance, 0);
  const length = valueAt(distance, distance.length - 1) - start;
  const step = Math.max(minStep, length / maxPoints);
  const altitude = resampled(knots, { step, count: Math.floor(length / step) + 1 });
  return {
    step,
    start,
    altitude: smoothed(altitude, Math.round(smoothedMeters / step)),
    momentAt: (point) => momentAt(knots, start + point * step),
  };
}

/** The samples whose distance is beyond all before; what they climb while none is known is no climb. */
function knotsOf({ time, distance, altitude }: ProfileStreams): Knots {
  const { length } = distance;
  const knots = {
    distance: new Float64Array(length),
    altitude: new Float64Array(length),
    seconds: new Float64Array(length),
    departures: new Float64Array(length),
    indices: new Float64Array(length),
  };
  let count = 0;
  let jumped = 0;
  let lastMeters = -Infinity;
  let lastHeight = 0;
  let lastSecond = -Infinity;
  for (let index = 0; index < length; index += 1) {
    const meters = finite(distance[index]);
    const height = finite(altitude[index]);
    const second = finite(time[index]);
    if (!(second > lastSecond)) continue;
    if (count > 0 && meters <= lastMeters) {
      knots.departures[count - 1] = lastSecond = second;
      knots.indices[count - 1] = index;
    }
    if (!(meters > lastMeters) || Number.isNaN(height)) continue;
    const rise = height - jumped - lastHeight;
    if (count > 0 && Math.abs(rise) > Math.max(minJumpMeters, meters - lastMeters)) jumped += rise;
    lastMeters = meters;
    lastHeight = height - jumped;
    lastSecond = second;
    knots.distance[count] = lastMeters;
    knots.altitude[count] = lastHeight;
    knots.seconds[count] = lastSecond;
    knots.departures[count] = lastSecond;
    knots.indices[count] = index;
    count += 1;
  }
  return {
    distance: knots.distance.subarray(0, count),
    altitude: knots.altitude.subarray(0, count),
    seconds: knots.seconds.subarray(0, count),
    departures: knots.departures.subarray(0, count),
    indices: knots.indices.subarray(0, count),
  };
}

function resampled(
  { distance, altitude }: Knots,
  { step, count }: { readonly step: number; readonly count: number },
): Float64Array {
  const points = new Float64Array(count);
  const start = valueAt(distance, 0);
  let knot = 0;
  for (let point = 0; point < count; point += 1) {
    const meters = start + point * step;
    while (knot < distance.length - 2 && valueAt(distance, knot + 1) <= meters + tolerance)
      knot += 1;
    const height = valueAt(altitude, knot);
    points[point] =
      height + shareOf(distance, knot, meters) * (valueAt(altitude, knot + 1) - height);
  }
  return points;
}

/** How far between a knot and the next a distance is, from 0 to 1. */
function shareOf(distance: Float64Array, knot: number, meters: number): number {
  const from = valueAt(distance, knot);
  return Math.min(1, Math.max(0, meters - from) / (valueAt(distance, knot + 1) - from));
}

function momentAt({ distance, seconds, departures, indices }: Knots, meters: number): Moment {
  const knot = lastKnotWithin(distance, meters + tolerance);
  const share = shareOf(distance, knot, meters);
  const departure = valueAt(departures, knot);
  const between = departure + share * (valueAt(seconds, knot + 1) - departure);
  const isAtKnot = meters <= valueAt(distance, knot) + tolerance;
  const isAtEnd = share === 1;
  return {
    reached: isAtKnot ? valueAt(seconds, knot) : between,
    left: isAtEnd ? valueAt(departures, knot + 1) : between,
    index: valueAt(indices, isAtEnd ? knot + 1 : knot),
  };
}

/** The last knot but the very last whose distance is at most `meters`; the first where none is. */
function lastKnotWithin(distance: Float64Array, meters: number): number {
  let [low, high] = [0, distance.length - 2];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (valueAt(distance, middle) <= meters) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The mean of each value and as many on both sides; fewer at the ends, the same number on each side. */
function smoothed(values: Float64Array, sides: number): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let place = 0; place < values.length; place += 1)
    sums[place + 1] = valueAt(sums, place) + valueAt(values, place);
  const means = new Float64Array(values.length);
  for (let place = 0; place < values.length; place += 1) {
    const width = Math.min(sides, place, values.length - 1 - place);
    const sum = valueAt(sums, place + width + 1) - valueAt(sums, place - width);
    means[place] = sum / (2 * width + 1);
  }
  return means;
}

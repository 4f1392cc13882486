/**
 * The climbs and descents of a recording. A climb is a stretch that rises by more than 2 % and that no dip
 * of more than 10 m interrupts, where a flat kilometre counts as a dip of 20 m: so a short dip or a flat
 * bend is part of it, and a long flat before or behind it is not.
 */
import { valueAt } from './value-at.ts';
import type { Profile } from './profile.ts';

/** A stretch of a recording that climbs or descends, as stored. */
export interface Climb {
  /** Where it starts and ends, in metres since the start of the recording. */
  readonly from_m: number;
  readonly to_m: number;
  /** The samples there, as indices into the streams. */
  readonly from_index: number;
  readonly to_index: number;
  /** Metres. */
  readonly length: number;
  /** Metres between its ends; of a descent, those lost. */
  readonly gain: number;
  /** Per cent, of a descent too. */
  readonly gradient: number;
  /** Per cent over the steepest 100 m. */
  readonly steepest: number;
  /** As in Strava's `climb_category`: 0 for none, 1 for category 4, up to 4 for category 1 and 5 for HC. */
  readonly category: number;
  /** Elapsed time: pauses on the way count, those at the foot and at the top don't. */
  readonly seconds: number;
}

/** The metres that rise by a gradient from `percent` up to `percent` + 2. */
export interface GradientMeters {
  readonly percent: number;
  readonly meters: number;
}

const flatGradient = 0.02;
const maxDipMeters = 10;
/** Two climbs are one where the dip between them is at most this share of the smaller one. */
const mergeShare = 0.15;

const minGradient = 0.03;
const minMeters = 300;
const minGain = 20;
/** Those with the largest gain. */
const maxClimbs = 20;
const steepMeters = 100;

/**
 * Metres times per cent, as Strava rates a climb
 * (https://support.strava.com/hc/en-us/articles/216917057-Climb-Categorization).
 */
const categories = [
  [80_000, 5],
  [64_000, 4],
  [32_000, 3],
  [16_000, 2],
  [8_000, 1],
] as const;

/** From point `from` to point `to` of a profile. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The climbs in their order. */
export function climbsOf(profile: Profile): readonly Climb[] {
  return stretchesOf(profile, profile.altitude);
}

/** The descents in their order: the climbs of the profile upside down. */
export function descentsOf(profile: Profile): readonly Climb[] {
  const upsideDown = new Float64Array(profile.altitude.length);
  for (let point = 0; point < upsideDown.length; point += 1)
    upsideDown[point] = -valueAt(profile.altitude, point);
  return stretchesOf(profile, upsideDown);
}

function stretchesOf(profile: Profile, altitude: Float64Array): readonly Climb[] {
  const tilted = new Float64Array(altitude.length);
  for (let point = 0; point < tilted.length; point += 1)
    tilted[point] = valueAt(altitude, point) - flatGradient * point * profile.step;
  const climbs = merged(risesOf(tilted), tilted)
    .map((stretch) => climbOf(profile, altitude, stretch))
    .filter(({ length, gain }) => length >= minMeters && gain >= minGain)
    .filter(({ length, gain }) => gain >= minGradient * length);
  const largest = new Set(
    climbs.toSorted((one, other) => other.gain - one.gain).slice(0, maxClimbs),
  );
  return climbs.filter((climb) => largest.has(climb));
}

/** The rises between turning points: each ends where the values fall by more than a dip below its top. */
function risesOf(values: Float64Array): Stretch[] {
  const rises: Stretch[] = [];
  let [low, high] = [0, 0];
  let isRising = false;
  for (let point = 1; point < values.length; point += 1) {
    const value = valueAt(values, point);
    if (isRising) {
      if (value > valueAt(values, high)) high = point;
      if (valueAt(values, high) - value <= maxDipMeters) continue;
      rises.push({ from: low, to: high });
      isRising = false;
      low = point;
    } else {
      if (value < valueAt(values, low)) low = point;
      if (value - valueAt(values, low) <= maxDipMeters) continue;
      isRising = true;
      high = point;
    }
  }
  if (isRising) rises.push({ from: low, to: high });
  return rises;
}

/** Joins the neighbours whose dip is the smallest in proportion, until none is small enough. */
function merged(rises: Stretch[], values: Float64Array): readonly Stretch[] {
  const riseOf = ({ from, to }: Stretch): number => valueAt(values, to) - valueAt(values, from);
  const dipShare = (before: Stretch | undefined, after: Stretch | undefined): number =>
    before === undefined || after === undefined
      ? Infinity
      : riseOf({ from: after.from, to: before.to }) / Math.min(riseOf(before), riseOf(after));
  for (;;) {
    const shares = rises.map((rise, index) => dipShare(rise, rises[index + 1]));
    const share = Math.min(...shares, Infinity);
    const index = shares.indexOf(share);
    const [before, after] = [rises[index], rises[index + 1]];
    if (share > mergeShare || before === undefined || after === undefined) return rises;
    rises.splice(index, 2, { from: before.from, to: after.to });
  }
}

function climbOf(profile: Profile, altitude: Float64Array, { from, to }: Stretch): Climb {
  const { step, start } = profile;
  const [foot, top] = [profile.momentAt(from), profile.momentAt(to)];
  const length = (to - from) * step;
  const gain = valueAt(altitude, to) - valueAt(altitude, from);
  const rating = gain * 100;
  return {
    from_m: Math.round(start + from * step),
    to_m: Math.round(start + to * step),
    from_index: foot.index,
    to_index: top.index,
    length: Math.round(length),
    gain: tenths(gain),
    gradient: tenths((100 * gain) / length),
    steepest: tenths(100 * steepestOf(altitude, step, { from, to })),
    category: categories.find(([least]) => rating >= least)?.[1] ?? 0,
    seconds: Math.round(top.reached - foot.left),
  };
}

function steepestOf(altitude: Float64Array, step: number, { from, to }: Stretch): number {
  const points = Math.min(to - from, Math.max(1, Math.round(steepMeters / step)));
  let steepest = 0;
  for (let point = from + points; point <= to; point += 1)
    steepest = Math.max(steepest, valueAt(altitude, point) - valueAt(altitude, point - points));
  return steepest / (points * step);
}

const percentStep = 2;
const maxPercent = 50;

/** How many metres rise by each gradient, in steps of 2 %, those of 2 % or more. */
export function gradientMeters({ altitude, step }: Profile): readonly GradientMeters[] {
  const points = new Float64Array(maxPercent / percentStep);
  for (let point = 1; point < altitude.length - 1; point += 1) {
    const rise = valueAt(altitude, point + 1) - valueAt(altitude, point - 1);
    const percent = (100 * rise) / (2 * step);
    if (!(percent >= percentStep)) continue;
    const place = Math.min(points.length - 1, Math.floor(percent / percentStep));
    points[place] = valueAt(points, place) + 1;
  }
  return [...points].flatMap((count, place) =>
    count === 0 ? [] : [{ percent: place * percentStep, meters: Math.round(count * step) }],
  );
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

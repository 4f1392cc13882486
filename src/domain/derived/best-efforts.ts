/**
 * The best efforts of one recording: the fastest time over a distance, the longest distance in a time,
 * the highest average power over a time. A pause counts as time.
 */
import type { Curve, Windows } from './curve.ts';
import { valueAt } from './value-at.ts';
import type { Sample } from '../activity/streams.ts';
import type { Timeline } from './timeline.ts';
import { holdSeconds, sampleAt } from './timeline.ts';

export interface BestDistance {
  readonly meters: number;
  readonly seconds: number;
}

export interface BestPower {
  readonly seconds: number;
  readonly watts: number;
}

export interface BestHeartrate {
  readonly seconds: number;
  /** Beats a minute. */
  readonly bpm: number;
}

export interface BestTime {
  readonly seconds: number;
  readonly meters: number;
}

const distances = [400, 1_000, 1_609.344, 5_000, 10_000, 20_000, 21_097.5, 42_195, 100_000];
/** From a second to five hours, denser where the curve falls faster. */
const curveSeconds = [
  ...[1, 2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90],
  ...[120, 150, 180, 240, 300, 360, 420, 480, 600, 720, 900, 1_200, 1_500, 1_800],
  ...[2_400, 2_700, 3_600, 4_500, 5_400, 7_200, 9_000, 10_800, 14_400, 18_000],
];
const timeSeconds = [720, 3_600];

/** The fastest time over each covered distance, interpolated between samples. */
export function bestDistances(covered: Windows): readonly BestDistance[] {
  return distances.flatMap((meters) => {
    const seconds = covered.minFor(meters);
    return seconds === undefined ? [] : [{ meters, seconds: rounded(seconds) }];
  });
}

/** The longest distance within each duration up to the recording's own. */
export function bestTimes(covered: Windows): readonly BestTime[] {
  return timeSeconds.flatMap((seconds) => {
    const meters = covered.maxWithin(seconds);
    return meters === undefined ? [] : [{ seconds, meters: rounded(meters) }];
  });
}

/** The highest average power over each duration up to the recording's own. */
export function bestPowers(work: Windows): readonly BestPower[] {
  return meansOver(work).map(({ seconds, mean }) => ({ seconds, watts: rounded(mean) }));
}

/** The highest average heart rate over each duration up to the recording's own. */
export function bestHeartrates(beats: Windows): readonly BestHeartrate[] {
  return meansOver(beats).map(({ seconds, mean }) => ({
    seconds,
    bpm: Math.round(mean * 10) / 10,
  }));
}

function meansOver(windows: Windows): readonly { seconds: number; mean: number }[] {
  return curveSeconds.flatMap((seconds) => {
    const total = windows.maxWithin(seconds);
    return total === undefined ? [] : [{ seconds, mean: total / seconds }];
  });
}

/** Metres over time; skips samples without a distance or with less than an earlier one. */
export function coveredOver(timeline: Timeline, distance: readonly Sample[]): Curve {
  const seconds = new Float64Array(timeline.seconds.length);
  const totals = new Float64Array(timeline.seconds.length);
  let count = 0;
  let furthest = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < timeline.seconds.length; place += 1) {
    const meters = sampleAt(timeline, distance, place);
    if (!(meters >= furthest)) continue;
    furthest = meters;
    seconds[count] = valueAt(timeline.seconds, place);
    totals[count] = meters;
    count += 1;
  }
  return { seconds: seconds.subarray(0, count), totals: totals.subarray(0, count) };
}

/**
 * Joules over time, or beats a minute times seconds: each sample's watts hold as {@link holdSeconds} says. The rest of a pause and a
 * sample without power count as 0 W. Empty without any power.
 */
export function workOver(timeline: Timeline, watts: readonly Sample[]): Curve {
  const { length } = timeline.seconds;
  const seconds = new Float64Array(2 * length);
  const totals = new Float64Array(2 * length);
  let count = 0;
  let joules = 0;
  let hasPower = false;
  for (let place = 0; place < length; place += 1) {
    const power = sampleAt(timeline, watts, place);
    const second = valueAt(timeline.seconds, place);
    const endSecond = second + holdSeconds(timeline, place);
    hasPower ||= !Number.isNaN(power);
    seconds[count] = second;
    totals[count] = joules;
    joules += Number.isNaN(power) ? 0 : power * (endSecond - second);
    count += 1;
    if (endSecond === timeline.seconds[place + 1]) continue;
    seconds[count] = endSecond;
    totals[count] = joules;
    count += 1;
  }
  const end = hasPower ? count : 0;
  return { seconds: seconds.subarray(0, end), totals: totals.subarray(0, end) };
}

/** Rounds to the millisecond, millimetre or milliwatt: further digits are arithmetic noise. */
export function rounded(value: number): number {
  return Number(value.toFixed(3));
}

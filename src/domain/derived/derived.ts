/**
 * Values that queries over all recordings need, computed once for each: best efforts, time by heart
 * rate, heat map cells, climbs. Each value takes a few passes over a recording.
 */
import type { BestDistance, BestHeartrate, BestPower, BestTime } from './best-efforts.ts';
import {
  bestDistances,
  bestHeartrates,
  bestPowers,
  bestTimes,
  coveredOver,
  rounded,
  workOver,
} from './best-efforts.ts';
import type { Climb, GradientMeters } from './climbs.ts';
import { climbsOf, descentsOf, gradientMeters } from './climbs.ts';
import { windowsOf } from './curve.ts';
import { heatCells } from './heat-cells.ts';
import type { Sample, Streams } from '../activity/streams.ts';
import { profileOf } from './profile.ts';
import type { Timeline } from './timeline.ts';
import { finite, holdSeconds, sampleAt, timelineOf } from './timeline.ts';
import { valueAt } from './value-at.ts';

/** The time with a heart rate from `bpm` up to `bpm` + 5. */
export interface HeartrateSeconds {
  readonly bpm: number;
  readonly seconds: number;
}

/** The version of the computation: `rebuild` leaves what this one has computed. */
export const derivedVersion = 3;

/**
 * What `activities.derived` has from the recording; the rest of it comes from the summary. A list is empty
 * where the recording lacks the streams for it.
 */
export interface Derived {
  readonly version: typeof derivedVersion;
  readonly best_distance: readonly BestDistance[];
  readonly best_power: readonly BestPower[];
  readonly best_heartrate: readonly BestHeartrate[];
  readonly best_time: readonly BestTime[];
  readonly heartrate_seconds: readonly HeartrateSeconds[];
  /** As {@link heatCells} packs them. */
  readonly cells: readonly number[];
  readonly climbs: readonly Climb[];
  readonly descents: readonly Climb[];
  readonly gradient_meters: readonly GradientMeters[];
  /** The gain of the climb with the most. */
  readonly max_climb_gain?: number;
  readonly max_heartrate?: number;
  readonly max_watts?: number;
}

const isDerived: Readonly<Record<keyof Derived, true>> = {
  version: true,
  best_distance: true,
  best_power: true,
  best_heartrate: true,
  best_time: true,
  heartrate_seconds: true,
  cells: true,
  climbs: true,
  descents: true,
  gradient_meters: true,
  max_climb_gain: true,
  max_heartrate: true,
  max_watts: true,
};

/** The fields of `activities.derived` that a new recording replaces. */
export const recordedFields = Object.keys(isDerived) as readonly (keyof Derived)[];

/** The streams that the derived values and the recorded track come from. */
export const derivedKeys = [
  'time',
  'distance',
  'altitude',
  'lat',
  'lng',
  'heartrate',
  'watts',
] as const;

const bpmStep = 5;
/** A sensor that reports as much, or 0, has lost the heart. */
const maxBpm = 300;

/** Computes the derived values of a recording's streams. */
export function derivedFrom({ arrays }: Streams): Derived {
  const samplesOf = (key: (typeof derivedKeys)[number]): readonly Sample[] => arrays.get(key) ?? [];
  const timeline = timelineOf(samplesOf('time'));
  const covered = windowsOf(coveredOver(timeline, samplesOf('distance')));
  const profile = profileOf({
    time: samplesOf('time'),
    distance: samplesOf('distance'),
    altitude: samplesOf('altitude'),
  });
  const climbs = profile === undefined ? [] : climbsOf(profile);
  const maxClimbGain = highest(climbs.map(({ gain }) => gain));
  const heartrates = samplesOf('heartrate').map(plausibleBpm);
  const maxHeartrate = highest(heartrates);
  const maxWatts = highest(samplesOf('watts').map(finite));
  return {
    version: derivedVersion,
    best_distance: bestDistances(covered),
    best_power: bestPowers(windowsOf(workOver(timeline, samplesOf('watts')))),
    best_heartrate: bestHeartrates(windowsOf(workOver(timeline, heartrates))),
    best_time: bestTimes(covered),
    heartrate_seconds: heartrateSeconds(timeline, heartrates),
    cells: heatCells(samplesOf('lat'), samplesOf('lng')),
    climbs,
    descents: profile === undefined ? [] : descentsOf(profile),
    gradient_meters: profile === undefined ? [] : gradientMeters(profile),
    ...(maxClimbGain !== undefined && { max_climb_gain: maxClimbGain }),
    ...(maxHeartrate !== undefined && { max_heartrate: maxHeartrate }),
    ...(maxWatts !== undefined && { max_watts: maxWatts }),
  };
}

function heartrateSeconds(
  timeline: Timeline,
  heartrate: readonly number[],
): readonly HeartrateSeconds[] {
  const steps = new Float64Array(maxBpm / bpmStep);
  for (let place = 0; place < timeline.seconds.length; place += 1) {
    const step = Math.floor(sampleAt(timeline, heartrate, place) / bpmStep);
    if (step >= 0) steps[step] = valueAt(steps, step) + holdSeconds(timeline, place);
  }
  return [...steps].flatMap((seconds, step) =>
    seconds === 0 ? [] : [{ bpm: step * bpmStep, seconds: rounded(seconds) }],
  );
}

/** The heart rate where it is plausible, else NaN. */
function plausibleBpm(sample: Sample | undefined): number {
  const bpm = finite(sample);
  return bpm > 0 && bpm < maxBpm ? bpm : Number.NaN;
}

/** The highest value without NaN; undefined where there is none. */
function highest(values: readonly number[]): number | undefined {
  const max = values.reduce((a, b) => (b > a ? b : a), Number.NEGATIVE_INFINITY);
  return Number.isFinite(max) ? max : undefined;
}

/**
 * What is asked over all recordings, worked out once for each: best efforts, time by heart rate, where
 * it was. Pure; a recording of any length takes one pass a value.
 */
import type { BestDistance, BestPower, BestTime } from './best-efforts.ts';
import {
  bestDistances,
  bestPowers,
  bestTimes,
  coveredOver,
  rounded,
  workOver,
} from './best-efforts.ts';
import { bothWays } from './curve.ts';
import type { HeatCell } from './heat-cells.ts';
import { heatCells } from './heat-cells.ts';
import type { Sample, Streams } from '../activity/streams.ts';
import type { Timeline } from './timeline.ts';
import { finite, holdSeconds, sampleAt, timelineOf } from './timeline.ts';

/** For how long the heart rate was in the step of five beats from `bpm` on. */
export interface HeartrateSeconds {
  readonly bpm: number;
  readonly seconds: number;
}

/** `activities.derived`, as it is stored. A list is empty where the recording has nothing for it. */
export interface Derived {
  /** Of the way in which it is worked out. */
  readonly version: 1;
  readonly best_distance: readonly BestDistance[];
  readonly best_power: readonly BestPower[];
  readonly best_time: readonly BestTime[];
  readonly heartrate_seconds: readonly HeartrateSeconds[];
  readonly cells: readonly HeatCell[];
  readonly max_heartrate?: number;
  readonly max_watts?: number;
}

const bpmStep = 5;
/** No heart beats faster; a sensor that says so, or 0, has lost it. */
const maxBpm = 300;

export function derivedFrom({ arrays }: Streams): Derived {
  const samplesOf = (key: string): readonly Sample[] => arrays.get(key) ?? [];
  const timeline = timelineOf(samplesOf('time'));
  const covered = bothWays(coveredOver(timeline, samplesOf('distance')));
  const maxHeartrate = highest(samplesOf('heartrate'), believable);
  const maxWatts = highest(samplesOf('watts'), finite);
  return {
    version: 1,
    best_distance: bestDistances(covered),
    best_power: bestPowers(bothWays(workOver(timeline, samplesOf('watts')))),
    best_time: bestTimes(covered),
    heartrate_seconds: heartrateSeconds(timeline, samplesOf('heartrate')),
    cells: heatCells(samplesOf('lat'), samplesOf('lng')),
    ...(maxHeartrate !== undefined && { max_heartrate: maxHeartrate }),
    ...(maxWatts !== undefined && { max_watts: maxWatts }),
  };
}

/** Each sample counts until the next, at most 30 seconds; the last one counts one. */
function heartrateSeconds(
  timeline: Timeline,
  heartrate: readonly Sample[],
): readonly HeartrateSeconds[] {
  const steps = new Map<number, number>();
  for (let place = 0; place < timeline.seconds.length; place += 1) {
    const bpm = believable(sampleAt(timeline, heartrate, place));
    const step = Math.floor(bpm / bpmStep) * bpmStep;
    if (Number.isNaN(step)) continue;
    steps.set(step, (steps.get(step) ?? 0) + holdSeconds(timeline, place));
  }
  return [...steps]
    .sort(([one], [other]) => one - other)
    .map(([bpm, seconds]) => ({ bpm, seconds: rounded(seconds) }));
}

/** The heart rate where there can be one, else NaN. */
function believable(sample: Sample | undefined): number {
  const bpm = finite(sample);
  return bpm > 0 && bpm < maxBpm ? bpm : Number.NaN;
}

function highest(samples: readonly Sample[], read: (sample: Sample) => number): number | undefined {
  const most = samples.reduce<number>((highest, sample) => {
    const value = read(sample);
    return value > highest ? value : highest;
  }, Number.NEGATIVE_INFINITY);
  return Number.isFinite(most) ? most : undefined;
}

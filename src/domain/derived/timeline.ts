/**
 * The samples of a recording in time, and how long each holds. A sample without a time, or not later
 * than an earlier one, is skipped.
 */
import { valueAt } from './value-at.ts';
import type { Sample } from '../activity/streams.ts';

/** The seconds since the start of the samples that count, strictly rising, and their indices. */
export interface Timeline {
  readonly seconds: Float64Array;
  readonly indices: Float64Array;
}

/** A longer gap is a pause. */
const maxHoldSeconds = 30;
const lastHoldSeconds = 1;

/** The sample where it is a finite number, else NaN. */
export function finite(sample: Sample | undefined): number {
  return typeof sample === 'number' && Number.isFinite(sample) ? sample : Number.NaN;
}

/** The timeline of the stream `time`. */
export function timelineOf(time: readonly Sample[]): Timeline {
  const seconds = new Float64Array(time.length);
  const indices = new Float64Array(time.length);
  let count = 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < time.length; index += 1) {
    const second = finite(time[index]);
    if (!(second > latest)) continue;
    latest = second;
    seconds[count] = second;
    indices[count] = index;
    count += 1;
  }
  return { seconds: seconds.subarray(0, count), indices: indices.subarray(0, count) };
}

/** The sample at a place of the timeline where it is a finite number, else NaN. */
export function sampleAt({ indices }: Timeline, samples: readonly Sample[], place: number): number {
  return finite(samples[valueAt(indices, place)]);
}

/** How many seconds a sample holds: until the next one, at most 30; the last one for 1. */
export function holdSeconds({ seconds }: Timeline, place: number): number {
  if (place === seconds.length - 1) return lastHoldSeconds;
  const gap = valueAt(seconds, place + 1) - valueAt(seconds, place);
  return Math.min(gap, maxHoldSeconds);
}

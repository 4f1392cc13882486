/**
 * The samples of a recording on the clock: which of them count, and for how long each holds. A sample
 * whose time is missing, or no later than one before it, is passed over.
 */
import { valueAt } from './curve.ts';
import type { Sample } from '../activity/streams.ts';

/** The samples that count, in their order: their seconds since the start, strictly rising, and where they stand. */
export interface Timeline {
  readonly seconds: Float64Array;
  readonly indices: Float64Array;
}

/** How long a sample is believed where the next one is far off: a pause is no effort. */
const maxHoldSeconds = 30;
/** How long the last sample holds, which no other follows. */
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

/** For how many seconds the sample at a place of the timeline holds: until the next, at most 30. */
export function holdSeconds({ seconds }: Timeline, place: number): number {
  if (place === seconds.length - 1) return lastHoldSeconds;
  const gap = valueAt(seconds, place + 1) - valueAt(seconds, place);
  return Math.min(gap, maxHoldSeconds);
}

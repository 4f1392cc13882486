/**
 * Fewer points of a recording for a plot that still touches each peak.
 */
import type { Sample, Streams } from '../../../../domain/activity/streams.ts';

export type Point = number | null;

/** Of these a point is a recorded sample, so that a position is one that there was. */
const sampled: ReadonlySet<string> = new Set(['time', 'distance', 'lat', 'lng']);

/**
 * Two points of each bucket of samples: the minimum and the maximum of a stream in the order in which they
 * occur, the first and the last sample of time, distance and position. The samples themselves where they fit.
 */
export function bucketed({ sampleCount, arrays }: Streams, maxPoints: number) {
  const buckets = Math.floor(maxPoints / 2);
  const isWhole = sampleCount <= maxPoints;
  const streams = [...arrays].map(([key, samples]) => {
    if (isWhole) return [key, samples.map(pointOf)] as const;
    const write = sampled.has(key) ? endsOf : extremesOf;
    const points = Array.from({ length: buckets }, (_, bucket) => {
      const from = Math.floor((bucket * sampleCount) / buckets);
      const to = Math.floor(((bucket + 1) * sampleCount) / buckets);
      return write(samples, from, to);
    });
    return [key, points.flat()] as const;
  });
  return { points: isWhole ? sampleCount : 2 * buckets, streams: Object.fromEntries(streams) };
}

/** A number; 1 and 0 for true and false. */
function pointOf(sample: Sample | undefined): Point {
  if (typeof sample === 'boolean') return Number(sample);
  return typeof sample === 'number' && Number.isFinite(sample) ? sample : null;
}

function endsOf(samples: readonly Sample[], from: number, to: number): readonly Point[] {
  return [pointOf(samples[from]), pointOf(samples[to - 1])];
}

function extremesOf(samples: readonly Sample[], from: number, to: number): readonly Point[] {
  let [min, max]: [Point, Point] = [null, null];
  let isMinFirst = true;
  for (let index = from; index < to; index += 1) {
    const point = pointOf(samples[index]);
    if (point === null) continue;
    if (min === null || point < min) {
      min = point;
      isMinFirst = false;
    }
    if (max === null || point > max) {
      max = point;
      isMinFirst = true;
    }
  }
  return isMinFirst ? [min, max] : [max, min];
}

/**
 * The expected answers to the questions about efforts on segments, from what Strava has.
 */
import type { Truth } from './fixture.ts';
import { byKey } from './reference-totals.ts';

interface Effort {
  readonly id: bigint;
  readonly elapsed_time: number;
  readonly start_index: number;
  readonly end_index: number;
  readonly segment: { readonly id: number; readonly name: string };
}

interface Ridden {
  readonly truth: Truth;
  readonly effort: Effort;
}

/** The efforts of all activities, the first first. */
function effortsOf(truth: readonly Truth[]): readonly Ridden[] {
  return byKey([...truth], ({ summary }) => summary.start_date).flatMap((one) =>
    ((one.summary['segment_efforts'] ?? []) as unknown as readonly Effort[]).map((effort) => ({
      truth: one,
      effort,
    })),
  );
}

/** Those of each segment, by its id. */
function bySegment(truth: readonly Truth[]): ReadonlyMap<number, readonly Ridden[]> {
  return Map.groupBy(effortsOf(truth), ({ effort }) => effort.segment.id);
}

/** The segment with the most efforts. */
export function favouriteOf(truth: readonly Truth[]): number {
  const [first] = [...bySegment(truth)].toSorted(
    ([one, its], [other, others]) => others.length - its.length || one - other,
  );
  return first?.[0] ?? 0;
}

function shown({ truth, effort }: Ridden) {
  const { name, start_date_local } = truth.summary;
  return { _id: truth.id, name, start_date_local, seconds: effort.elapsed_time };
}

export function segmentEfforts(truth: readonly Truth[], segment: number, withoutStreams: number) {
  return (bySegment(truth).get(segment) ?? []).map((ridden) => {
    const { start_index, end_index } = ridden.effort;
    const samples = ridden.truth.streams?.['time']?.length ?? 0;
    const isPlaced = ridden.truth.id !== withoutStreams && end_index < samples;
    return { ...shown(ridden), ...(isPlaced && { start_index, end_index }) };
  });
}

export function segmentProgress(truth: readonly Truth[], segment: number) {
  const all = bySegment(truth).get(segment) ?? [];
  const times = all.map(({ effort }) => effort.elapsed_time);
  return all.map((ridden, index) => ({
    ...shown(ridden),
    best_so_far: Math.min(...times.slice(0, index + 1)),
    behind: ridden.effort.elapsed_time - Math.min(...times),
  }));
}

function summed(truth: readonly Truth[]) {
  return [...bySegment(truth)].map(([_id, all]) => {
    const [first, last] = [all[0], all.at(-1)];
    if (first === undefined || last === undefined) throw new Error('A segment has no effort.');
    return {
      _id,
      segment: first.effort.segment.name,
      efforts: all.length,
      best: Math.min(...all.map(({ effort }) => effort.elapsed_time)),
      first: new Date(first.truth.summary.start_date),
      last: new Date(last.truth.summary.start_date),
      seconds: last.effort.elapsed_time,
      activity_id: last.truth.id,
    };
  });
}

export function segmentsMostRidden(truth: readonly Truth[], limit: number) {
  return summed(truth)
    .toSorted((one, other) => other.efforts - one.efforts || one._id - other._id)
    .slice(0, limit)
    .map(({ _id, segment, efforts, best, first, last }) => {
      return { _id, segment, efforts, seconds: best, first, last };
    });
}

export function segmentsNearBest(truth: readonly Truth[], limit: number) {
  return summed(truth)
    .filter(({ efforts, seconds, best }) => efforts > 1 && seconds <= 1.05 * best)
    .toSorted((one, other) => other.last.getTime() - one.last.getTime() || one._id - other._id)
    .slice(0, limit)
    .map(({ _id, segment, efforts, best, seconds, last, activity_id }) => {
      return { _id, segment, efforts, best, seconds, last, activity_id };
    });
}

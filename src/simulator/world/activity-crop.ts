/**
 * Cropping: an activity whose owner cuts off both ends. Times, distance, start
 * and polyline follow from the streams that remain; Strava sends no event for it.
 */
import type { Activity, Crop } from './activity.ts';
import { streamsOf } from './stream-generation.ts';
import type { StreamSet } from './stream-set.ts';

/** Cuts the activity down to a span given in shares of its present samples. */
export function cropOf(
  activity: Activity,
  span: { readonly from: number; readonly to: number },
): void {
  const streams = streamsOf(activity);
  const samples = streams?.['time']?.length ?? 0;
  if (streams === null || samples < 2) throw new RangeError('There is nothing to crop.');
  const from = Math.floor(span.from * (samples - 1));
  const to = Math.max(from, Math.ceil(span.to * (samples - 1)));
  const [startSeconds, endSeconds] = [at(streams, 'time', from), at(streams, 'time', to)];
  const [startMeters, endMeters] = [at(streams, 'distance', from), at(streams, 'distance', to)];
  const whole = Math.max(1, at(streams, 'distance', samples - 1));
  const before = activity.crop;
  activity.crop = narrow(before ?? wholeOf(samples), {
    fromIndex: from,
    toIndex: to,
    fromShare: startMeters / whole,
    toShare: endMeters / whole,
  });
  const elapsed = endSeconds - startSeconds;
  activity.facts = { ...activity.facts, startMs: activity.facts.startMs + startSeconds * 1000 };
  activity.edits.set('elapsed_time', elapsed);
  activity.edits.set('moving_time', Math.min(elapsed, activity.facts.movingSeconds));
  activity.edits.set('distance', Math.round((endMeters - startMeters) * 10) / 10);
}

function wholeOf(samples: number): Crop {
  return { fromIndex: 0, toIndex: samples - 1, fromShare: 0, toShare: 1 };
}

function narrow(outer: Crop, inner: Crop): Crop {
  const width = outer.toShare - outer.fromShare;
  return {
    fromIndex: outer.fromIndex + inner.fromIndex,
    toIndex: outer.fromIndex + inner.toIndex,
    fromShare: outer.fromShare + width * inner.fromShare,
    toShare: outer.fromShare + width * inner.toShare,
  };
}

function at(streams: StreamSet, key: string, index: number): number {
  const value = streams[key]?.[index];
  return typeof value === 'number' ? value : 0;
}

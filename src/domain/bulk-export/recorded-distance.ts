/** The distance of a recording: the device's, else along its positions. */
import { metersBetween } from '../activity/great-circle.ts';
import type { RecordedColumn, RecordedColumns } from './recorded-file.ts';

/** Metres since the start. */
export interface RecordedDistance {
  readonly meters: RecordedColumn;
  /** Whether it was computed from the positions, because the device wrote none. */
  readonly isComputed: boolean;
}

/** Undefined where the recording has neither distance nor positions. */
export function recordedDistance({
  distance,
  lat,
  lng,
}: RecordedColumns): RecordedDistance | undefined {
  if (distance?.some(isThere) === true) return { meters: distance, isComputed: false };
  if (lat?.some(isThere) !== true || lng === undefined) return undefined;
  return { meters: metersAlong(lat, lng), isComputed: true };
}

/** From the first to the last value; undefined where there is none. */
export function metersCovered(columns: RecordedColumns): number | undefined {
  const meters = recordedDistance(columns)?.meters;
  const first = meters?.find(isThere);
  const last = meters?.findLast(isThere);
  return typeof first === 'number' && typeof last === 'number' ? last - first : undefined;
}

export function isThere(value: number | null): value is number {
  return value !== null;
}

/** A sample without a position has no distance. */
function metersAlong(lat: RecordedColumn, lng: RecordedColumn): RecordedColumn {
  let sum = 0;
  let before: readonly [number, number] | undefined;
  return lat.map((latitude, index) => {
    const longitude = lng[index] ?? null;
    if (latitude === null || longitude === null) return null;
    if (before !== undefined) sum += metersBetween(...before, latitude, longitude);
    before = [latitude, longitude];
    return sum;
  });
}

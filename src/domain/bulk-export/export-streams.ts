/**
 * Strava's streams from a recording: one sample for each record, at its second. What the file has stays as
 * it is, gaps included; Strava fills some of them. `velocity_smooth` and `grade_smooth` are computed as
 * Strava's were measured to be (docs/bulk-export.md). `moving` is left out, because its rule is not known.
 */
import { valueAt } from '../derived/value-at.ts';
import type { Sample, Streams } from '../activity/streams.ts';
import { isThere, recordedDistance } from './recorded-distance.ts';
import type { RecordedColumn, RecordedColumns } from './recorded-file.ts';

export interface ExportStreams {
  readonly streams: Streams;
  /** The keys that the file does not have. */
  readonly computed: readonly string[];
}

/** The speed is that since the last sample that is at least so much older. */
const speedSeconds = 5;
/** The grade is that from so many samples before to so many after. */
const gradeReach = 2;

/** The streams of a recording, or of a part of one; a stream without any value is left out. */
export function exportStreams(columns: RecordedColumns): ExportStreams {
  const { timeS, lat, lng, altitude, heartrate, cadence, watts, temp } = columns;
  const distance = recordedDistance(columns);
  const startS = timeS[0] ?? 0;
  const seconds = Float64Array.from(timeS, (second) => second - startS);
  const covered = distance && interpolated(distance.meters, seconds);
  const height = altitude && held(altitude);
  const smooth = {
    ...(covered && { velocity_smooth: speeds(seconds, covered) }),
    ...(covered && height && { grade_smooth: grades(covered, height) }),
  };
  const where = (column: RecordedColumn | undefined): readonly Sample[] | undefined =>
    column?.map((value) => (value === null ? null : roundTo(value, 6)));
  const named: Readonly<Record<string, readonly Sample[] | undefined>> = {
    time: [...seconds],
    distance: distance?.meters.map(tenths),
    lat: where(lat),
    lng: where(lng),
    altitude: altitude?.map(tenths),
    ...{ heartrate, cadence, watts, temp },
    ...smooth,
  };
  const arrays = new Map<string, readonly Sample[]>();
  for (const [key, samples] of Object.entries(named))
    if (samples?.some((sample) => sample !== null) === true) arrays.set(key, samples);
  const computed = [...(distance?.isComputed === true ? ['distance'] : []), ...Object.keys(smooth)];
  return { streams: { sampleCount: timeS.length, arrays }, computed };
}

/** Metres a second, as measured in Strava's streams; from the first sample where none is old enough. */
function speeds(seconds: Float64Array, covered: Float64Array): readonly number[] {
  let before = 0;
  return Array.from(seconds, (second, index) => {
    while (before + 1 < index && valueAt(seconds, before + 1) <= second - speedSeconds) before += 1;
    const meters = valueAt(covered, index) - valueAt(covered, before);
    const lasted = second - valueAt(seconds, before);
    return lasted > 0 ? roundTo(Math.max(0, meters / lasted), 2) : 0;
  });
}

/** Percent, as measured in Strava's streams; 0 where nothing is covered. */
function grades(covered: Float64Array, height: Float64Array): readonly number[] {
  const last = covered.length - 1;
  return Array.from(covered, (_, index) => {
    const from = Math.max(0, index - gradeReach);
    const to = Math.min(last, index + gradeReach);
    const meters = valueAt(covered, to) - valueAt(covered, from);
    const climb = valueAt(height, to) - valueAt(height, from);
    return meters > 0 ? roundTo((100 * climb) / meters, 1) : 0;
  });
}

/** Gaps filled along a line in time: the first from 0, the last with the last value. */
function interpolated(meters: RecordedColumn, seconds: Float64Array): Float64Array {
  const filled = new Float64Array(meters.length);
  let [before, value] = [0, 0];
  for (const [index, there] of meters.entries()) {
    if (there === null) {
      filled[index] = value;
      continue;
    }
    const duration = valueAt(seconds, index) - valueAt(seconds, before);
    for (let gap = before + 1; gap < index; gap += 1) {
      const share = (valueAt(seconds, gap) - valueAt(seconds, before)) / duration;
      filled[gap] = value + share * (there - value);
    }
    filled[index] = there;
    [before, value] = [index, there];
  }
  return filled;
}

/** Gaps filled with the last value, the first with the first; undefined where there is none. */
function held(column: RecordedColumn): Float64Array | undefined {
  const first = column.find(isThere);
  if (typeof first !== 'number') return undefined;
  let value = first;
  return Float64Array.from(column, (there) => (value = there ?? value));
}

function tenths(value: number | null): number | null {
  return value === null ? null : roundTo(value, 1);
}

function roundTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  // Never -0, which MongoDB would keep.
  return Math.round(value * scale) / scale + 0;
}

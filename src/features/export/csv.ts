/**
 * Samples as CSV (RFC 4180): one row each, the same columns for every activity. All cells are numbers,
 * instants, true or false, so no cell needs quotes and no program reads one as a formula.
 */
import type { Recording } from '../../domain/activity/recording.ts';
import type { Streams } from '../../domain/activity/streams.ts';
import { instantAt } from './samples.ts';

/** Strava's key of the stream, and the name of its column with the unit. */
const columns: readonly (readonly [string, string])[] = [
  ['time', 'elapsed_s'],
  ['lat', 'latitude_deg'],
  ['lng', 'longitude_deg'],
  ['altitude', 'altitude_m'],
  ['distance', 'distance_m'],
  ['velocity_smooth', 'velocity_m_per_s'],
  ['grade_smooth', 'grade_percent'],
  ['heartrate', 'heartrate_bpm'],
  ['cadence', 'cadence_rpm'],
  ['watts', 'power_w'],
  ['temp', 'temperature_c'],
  ['moving', 'moving'],
];

export const csvHead = `${['activity_id', 'time_utc', ...columns.map(([, name]) => name)].join(',')}\r\n`;

/** A row for each sample; a cell is empty where the sample is missing or is none. */
export function* csvOf(recording: Recording): Generator<string> {
  const { streams } = recording;
  for (let index = 0; streams && index < streams.sampleCount; index += 1) {
    yield rowOf(recording, streams, index);
  }
}

function rowOf(recording: Recording, streams: Streams, index: number): string {
  const cells = columns.map(([key]) => cellOf(streams.arrays.get(key)?.[index]));
  return `${recording.id},${instantAt(recording, streams, index) ?? ''},${cells.join(',')}\r\n`;
}

/** Empty for what another program stored in a stream: a text could be a formula. */
function cellOf(sample: unknown): string {
  return typeof sample === 'boolean' || Number.isFinite(sample) ? String(sample) : '';
}

/**
 * Samples as CSV (RFC 4180): one row each, the same columns for every activity. All cells are numbers,
 * instants, true or false, so no cell needs quotes and no program reads one as a formula.
 */
import type { Recording } from '../../../domain/activity/recording.ts';
import { instantsOf } from './samples.ts';

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

type Cell = number | boolean | null;

/** How many rows are one piece. */
const blockLength = 1_000;

/** A row for each sample, many in one piece; a cell is empty where the sample is missing or is none. */
export function* csvOf(recording: Recording): Generator<string> {
  const { id, streams } = recording;
  if (streams === undefined) return;
  const instantAt = instantsOf(recording, streams);
  const cells = columns.map(([key]) => streams.arrays.get(key));
  for (let from = 0; from < streams.sampleCount; from += blockLength) {
    const length = Math.min(blockLength, streams.sampleCount - from);
    const rows: Cell[][] = [];
    for (let index = from; index < from + length; index += 1) {
      const row: Cell[] = [];
      for (const samples of cells) row.push(samples === undefined ? null : cellOf(samples[index]));
      rows.push(row);
    }
    const texts = textsOf(rows);
    let text = '';
    for (let place = 0; place < length; place += 1)
      text += `${id},${instantAt(from + place) ?? ''},${texts[place] ?? ''}\r\n`;
    yield text;
  }
}

/** Null for what another program stored in a stream: a text could be a formula. */
function cellOf(sample: unknown): Cell {
  return typeof sample === 'boolean' || typeof sample === 'number' ? sample : null;
}

/** Each row by JSON, which writes many numbers several times faster than one by one. */
function textsOf(rows: readonly (readonly Cell[])[]): readonly string[] {
  const json = JSON.stringify(rows).slice('[['.length, -']]'.length);
  return json.replaceAll('null', '').split('],[');
}

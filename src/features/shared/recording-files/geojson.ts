/**
 * An activity as a GeoJSON feature (RFC 7946): a line of longitude, latitude and altitude (several lines
 * where something was left out), and the measurements along it as lists of the same length.
 */
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import type { Streams } from '../../../domain/activity/streams.ts';
import { jsonText } from '../text/json-text.ts';
import type { Position, Samples, ShownRecording } from './samples.ts';
import { instantsOf, linesOf, numberIn } from './samples.ts';

export const geojsonHead = '{"type":"FeatureCollection","features":[\n';
export const geojsonTail = '\n]}\n';

const describing = [
  'name',
  'sport_type',
  'start_date',
  'distance',
  'moving_time',
  'elapsed_time',
  'total_elevation_gain',
];

const measured = ['heartrate', 'cadence', 'watts', 'temp'];

/**
 * The feature in pieces; `coordTimes` are the instants of its points, as toGeoJSON and its readers call them. The
 * lists are written apart: they have no text of foreign origin, which `jsonText` searches for.
 */
export function geojsonOf(recording: ShownRecording): readonly string[] {
  const { id, athleteId, record, streams } = recording;
  if (streams === undefined) return [];
  const instantAt = instantsOf(recording, streams);
  const lines = linesOf(recording).filter((line) => line.length > 1);
  const each: Each = (valueOf) => {
    const values = lines.map((line) => line.map(valueOf));
    return JSON.stringify(values.length === 1 ? values[0] : values);
  };
  const type = lines.length === 1 ? 'LineString' : 'MultiLineString';
  const altitudes = streams.arrays.get('altitude');
  const properties = jsonText({ id, athlete_id: athleteId, ...described(record) });
  return [
    `{"type":"Feature","id":${id},"geometry":{"type":"${type}","coordinates":`,
    each((position) => coordinatesOf(altitudes, position)),
    `},"properties":${properties.slice(0, -1)},"coordTimes":`,
    each(({ index }) => instantAt(index) ?? null),
    ...measures(streams, each),
    '}}',
  ];
}

function coordinatesOf(altitudes: Samples, { index, lat, lng }: Position): readonly number[] {
  const altitude = numberIn(altitudes, index);
  return altitude === undefined ? [lng, lat] : [lng, lat, altitude];
}

function described(record: JsonObject): JsonObject {
  const fields = describing.map((key): [string, JsonValue | undefined] => [key, record[key]]);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as JsonObject;
}

/** JSON of a value for each position, line by line where there are several lines. */
type Each = (valueOf: (position: Position) => JsonValue) => string;

function measures({ arrays }: Streams, each: Each): readonly string[] {
  return measured.flatMap((key) => {
    const samples = arrays.get(key);
    if (samples === undefined) return [];
    return [`,"${key}":`, each(({ index }) => numberIn(samples, index) ?? null)];
  });
}

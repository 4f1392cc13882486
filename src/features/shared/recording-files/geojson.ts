/**
 * An activity as a GeoJSON feature (RFC 7946): a line of longitude, latitude and altitude (several lines
 * where something was left out), and the measurements along it as lists of the same length.
 */
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import type { Streams } from '../../../domain/activity/streams.ts';
import { jsonText } from '../text/json-text.ts';
import type { Position, ShownRecording } from './samples.ts';
import { instantsOf, linesOf, numberAt } from './samples.ts';

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

/** The feature; `coordTimes` are the instants of its points, as toGeoJSON and its readers call them. */
export function geojsonOf(recording: ShownRecording): readonly string[] {
  const { id, athleteId, record, streams } = recording;
  if (streams === undefined) return [];
  const instantAt = instantsOf(recording, streams);
  const lines = linesOf(recording).filter((line) => line.length > 1);
  const each: Each = (valueOf) => {
    const values = lines.map((line) => line.map(valueOf));
    return lines.length === 1 ? (values[0] ?? []) : values;
  };
  const feature = {
    type: 'Feature',
    id,
    geometry: {
      type: lines.length === 1 ? 'LineString' : 'MultiLineString',
      coordinates: each((position) => coordinatesOf(streams, position)),
    },
    properties: {
      id,
      athlete_id: athleteId,
      ...described(record),
      coordTimes: each(({ index }) => instantAt(index) ?? null),
      ...measures(streams, each),
    },
  };
  return [jsonText(feature)];
}

function coordinatesOf(streams: Streams, { index, lat, lng }: Position): JsonValue {
  const altitude = numberAt(streams, 'altitude', index);
  return altitude === undefined ? [lng, lat] : [lng, lat, altitude];
}

function described(record: JsonObject): JsonObject {
  const fields = describing.map((key): [string, JsonValue | undefined] => [key, record[key]]);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as JsonObject;
}

/** A value for each position, line by line where there are several lines. */
type Each = (valueOf: (position: Position) => JsonValue) => JsonValue;

function measures(streams: Streams, each: Each): JsonObject {
  const present = measured.filter((key) => streams.arrays.has(key));
  return Object.fromEntries(
    present.map((key) => [key, each(({ index }) => numberAt(streams, key, index) ?? null)]),
  );
}

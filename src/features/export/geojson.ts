/**
 * An activity as a GeoJSON feature (RFC 7946): a line of longitude, latitude and altitude, and the
 * measurements along it as lists of the same length.
 */
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Recording } from '../../domain/activity/recording.ts';
import type { Streams } from '../../domain/activity/streams.ts';
import { jsonText } from '../shared/json-text.ts';
import type { Position } from './samples.ts';
import { instantAt, numberAt, positionsOf } from './samples.ts';

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
export function geojsonOf(recording: Recording): readonly string[] {
  const { id, athleteId, record, streams } = recording;
  if (streams === undefined) return [];
  const positions = [...positionsOf(recording)];
  const feature = {
    type: 'Feature',
    id,
    geometry: {
      type: 'LineString',
      coordinates: positions.map((position) => coordinatesOf(streams, position)),
    },
    properties: {
      id,
      athlete_id: athleteId,
      ...described(record),
      coordTimes: positions.map(({ index }) => instantAt(recording, streams, index) ?? null),
      ...measures(streams, positions),
    },
  };
  return [jsonText(feature)];
}

function coordinatesOf(streams: Streams, { index, lat, lng }: Position): readonly number[] {
  const altitude = numberAt(streams, 'altitude', index);
  return altitude === undefined ? [lng, lat] : [lng, lat, altitude];
}

function described(record: JsonObject): JsonObject {
  const fields = describing.map((key): [string, JsonValue | undefined] => [key, record[key]]);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as JsonObject;
}

function measures(streams: Streams, positions: readonly Position[]): JsonObject {
  const present = measured.filter((key) => streams.arrays.has(key));
  return Object.fromEntries(
    present.map((key) => [
      key,
      positions.map(({ index }) => numberAt(streams, key, index) ?? null),
    ]),
  );
}

/**
 * Turns Strava's encoded polylines and points into GeoJSON that a 2dsphere index accepts. Other
 * positions are left out, because the index would reject the whole document.
 */
import polylineCodec from '@googlemaps/polyline-codec';
import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { metersBetween } from '../activity/great-circle.ts';

/** A GeoJSON position: longitude, latitude, in degrees. */
export type Position = readonly [number, number];

export interface LineString {
  readonly type: 'LineString';
  readonly coordinates: readonly Position[];
}

export interface Point {
  readonly type: 'Point';
  readonly coordinates: Position;
}

/** Why positions make no track that MongoDB accepts. */
export type TrackRejection =
  | 'no point on the globe'
  | 'one point'
  | 'antipodes in a row'
  | 'longer than 8,000 km'
  | 'not a polyline'
  | 'rejected by MongoDB';

/** A track, or why there is none; neither without positions. */
export interface TrackResult {
  readonly track?: LineString;
  readonly leftOut?: TrackRejection;
}

const polylinePrecision = 5;

/**
 * A longer track comes from a receiver that jumps across continents. Its index has two keys for
 * each kilometre, and each takes time to write.
 */
const maxKilometers = 8_000;

/**
 * The track of an encoded polyline (precision 5,
 * https://developers.google.com/maps/documentation/utilities/polylinealgorithm). It is left out with
 * fewer than two different points on the globe, with antipodes in a row, between which no line is
 * defined, or with more length than the index accepts.
 */
export function trackOf(polyline: JsonValue | undefined): TrackResult {
  if (polyline === undefined || polyline === null || polyline === '') return {};
  if (typeof polyline !== 'string') return { leftOut: 'not a polyline' };
  const positions = polylineCodec
    .decode(polyline, polylinePrecision)
    .map(([latitude, longitude]): Position => [longitude, latitude]);
  return lineOf(positions.filter(isOnGlobe));
}

/** The track of positions on the globe. */
export function lineOf(positions: readonly Position[]): TrackResult {
  if (positions.length === 0) return { leftOut: 'no point on the globe' };
  const coordinates = positions.filter((one, index) => !isEqual(one, positions[index - 1]));
  if (coordinates.length === 1) return { leftOut: 'one point' };
  const isUndefined = coordinates.some((one, index) => isAntipode(one, coordinates[index - 1]));
  if (isUndefined) return { leftOut: 'antipodes in a row' };
  if (kilometersOf(coordinates) > maxKilometers) {
    return { leftOut: 'longer than 8,000 km' };
  }
  return { track: { type: 'LineString', coordinates } };
}

/** The GeoJSON point of Strava's `[latitude, longitude]`; undefined if empty, null or off the globe. */
export function pointOf(latlng: JsonValue | undefined): Point | undefined {
  if (!Array.isArray(latlng)) return undefined;
  const [latitude, longitude] = latlng as readonly JsonValue[];
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
  const coordinates: Position = [longitude, latitude];
  return isOnGlobe(coordinates) ? { type: 'Point', coordinates } : undefined;
}

/** The encoded polyline in a summary's `map`, if there is one. */
export function summaryPolyline(map: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(map) ? map['summary_polyline'] : undefined;
}

export function isOnGlobe([longitude, latitude]: Position): boolean {
  return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90;
}

function isEqual(one: Position, other: Position | undefined): boolean {
  return one[0] === other?.[0] && one[1] === other[1];
}

function isAntipode(one: Position, other: Position | undefined): boolean {
  if (other === undefined) return false;
  const apartDegrees = Math.abs(one[0] - other[0]);
  return isNearly(one[1] + other[1], 0) && isNearly(apartDegrees, 180);
}

/** Along great circles, as the index measures a line. */
function kilometersOf(line: readonly Position[]): number {
  return line.slice(1).reduce((sum, [lng, lat], index) => {
    const [fromLng, fromLat] = line[index] ?? [lng, lat];
    return sum + metersBetween(fromLat, fromLng, lat, lng) / 1_000;
  }, 0);
}

function isNearly(one: number, other: number): boolean {
  return Math.abs(one - other) < 1e-6;
}

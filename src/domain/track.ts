/**
 * Geometry for MongoDB: turns Strava's encoded polylines and points into GeoJSON that a 2dsphere index
 * accepts, and into nothing where it would refuse (one bad point would refuse the whole document).
 */
import polylineCodec from '@googlemaps/polyline-codec';
import type { JsonValue } from './json.ts';
import { isJsonObject } from './json.ts';

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

const polylinePrecision = 5;

/**
 * The track of an encoded polyline (precision 5, https://developers.google.com/maps/documentation/utilities/polylinealgorithm),
 * or undefined where fewer than two different points of it are on the globe, or where two neighbours
 * are antipodes: between them no line is defined, and the index refuses it.
 */
export function trackOf(polyline: JsonValue | undefined): LineString | undefined {
  if (typeof polyline !== 'string' || polyline === '') return undefined;
  const coordinates = polylineCodec
    .decode(polyline, polylinePrecision)
    .map(([latitude, longitude]): Position => [longitude, latitude])
    .filter(isOnGlobe)
    .filter((position, index, all) => !isEqual(position, all[index - 1]));
  const isDefined = !coordinates.some((one, index) => isAntipode(one, coordinates[index - 1]));
  return coordinates.length > 1 && isDefined ? { type: 'LineString', coordinates } : undefined;
}

/** The GeoJSON point of Strava's `[latitude, longitude]`, or undefined where it is empty, null or off the globe. */
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

function isOnGlobe([longitude, latitude]: Position): boolean {
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

function isNearly(one: number, other: number): boolean {
  return Math.abs(one - other) < 1e-6;
}

/**
 * `tracks`: the line of every activity for a map of a city, as lines of JSON.
 */
import polylineCodec from '@googlemaps/polyline-codec';
import type { Document } from 'mongodb';
import { simplified } from '../../../../domain/derived/simplification.ts';
import type { Position } from '../../../../domain/derived/track.ts';
import { isOnGlobe, trackOf } from '../../../../domain/derived/track.ts';
import { activityPages } from './activity-pages.ts';
import type { StoredVersion } from './stored-version.ts';
import type { TrackLine } from '../types/lists.ts';
import { idOf, textOf } from '../values.ts';

/** Less than two pixels of a web map at zoom 12, where a city fits on a screen. */
const toleranceMeters = 45;
/** Of a track across a continent. */
const maxVertices = 500;
/** About ten metres: repeated digits compress well. */
const stepsPerDegree = 10_000;
const precision = 5;

/** Strava's polyline is much faster to read than the same track as GeoJSON. */
const projection = {
  polyline: '$map.summary_polyline',
  coordinates: {
    $cond: [
      { $gt: [{ $strLenBytes: textAt('$map.summary_polyline') }, 0] },
      null,
      '$track.coordinates',
    ],
  },
};

function textAt(path: string): Document {
  return { $cond: [{ $eq: [{ $type: path }, 'string'] }, path, ''] };
}

/** A {@link TrackLine} for each activity with a track, in pieces. */
export async function* writeTracks({ store }: StoredVersion): AsyncGenerator<string> {
  const withTrack = { 'track.type': 'LineString' };
  for await (const page of activityPages(store, withTrack, projection)) {
    yield page.map(lineOf).join('');
  }
}

function lineOf(activity: Document): string {
  const positions = positionsOf(activity);
  if (positions.length < 2) return '';
  const line: TrackLine = {
    id: idOf(activity['_id']),
    line: encoded(simplified(positions, { toleranceMeters, maxVertices })),
  };
  return `${JSON.stringify(line)}\n`;
}

function positionsOf({ polyline, coordinates }: Document): readonly Position[] {
  const text = textOf(polyline);
  return text === '' ? trackPositions(coordinates) : (trackOf(text).track?.coordinates ?? []);
}

/** The positions of a stored track; what is none is left out. */
export function trackPositions(coordinates: unknown): readonly Position[] {
  if (!Array.isArray(coordinates)) return [];
  return (coordinates as readonly unknown[]).filter(isPosition).filter(isOnGlobe);
}

function isPosition(value: unknown): value is Position {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number';
}

/** The polyline of the positions on a grid of 0.0001 degrees. */
function encoded(positions: readonly Position[]): string {
  const onGrid = (degrees: number): number => Math.round(degrees * stepsPerDegree) / stepsPerDegree;
  return polylineOf(positions.map(([lng, lat]): Position => [onGrid(lng), onGrid(lat)]));
}

/** https://developers.google.com/maps/documentation/utilities/polylinealgorithm */
export function polylineOf(positions: readonly Position[]): string {
  return polylineCodec.encode(
    positions.map(([lng, lat]): [number, number] => [lat, lng]),
    precision,
  );
}

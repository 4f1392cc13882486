/**
 * Whether a record of Strava's and a row of the export are of the same recording. Their numbers are
 * compared, because a row has no polyline and rounds differently. Pure.
 */
import type { JsonObject } from '../json.ts';

/** The least and the greatest value. */
export type Range = readonly [number, number];

/** What the numbers of a row are if it is of the same recording. */
export interface AgreeingNumbers {
  /** Seconds. */
  readonly elapsed: Range;
  /** Metres. */
  readonly distance: Range;
}

const maxElapsedS = 2;
const maxDistanceM = 50;
const maxDistanceShare = 0.01;

/** The numbers that agree with a record's; undefined where it has no duration. */
export function agreeingNumbers(record: JsonObject): AgreeingNumbers | undefined {
  const elapsedS = record['elapsed_time'];
  if (typeof elapsedS !== 'number') return undefined;
  const distanceM = distanceOf(record);
  const tolerance = Math.max(maxDistanceM, distanceM * maxDistanceShare);
  return {
    elapsed: [elapsedS - maxElapsedS, elapsedS + maxElapsedS],
    distance: [distanceM - tolerance, distanceM + tolerance],
  };
}

/** Whether the duration and the distance of a row agree with a record's. */
export function isSameRecording(row: JsonObject, record: JsonObject): boolean {
  const numbers = agreeingNumbers(record);
  const elapsedS = row['elapsed_time'];
  if (numbers === undefined || typeof elapsedS !== 'number') return false;
  return isWithin(elapsedS, numbers.elapsed) && isWithin(distanceOf(row), numbers.distance);
}

/** An activity without a distance covers none. */
function distanceOf({ distance }: JsonObject): number {
  return typeof distance === 'number' ? distance : 0;
}

function isWithin(value: number, [least, greatest]: Range): boolean {
  return least <= value && value <= greatest;
}

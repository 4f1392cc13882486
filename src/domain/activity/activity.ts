/** An activity as Strava's list gives it: reads, fingerprints and compares records. */
import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../json.ts';
import { canonicalJson, isJsonObject } from '../json.ts';
import { summaryPolyline } from '../derived/track.ts';

/** One usable record of the list; `record` is unchanged. */
export interface ActivitySummary {
  readonly id: number;
  readonly startAt: Date;
  /** Entered by hand: such an activity has no streams. */
  readonly isManual: boolean;
  readonly record: JsonObject;
}

/** One record that cannot be stored as an activity. */
export interface UnusableRecord {
  readonly record: JsonValue;
  readonly reason: string;
}

export type ListedRecord =
  | { readonly isUsable: true; readonly summary: ActivitySummary }
  | { readonly isUsable: false; readonly unusable: UnusableRecord };

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** Reads one record of the list; only its id and start have to be valid. */
export function readSummary(record: JsonValue): ListedRecord {
  if (!isJsonObject(record)) return unusable(record, 'the record is not an object');
  const id = record['id'];
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0) {
    return unusable(record, 'its id is not a positive integer');
  }
  const startAt = readInstant(record['start_date']);
  if (startAt === undefined) return unusable(record, 'its start_date is not an instant');
  return {
    isUsable: true,
    summary: { id, startAt, isManual: record['manual'] === true, record },
  };
}

function unusable(record: JsonValue, reason: string): ListedRecord {
  return { isUsable: false, unusable: { record, reason } };
}

function readInstant(value: JsonValue | undefined): Date | undefined {
  if (typeof value !== 'string' || !instant.test(value)) return undefined;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Changes with any value in the record, but not with the order of its keys. */
export function fingerprintOf(record: JsonValue): string {
  return createHash('sha256').update(canonicalJson(record)).digest('base64url').slice(0, 22);
}

/** The fields that an athlete edits at Strava; counters such as kudos are not among them. */
const editableKeys = [
  'name',
  'sport_type',
  'gear_id',
  'private',
  'visibility',
  'commute',
  'trainer',
  'manual',
  'flagged',
  'workout_type',
  'start_date',
  'total_elevation_gain',
  'distance',
  'moving_time',
  'elapsed_time',
] as const;

/** Changes with an edit of the activity or its recording: then the details are fetched again. */
export function detailHashOf(record: JsonObject): string {
  const values = editableKeys.map((key) => record[key] ?? null);
  return fingerprintOf([...values, polylineOf(record)]);
}

/** Counters change by themselves and do not count as a change of the activity. */
const counters = new Set([
  'kudos_count',
  'comment_count',
  'athlete_count',
  'photo_count',
  'total_photo_count',
  'pr_count',
  'achievement_count',
  'has_kudoed',
]);

/** One changed field; `from` or `to` is absent where the record lacks the field. */
export interface FieldChange {
  readonly field: string;
  readonly from?: JsonValue;
  readonly to?: JsonValue;
}

/** The changed fields without the counters, sorted by name. */
export function changesBetween(from: JsonObject, to: JsonObject): readonly FieldChange[] {
  const fields = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return fields.flatMap((field) => {
    const [before, after] = [from[field], to[field]];
    if (counters.has(field) || isSame(before, after)) return [];
    return [
      {
        field,
        ...(before !== undefined && { from: before }),
        ...(after !== undefined && { to: after }),
      },
    ];
  });
}

function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalJson(one) === canonicalJson(other);
}

/** Changes with the recording itself (a crop, a corrected distance): then the streams are fetched again. */
export function recordingHashOf(record: JsonObject): string {
  const { distance, moving_time, elapsed_time } = record;
  const values = [distance, moving_time, elapsed_time].map((value) => value ?? null);
  return fingerprintOf([...values, polylineOf(record)]);
}

/** Strava's list and detail may write a missing polyline differently, as null or as an empty text. */
function polylineOf({ map }: JsonObject): JsonValue {
  const polyline = summaryPolyline(map);
  return polyline === undefined || polyline === '' ? null : polyline;
}

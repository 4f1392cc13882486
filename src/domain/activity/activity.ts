/**
 * An activity as Strava's list gives it: what is checked of a record, and what is computed from it.
 * Everything else of the record is kept as it came.
 */
import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../json.ts';
import { canonicalJson, isJsonObject } from '../json.ts';
import { summaryPolyline } from '../derived/track.ts';

/** One usable record of the list. */
export interface ActivitySummary {
  /** Strava's id, about 2·10¹⁰. */
  readonly id: number;
  readonly startAt: Date;
  /** Entered by hand: such an activity has no streams. */
  readonly isManual: boolean;
  /** The record as it came. */
  readonly record: JsonObject;
}

/** One record that cannot be stored as an activity, and why. */
export interface UnusableRecord {
  readonly record: JsonValue;
  readonly reason: string;
}

export type ListedRecord =
  | { readonly isUsable: true; readonly summary: ActivitySummary }
  | { readonly isUsable: false; readonly unusable: UnusableRecord };

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** Reads one record of the list; only its id and start have to be usable. */
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

/** Changes whenever anything in the record changes: what decides whether it has to be written. */
export function fingerprintOf(record: JsonValue): string {
  return createHash('sha256').update(canonicalJson(record)).digest('base64url').slice(0, 22);
}

/** What an edit at Strava changes; counters such as kudos are not among it. */
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

/**
 * Changes when the activity was edited or its recording was changed: what decides whether the details
 * have to be asked for again.
 */
export function detailFingerprintOf(record: JsonObject): string {
  const values = editableKeys.map((key) => record[key] ?? null);
  return fingerprintOf([...values, summaryPolyline(record['map']) ?? null]);
}

/** Counters that move by themselves: their change is stored and is no news. */
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

/** One field that is not what it was; a side is absent where the field is. */
export interface FieldChange {
  readonly field: string;
  readonly from?: JsonValue;
  readonly to?: JsonValue;
}

/** What differs between two records, counters aside, in the order of the field names. */
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

/**
 * Changes when the recording itself was changed (a crop, a corrected distance): what decides whether
 * the streams have to be asked for again.
 */
export function recordingHashOf(record: JsonObject): string {
  const { distance, moving_time, elapsed_time, map } = record;
  return fingerprintOf(
    [distance, moving_time, elapsed_time, summaryPolyline(map)].map((value) => value ?? null),
  );
}

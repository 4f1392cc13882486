/**
 * Splits a detailed activity into the summary that the list gives too and the keys of its own. Names
 * decide, not a schema: an unknown key is kept among the details.
 */
import type { ActivitySummary } from './activity.ts';
import { readSummary } from './activity.ts';
import { hourMs, secondMs } from '../duration.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';

/** One activity from `GET /activities/{id}`. */
export interface ActivityDetail {
  /** As the list would give it. */
  readonly summary: ActivitySummary;
  /** The keys that the list does not have. */
  readonly details: JsonObject;
}

/** Why a response is unusable. */
export interface DetailProblem {
  readonly problem: string;
}

/** The last list record of a stored activity. */
export interface ListedSummary {
  readonly keys: ReadonlySet<string>;
  /** Values by key; only empty ones and the map matter. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * SummaryActivity (https://developers.strava.com/docs/reference/#api-models-SummaryActivity), and the
 * undocumented keys of the list.
 */
const summaryKeys: ReadonlySet<string> = new Set([
  ...['id', 'resource_state', 'external_id', 'upload_id', 'upload_id_str', 'athlete', 'name'],
  ...['type', 'sport_type', 'workout_type', 'gear_id', 'map', 'start_latlng', 'end_latlng'],
  ...['start_date', 'start_date_local', 'timezone', 'utc_offset', 'elapsed_time', 'moving_time'],
  ...['location_city', 'location_state', 'location_country', 'distance', 'total_elevation_gain'],
  ...['elev_high', 'elev_low', 'average_speed', 'max_speed', 'average_cadence', 'average_temp'],
  ...['average_watts', 'max_watts', 'weighted_average_watts', 'kilojoules', 'device_watts'],
  ...['has_heartrate', 'average_heartrate', 'max_heartrate', 'heartrate_opt_out', 'suffer_score'],
  ...['display_hide_heartrate_option', 'achievement_count', 'kudos_count', 'comment_count'],
  ...['athlete_count', 'photo_count', 'total_photo_count', 'pr_count', 'has_kudoed', 'trainer'],
  ...['commute', 'manual', 'private', 'visibility', 'flagged', 'from_accepted_tag'],
  ...['device_name', 'hide_from_home'],
]);

/** Documented for list and detail, but missing in some lists. */
const eitherKeys: ReadonlySet<string> = new Set(['device_name', 'hide_from_home']);

const summaryState = 2;

/** Reads the detailed record; only its id and start have to be valid. */
export function readDetail(record: JsonValue): ActivityDetail | DetailProblem {
  if (!isJsonObject(record)) return { problem: 'the record is not an object' };
  const parts = split(withSummaryForms(record), (key) => summaryKeys.has(key));
  const listed = readSummary(parts.record);
  if (!listed.isUsable) return { problem: listed.unusable.reason };
  return { summary: listed.summary, details: parts.details };
}

/** Drops the full polyline: the streams have the whole track. */
function withSummaryForms(record: JsonObject): JsonObject {
  return {
    ...record,
    ...('resource_state' in record && { resource_state: summaryState }),
    ...(isJsonObject(record['map']) && { map: summaryMap(record['map']) }),
  };
}

function summaryMap(map: JsonObject): JsonObject {
  const entries = Object.entries(map).filter(([key]) => key !== 'polyline');
  const state = 'resource_state' in map && { resource_state: summaryState };
  return { ...Object.fromEntries(entries), ...state };
}

function split(
  whole: JsonObject,
  isInSummary: (key: string, value: JsonValue) => boolean,
): { readonly record: JsonObject; readonly details: JsonObject } {
  const entries = Object.entries(whole);
  return {
    record: Object.fromEntries(entries.filter(([key, value]) => isInSummary(key, value))),
    details: Object.fromEntries(entries.filter(([key, value]) => !isInSummary(key, value))),
  };
}

/**
 * Splits a detail along the keys of the activity's own list record. Strava's list and detail write an
 * absent value differently (null, an empty text, an empty list, no key); the list's form is used, so
 * that the difference does not look like a change.
 */
export function alignDetail(detail: ActivityDetail, listed: ListedSummary): ActivityDetail {
  const { keys } = listed;
  const whole = withListedForms({ ...detail.summary.record, ...detail.details }, listed);
  const isListed = (key: string, value: JsonValue): boolean =>
    keys.has(key) || (summaryKeys.has(key) && !eitherKeys.has(key) && !isEmpty(value));
  const { record, details } = split(whole, isListed);
  return { summary: { ...detail.summary, record }, details };
}

function withListedForms(record: JsonObject, { keys, values }: ListedSummary): JsonObject {
  const empty = [...keys].flatMap((key): readonly [string, JsonValue][] => {
    const value = values[key];
    return isNothing(value) && isEmpty(record[key]) ? [[key, value]] : [];
  });
  const { map } = record;
  const polyline = isJsonObject(values['map']) ? values['map']['summary_polyline'] : undefined;
  const isMapEmpty = isJsonObject(map) && isEmpty(map['summary_polyline']) && isNothing(polyline);
  return {
    ...record,
    ...Object.fromEntries(empty),
    ...(isMapEmpty && { map: { ...map, summary_polyline: polyline } }),
  };
}

function isNothing(value: unknown): value is null | '' | readonly [] {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || isNothing(value);
}

/** The ids of the segments in an activity's efforts, without duplicates. */
export function segmentIdsOf(details: JsonObject): readonly number[] {
  const ids = effortsOf(details).flatMap((effort) => {
    const segment = isJsonObject(effort) ? effort['segment'] : undefined;
    const id = isJsonObject(segment) ? segment['id'] : undefined;
    return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? [id] : [];
  });
  return [...new Set(ids)];
}

function effortsOf(details: JsonObject): readonly JsonValue[] {
  const efforts = details['segment_efforts'];
  return Array.isArray(efforts) ? (efforts as readonly JsonValue[]) : [];
}

/** Strava computes the efforts of a fresh upload within minutes; this is generous. */
const effortsMayComeMs = 2 * hourMs;

/**
 * Whether Strava may still compute efforts: the activity has none, has positions, and ended lately. An end
 * that is far in the future is wrong, and says nothing.
 */
export function mayEffortsCome({ summary, details }: ActivityDetail, at: Date): boolean {
  const { start_latlng: start, elapsed_time: elapsed } = summary.record;
  const elapsedMs = typeof elapsed === 'number' ? elapsed * secondMs : 0;
  const endMs = summary.startAt.getTime() + elapsedMs;
  const hasPositions = Array.isArray(start) && start.length > 0;
  return (
    hasPositions &&
    !summary.isManual &&
    effortsOf(details).length === 0 &&
    Math.abs(at.getTime() - endMs) < effortsMayComeMs
  );
}

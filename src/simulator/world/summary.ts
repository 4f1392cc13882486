/**
 * The summary record of an activity, as a page of the list carries it: for its owner, or for a
 * client that lacks `activity:read_all`, from whom the points inside privacy zones are cut.
 */
import type { Activity, ActivityFacts } from './activity.ts';
import type { JsonRecord, JsonValue } from '../api/json-text.ts';
import { createRandom } from './random.ts';
import { trackOf } from './stream-generation.ts';
import { encodeTrack } from './track.ts';
import type { LatLng } from './track.ts';
import { hiddenStartMs, offsetMs, writeInstant, zoneLabel } from './timezones.ts';

/** Strava's summary; the fields that the simulator itself reads are named. */
export interface SummaryRecord {
  id: number;
  name: string;
  sport_type: string;
  type: string;
  distance: number;
  moving_time: number;
  elapsed_time: number;
  start_date: string;
  start_date_local: string;
  timezone: string;
  visibility: string;
  private: boolean;
  manual: boolean;
  [key: string]: JsonValue | undefined;
}

/** The requester's scope: `activity:read_all` is `owner`, only `activity:read` is `limited`. */
export type View = 'owner' | 'limited';

/** The share of the way at each end that lies in a privacy zone. */
export const privacyShare = 0.05;

/** The start that Strava shows, in milliseconds since the epoch: the true one, unless hidden. */
export function shownStartMs(activity: Activity): number {
  const { place, startMs } = activity.facts;
  return activity.isStartHidden ? hiddenStartMs(place.zone, startMs) : startMs;
}

/** The record in that view. */
export function summaryOf(activity: Activity, view: View): SummaryRecord {
  const { facts } = activity;
  const summary: SummaryRecord = {
    ...describe(facts),
    ...timeFields(activity),
    ...placeFields(activity, view),
    ...measureFields(facts),
  };
  if (facts.isSparse) for (const key of optionalKeys) summary[key] = undefined;
  for (const [key, value] of activity.edits) summary[key] = value;
  for (const [key, value] of Object.entries(summary)) {
    if (value === undefined) Reflect.deleteProperty(summary, key);
  }
  return summary;
}

/** Keys beyond {@link summaryOf}'s usual ones that this activity writes as floats. */
export function floatKeysOf(facts: ActivityFacts): ReadonlySet<string> {
  return facts.hasFloatIntegers ? floatIntegers : new Set();
}

const floatIntegers: ReadonlySet<string> = new Set(['moving_time', 'elapsed_time', 'kudos_count']);

const optionalKeys = [
  'average_temp',
  'device_name',
  'elev_high',
  'elev_low',
  'external_id',
  'from_accepted_tag',
  'location_country',
  'suffer_score',
  'upload_id',
  'upload_id_str',
  'utc_offset',
  'workout_type',
];

function describe(facts: ActivityFacts) {
  const random = createRandom(facts.seed, 'crowd');
  const uploadId = facts.isManual ? null : facts.id + 1_200_000_000;
  return {
    resource_state: 2,
    athlete: { id: facts.athleteId, resource_state: 1 },
    id: facts.id,
    name: facts.name,
    type: facts.sport.type,
    sport_type: facts.sport.sportType,
    workout_type: null,
    device_name: facts.isManual
      ? undefined
      : random.pick(['Garmin Edge 840', 'Wahoo ELEMNT', 'Strava App']),
    achievement_count: random.integer(0, 9),
    kudos_count: random.integer(0, 12),
    comment_count: random.integer(0, 3),
    athlete_count: 1,
    photo_count: 0,
    total_photo_count: random.integer(0, 2),
    pr_count: random.integer(0, 3),
    has_kudoed: false,
    trainer: facts.isTrainer,
    commute: facts.isCommute,
    manual: facts.isManual,
    private: facts.visibility === 'only_me',
    visibility: facts.visibility,
    flagged: false,
    gear_id: facts.gearId,
    from_accepted_tag: false,
    upload_id: uploadId,
    upload_id_str: uploadId === null ? undefined : String(uploadId),
    external_id: facts.isManual ? null : `garmin_ping_${facts.seed}`,
  };
}

function timeFields(activity: Activity) {
  const { zone } = activity.facts.place;
  const startMs = shownStartMs(activity);
  const offset = offsetMs(zone, startMs);
  return {
    start_date: writeInstant(startMs),
    start_date_local: writeInstant(startMs + offset),
    timezone: zoneLabel(zone, startMs),
    utc_offset: offset / 1000,
    elapsed_time: activity.facts.elapsedSeconds,
    moving_time: activity.facts.movingSeconds,
  };
}

function placeFields(activity: Activity, view: View): JsonRecord {
  const { facts } = activity;
  const map = { id: `a${facts.id}`, summary_polyline: '', resource_state: 2 };
  // Strava says "no position" in two ways each; odd and even ids take turns.
  const isOdd = facts.seed % 2 === 1;
  const nowhere = {
    start_latlng: isOdd ? null : [],
    end_latlng: isOdd ? null : [],
    map: { ...map, summary_polyline: isOdd ? '' : null },
    location_city: null,
    location_state: null,
    location_country: null,
  };
  if (!facts.recording.hasGps) return nowhere;
  const [from, to] = spanOf(activity, view);
  const track = trackOf(facts);
  const points = facts.samples === 1 ? 1 : Math.min(80, Math.max(2, facts.samples));
  return {
    ...nowhere,
    location_country: facts.place.country,
    start_latlng: roundPair(track.at(from)),
    end_latlng: roundPair(track.at(to)),
    map: { ...map, summary_polyline: encodeTrack(track, [from, to], points) },
  };
}

/** The part of the way that a view shows, in shares. */
export function spanOf(activity: Activity, view: View): readonly [number, number] {
  const { fromShare, toShare } = activity.crop ?? { fromShare: 0, toShare: 1 };
  if (view === 'owner' || activity.facts.samples <= 1) return [fromShare, toShare];
  const cut = (toShare - fromShare) * privacyShare;
  return [fromShare + cut, toShare - cut];
}

function measureFields(facts: ActivityFacts) {
  const random = createRandom(facts.seed, 'measures');
  const { recording, sport, distanceMeters } = facts;
  const speed = distanceMeters / Math.max(1, facts.movingSeconds);
  const watts = random.integer(140, 240);
  const heartrate = random.integer(118, 158);
  const base = 150 + (facts.waySeed % 900);
  const hills = 1 + (facts.waySeed % 3);
  return {
    distance: distanceMeters,
    total_elevation_gain: facts.climbMeters,
    average_speed: Math.round(speed * 1000) / 1000,
    max_speed: Math.round(speed * 1500) / 1000,
    ...(sport.isOutdoors && !facts.isManual
      ? { elev_low: base, elev_high: Math.round((base + facts.climbMeters / hills) * 10) / 10 }
      : {}),
    ...(recording.hasCadence ? { average_cadence: sport.cadenceRpm } : {}),
    ...(recording.hasTemperature ? { average_temp: random.integer(-5, 30) } : {}),
    ...(sport.gear === 'bike'
      ? {
          average_watts: watts,
          kilojoules: Math.round((watts * facts.movingSeconds) / 100) / 10,
          device_watts: recording.hasWatts,
        }
      : {}),
    ...(recording.hasWatts ? { max_watts: watts * 3, weighted_average_watts: watts + 15 } : {}),
    has_heartrate: recording.hasHeartrate,
    ...(recording.hasHeartrate
      ? {
          average_heartrate: heartrate,
          max_heartrate: heartrate + 25,
          suffer_score: random.integer(5, 160),
        }
      : {}),
    heartrate_opt_out: false,
    display_hide_heartrate_option: recording.hasHeartrate,
  };
}

function roundPair(point: LatLng): readonly number[] {
  return point.map((degrees) => Math.round(degrees * 100) / 100);
}

/**
 * The athletes themselves: their own records, gear, zones and totals, as Strava sends them.
 */
import type { Activity } from './activity.ts';
import type { AthleteSpec } from './activity-generation.ts';
import type { JsonRecord } from '../api/json-text.ts';
import { createRandom } from './random.ts';
import { home } from './timezones.ts';

const dayMs = 86_400_000;

/** `GET /athlete`: everything with `profile:read_all`, else only the public fields. */
export function athleteOf(spec: AthleteSpec, isWhole: boolean): JsonRecord {
  const random = createRandom(spec.id, 'athlete');
  const summary: JsonRecord = {
    id: spec.id,
    username: null,
    resource_state: isWhole ? 3 : 2,
    firstname: spec.firstname,
    lastname: spec.lastname,
    bio: null,
    city: home.city,
    state: '',
    country: home.country,
    sex: null,
    premium: true,
    summit: true,
    created_at: '2014-05-01T06:07:08Z',
    updated_at: '2026-01-02T03:04:05Z',
    badge_type_id: 1,
    weight: random.integer(52, 90),
    profile_medium: 'avatar/athlete/medium.png',
    profile: 'avatar/athlete/large.png',
    friend: null,
    follower: null,
  };
  if (!isWhole) return summary;
  return {
    ...summary,
    blocked: false,
    can_follow: true,
    follower_count: random.integer(1, 500),
    friend_count: random.integer(1, 500),
    mutual_friend_count: 0,
    athlete_type: 0,
    date_preference: '%d/%m/%Y',
    measurement_preference: 'meters',
    clubs: [],
    postable_clubs_count: 0,
    ftp: random.integer(180, 320),
    bikes: [gear(`b${spec.id}1`), gear(`b${spec.id}2`)],
    shoes: [gear(`g${spec.id}1`), gear(`g${spec.id}2`)],
  };
}

/** `GET /gear/{id}`; null for an id that is no gear of that athlete. */
export function gearOf(athleteId: number, id: string): JsonRecord | null {
  if (![`b${athleteId}1`, `b${athleteId}2`, `g${athleteId}1`, `g${athleteId}2`].includes(id)) {
    return null;
  }
  const more = id.startsWith('b')
    ? { brand_name: 'Puch', model_name: 'Mistral', frame_type: 3, weight: 8.4, description: null }
    : { brand_name: 'Semperit', model_name: 'Patschen', description: 'For rainy days' };
  return { ...gear(id), resource_state: 3, ...more };
}

/** The name of a bike or a pair of shoes. */
export function gearName(id: string): string {
  return `${id.startsWith('b') ? 'Bike' : 'Shoes'} ${id.at(-1) ?? ''}`;
}

/** `GET /athlete/zones`. */
export function zonesOf(athleteId: number): JsonRecord {
  const highest = createRandom(athleteId, 'zones').integer(175, 200);
  const bounds = [0, 0.6, 0.7, 0.8, 0.9].map((share) => Math.round(share * highest));
  const zones = bounds.map((min, index) => ({ min, max: bounds[index + 1] ?? -1 }));
  return { heart_rate: { custom_zones: false, zones }, power: { zones: powerZonesOf(athleteId) } };
}

/** Watts are whole numbers: a zone begins one above the end of the last. */
function powerZonesOf(athleteId: number): JsonRecord[] {
  const threshold = createRandom(athleteId, 'power').integer(180, 320);
  const ends = [0.55, 0.75, 0.9, 1.05, 1.2, 1.5].map((share) => Math.round(share * threshold));
  return [...ends, -1].map((max, index) => ({
    min: index === 0 ? 0 : (ends[index - 1] ?? 0) + 1,
    max,
  }));
}

/** `GET /athletes/{id}/stats`: only activities that everyone sees count. */
export function statsOf(activities: readonly Activity[], nowMs: number): JsonRecord {
  const visible = activities.filter(({ facts }) => facts.visibility === 'everyone');
  const yearMs = Date.UTC(new Date(nowMs).getUTCFullYear(), 0, 1);
  const spans = { recent: nowMs - 28 * dayMs, ytd: yearMs, all: Number.NEGATIVE_INFINITY };
  const stats: JsonRecord = {
    biggest_ride_distance: biggest(visible, (activity) => activity.facts.distanceMeters),
    biggest_climb_elevation_gain: biggest(visible, (activity) => activity.facts.climbMeters),
  };
  for (const [span, fromMs] of Object.entries(spans)) {
    for (const type of ['Ride', 'Run', 'Swim']) {
      const of = visible.filter(
        ({ facts }) => facts.sport.type === type && facts.startMs >= fromMs,
      );
      stats[`${span}_${type.toLowerCase()}_totals`] = total(of);
    }
  }
  return stats;
}

function biggest(activities: readonly Activity[], measure: (activity: Activity) => number): number {
  const rides = activities.filter(({ facts }) => facts.sport.type === 'Ride');
  return rides.reduce((max, activity) => Math.max(max, measure(activity)), 0);
}

function total(activities: readonly Activity[]): JsonRecord {
  const sum = (measure: (activity: Activity) => number): number =>
    activities.reduce((so, activity) => so + measure(activity), 0);
  return {
    count: activities.length,
    distance: Math.round(sum(({ facts }) => facts.distanceMeters)),
    moving_time: sum(({ facts }) => facts.movingSeconds),
    elapsed_time: sum(({ facts }) => facts.elapsedSeconds),
    elevation_gain: sum(({ facts }) => facts.climbMeters),
  };
}

function gear(id: string): JsonRecord {
  const distance = createRandom(id, 'gear').integer(1000, 9_000_000);
  return {
    id,
    primary: id.endsWith('1'),
    name: gearName(id),
    nickname: null,
    resource_state: 2,
    retired: false,
    distance,
    converted_distance: Math.round(distance / 100) / 10,
  };
}

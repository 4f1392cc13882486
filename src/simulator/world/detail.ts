/**
 * Strava's record of one activity beyond the summary: the detail, its laps, and the athletes who
 * praised or commented it.
 */
import type { Activity } from './activity.ts';
import { gearName } from './athlete.ts';
import type { JsonRecord } from '../api/json-text.ts';
import { createRandom } from './random.ts';
import { effortsOf } from './segments.ts';
import { trackOf } from './stream-generation.ts';
import { shownStartMs, spanOf, summaryOf } from './summary.ts';
import type { View } from './summary.ts';
import { writeInstant } from './timezones.ts';
import { encodeTrack } from './track.ts';

/** The record of `GET /activities/{id}`; without segment efforts while they are still computed. */
export function detailOf(activity: Activity, view: View, nowMs: number): JsonRecord {
  const { facts } = activity;
  const random = createRandom(facts.seed, 'detail');
  const summary = summaryOf(activity, view);
  const detail: JsonRecord = {
    description: random.chance(0.4) ? 'Nice one.\nSecond line: "quoted" 🙂' : null,
    calories: random.integer(100, 2200),
    ...(facts.gearId === null ? {} : { gear: gearSummary(facts.gearId) }),
    photos: { primary: null, count: 0 },
    laps: lapsOf(activity),
    splits_metric: splitsOf(activity, 1000),
    splits_standard: splitsOf(activity, 1609.344),
    best_efforts: bestEffortsOf(activity),
    segment_efforts: nowMs < activity.segmentsFromMs ? [] : effortsOf(activity),
    embed_token: random.hex(40),
    private_note: view === 'owner' && random.chance(0.2) ? 'Left knee.' : '',
    perceived_exertion: random.chance(0.3) ? random.integer(1, 10) : null,
    prefer_perceived_exertion: false,
  };
  for (const key of Object.keys(detail)) if (activity.edits.has(key)) detail[key] = summary[key];
  return withoutAbsent({
    ...summary,
    ...detail,
    resource_state: 3,
    map: detailedMap(activity, view),
  });
}

/** The laps of `GET /activities/{id}/laps`. */
export function lapsOf(activity: Activity): JsonRecord[] {
  const { facts } = activity;
  const random = createRandom(facts.seed, 'laps');
  const count = facts.samples < 50 ? 1 : random.integer(1, 5);
  return Array.from({ length: count }, (_, index) => {
    const afterMs = (1000 * facts.elapsedSeconds * index) / count;
    return {
      id: facts.id * 4 + index,
      resource_state: 2,
      name: `Lap ${index + 1}`,
      activity: { id: facts.id, visibility: facts.visibility, resource_state: 1 },
      athlete: { id: facts.athleteId, resource_state: 1 },
      elapsed_time: Math.round(facts.elapsedSeconds / count),
      moving_time: Math.round(facts.movingSeconds / count),
      start_date: writeInstant(shownStartMs(activity) + afterMs),
      distance: Math.round((facts.distanceMeters / count) * 10) / 10,
      start_index: Math.floor((facts.samples * index) / count),
      end_index: Math.max(0, Math.floor((facts.samples * (index + 1)) / count) - 1),
      total_elevation_gain: Math.round(facts.climbMeters / count),
      lap_index: index + 1,
      split: index + 1,
    };
  });
}

/** The zones of `GET /activities/{id}/zones`: those of the heart rate, where it was recorded. */
export function activityZonesOf({ facts }: Activity): JsonRecord[] {
  if (!facts.recording.hasHeartrate) return [];
  const random = createRandom(facts.seed, 'zones');
  const bounds = [0, 115, 152, 171, 190, -1];
  const share = facts.movingSeconds / (bounds.length - 1);
  const buckets = bounds.slice(1).map((max, index) => ({
    min: bounds[index] ?? 0,
    max,
    time: Math.round(share * random.integer(50, 100)) / 100,
  }));
  return [
    {
      score: random.integer(1, 200),
      distribution_buckets: buckets,
      type: 'heartrate',
      resource_state: 3,
      sensor_based: true,
      points: random.integer(1, 200),
      custom_zones: false,
    },
  ];
}

/** The athletes of `GET /activities/{id}/kudos`. */
export function kudosOf(activity: Activity): JsonRecord[] {
  const count = Number(summaryOf(activity, 'owner')['kudos_count'] ?? 0);
  return Array.from({ length: count }, (_, index) => friend(activity, index));
}

/** The comments of `GET /activities/{id}/comments`. */
export function commentsOf(activity: Activity): JsonRecord[] {
  const count = Number(summaryOf(activity, 'owner')['comment_count'] ?? 0);
  return Array.from({ length: count }, (_, index) => ({
    id: activity.facts.id + index,
    activity_id: activity.facts.id,
    post_id: null,
    resource_state: 2,
    text: ['Chapeau! 👏', 'Next time together?', '😅'][index % 3],
    created_at: writeInstant(activity.facts.startMs + (index + 1) * 3_600_000),
    athlete: friend(activity, index),
    cursor: `${activity.facts.id + index}%20`,
  }));
}

/** The photos of `GET /activities/{id}/photos`; none of the athlete's own without `photo_sources`. */
export function photosOf(activity: Activity, query: URLSearchParams, origin: string): JsonRecord[] {
  if (query.get('photo_sources') !== 'true') return [];
  const { facts } = activity;
  const count = Number(summaryOf(activity, 'owner')['total_photo_count'] ?? 0);
  const size = query.get('size') ?? '100';
  return Array.from({ length: count }, (_, index) => {
    const random = createRandom(facts.seed, 'photo', index);
    const name = random.hex(32);
    return {
      unique_id: `${name.slice(0, 8)}-${name.slice(8, 12)}-4${name.slice(13, 16)}-a${name.slice(17, 20)}-${name.slice(20)}`,
      athlete_id: facts.athleteId,
      activity_id: facts.id,
      activity_name: facts.name,
      post_id: null,
      resource_state: 2,
      caption: '',
      type: 1,
      source: 1,
      status: 3,
      uploaded_at: writeInstant(facts.startMs + 7_200_000),
      created_at: writeInstant(facts.startMs + 60_000 * index),
      created_at_local: writeInstant(facts.startMs + 60_000 * index),
      urls: { [size]: `${origin}/photos/${name}.gif` },
      sizes: { [size]: [1024, 768] },
      default_photo: index === 0,
    };
  });
}

/** The file of a photo: a GIF of one pixel, all of its bytes ASCII, and the name behind its end. */
export function photoFileOf(name: string): string {
  return `GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;${name}`;
}

function friend(activity: Activity, index: number): JsonRecord {
  const random = createRandom(activity.facts.seed, 'friend', index);
  const firstname = random.pick(['Ada', 'Grace', 'Émilie', 'Kurt', 'Hedy']);
  return { resource_state: 1, firstname, lastname: `${random.pick(['L', 'H', 'G', 'N'])}.` };
}

function gearSummary(id: string): JsonRecord {
  return {
    id,
    primary: id.endsWith('1'),
    name: gearName(id),
    resource_state: 2,
    distance: 1_234_567,
  };
}

function splitsOf(activity: Activity, meters: number): JsonRecord[] {
  const { facts } = activity;
  const count = facts.sport.gear === 'shoes' ? Math.floor(facts.distanceMeters / meters) : 0;
  const seconds = Math.round((facts.movingSeconds * meters) / Math.max(1, facts.distanceMeters));
  return Array.from({ length: count }, (_, index) => ({
    distance: meters,
    elapsed_time: seconds,
    elevation_difference: (facts.seed + index) % 21,
    moving_time: seconds,
    split: index + 1,
    average_speed: Math.round((1000 * meters) / Math.max(1, seconds)) / 1000,
    pace_zone: 0,
  }));
}

function bestEffortsOf(activity: Activity): JsonRecord[] {
  const { facts } = activity;
  if (facts.sport.type !== 'Run') return [];
  const reached = ([, meters]: readonly [string, number]): boolean => meters < facts.distanceMeters;
  return bestDistances.filter(reached).map(([name, meters], index) => {
    const seconds = Math.round((0.95 * facts.movingSeconds * meters) / facts.distanceMeters);
    return {
      id: 2n ** 54n + BigInt(facts.id) * 100n + BigInt(index),
      resource_state: 2,
      name,
      activity: { id: facts.id, resource_state: 1 },
      elapsed_time: seconds,
      moving_time: seconds,
      start_date: writeInstant(shownStartMs(activity)),
      distance: meters,
      pr_rank: null,
    };
  });
}

const bestDistances = [
  ['400m', 400],
  ['1K', 1000],
  ['1 mile', 1609],
  ['5K', 5000],
  ['10K', 10_000],
] as const;

function detailedMap(activity: Activity, view: View): JsonRecord {
  const { facts } = activity;
  const map = { id: `a${facts.id}`, resource_state: 3 };
  const hasLine = facts.recording.hasGps;
  if (!hasLine) return { ...map, polyline: '', summary_polyline: '' };
  const span = spanOf(activity, view);
  const points = facts.samples === 1 ? 1 : Math.min(600, Math.max(2, facts.samples));
  const track = trackOf(facts);
  return {
    ...map,
    polyline: encodeTrack(track, span, points),
    summary_polyline: encodeTrack(track, span, Math.min(80, points)),
  };
}

function withoutAbsent(record: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/**
 * The segments around the places of the simulator: a fixed handful at each, with their own streams,
 * and the efforts of an activity on them, whose ids are beyond 2^53 as Strava's are.
 */
import type { Activity } from './activity.ts';
import type { JsonRecord } from '../api/json-text.ts';
import { createRandom } from './random.ts';
import type { StreamSet } from './stream-set.ts';
import { shownStartMs } from './summary.ts';
import { home, travels, writeInstant } from './timezones.ts';
import type { Place } from './timezones.ts';
import { createTrack, encodeTrack } from './track.ts';
import type { Track } from './track.ts';

const places: readonly Place[] = [home, ...travels];
const segmentsPerPlace = 8;
const firstSegmentId = 7_100_000;
const firstEffortId = 2n ** 53n + 3n;

/** The id of one of the segments, counted over all places and again from the start. */
export function segmentIdAt(index: number): number {
  return firstSegmentId + (index % (places.length * segmentsPerPlace));
}

/** The segment of `GET /segments/{id}`; null for an unknown id. */
export function segmentOf(id: number): JsonRecord | null {
  const place = placeOfSegment(id);
  if (place === null) return null;
  const random = createRandom(id, 'segment');
  const low = random.integer(150, 500);
  const climb = random.integer(5, 300);
  const meters = random.integer(400, 6000);
  const track = segmentTrack(id, place, meters);
  return {
    id,
    resource_state: 3,
    name: `${random.pick(['Climb', 'Sprint', 'Loop', 'Descent'])} ${place.city} ${id % 100}`,
    activity_type: random.pick(['Ride', 'Run']),
    distance: meters,
    average_grade: Math.round((1000 * climb) / meters) / 10,
    maximum_grade: Math.round((2000 * climb) / meters) / 10,
    elevation_high: low + climb,
    elevation_low: low,
    start_latlng: track.at(0),
    end_latlng: track.at(0.5),
    climb_category: random.integer(0, 5),
    city: place.city,
    state: null,
    country: place.country,
    private: false,
    hazardous: false,
    starred: random.chance(0.3),
    total_elevation_gain: climb,
    map: { id: `s${id}`, polyline: encodeTrack(track, [0, 0.5], 30), resource_state: 3 },
    effort_count: random.integer(10, 50_000),
    athlete_count: random.integer(10, 9000),
  };
}

/** A segment's streams: `distance`, `latlng` and `altitude`; null for an unknown id. */
export function segmentStreamsOf(id: number): StreamSet | null {
  const segment = segmentOf(id);
  const place = placeOfSegment(id);
  if (segment === null || place === null) return null;
  const meters = Number(segment['distance']);
  const track = segmentTrack(id, place, meters);
  const shares = Array.from({ length: 60 }, (_, index) => index / 59);
  const [low, high] = [Number(segment['elevation_low']), Number(segment['elevation_high'])];
  return {
    latlng: shares.map((share) => track.at(share / 2)),
    distance: shares.map((share) => Math.round(share * meters * 10) / 10),
    altitude: shares.map((share) => Math.round((low + (high - low) * share) * 10) / 10),
  };
}

/** The efforts within an activity, as its detail carries them. */
export function effortsOf(activity: Activity): JsonRecord[] {
  const { facts } = activity;
  if (!facts.recording.hasGps || facts.samples < 50) return [];
  const random = createRandom(facts.seed, 'efforts');
  const first = firstSegmentId + places.indexOf(facts.place) * segmentsPerPlace;
  const startMs = shownStartMs(activity);
  return Array.from({ length: random.integer(0, 4) }, (_, index) => {
    const segment = segmentOf(first + ((facts.waySeed + index) % segmentsPerPlace)) ?? {};
    const startIndex = Math.floor((facts.samples * index) / 6);
    const elapsed = random.integer(60, 900);
    const afterMs = (1000 * facts.movingSeconds * index) / 6;
    return {
      id: firstEffortId + BigInt(facts.id) * 1000n + BigInt(index * 2),
      resource_state: 2,
      name: segment['name'],
      activity: { id: facts.id, visibility: facts.visibility, resource_state: 1 },
      athlete: { id: facts.athleteId, resource_state: 1 },
      elapsed_time: elapsed,
      moving_time: elapsed,
      start_date: writeInstant(startMs + afterMs),
      distance: segment['distance'],
      start_index: startIndex,
      end_index: startIndex + Math.floor(facts.samples / 8),
      device_watts: facts.recording.hasWatts,
      segment: { ...segment, resource_state: 2, map: undefined },
      pr_rank: random.chance(0.2) ? random.integer(1, 3) : null,
      achievements: [],
      visibility: facts.visibility,
      hidden: false,
    };
  });
}

function placeOfSegment(id: number): Place | null {
  return places[Math.floor((id - firstSegmentId) / segmentsPerPlace)] ?? null;
}

function segmentTrack(id: number, place: Place, meters: number): Track {
  return createTrack(createRandom(id, 'segment track'), place.latlng, meters * 2);
}

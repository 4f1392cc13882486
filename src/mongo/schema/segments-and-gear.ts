/**
 * `segments` and `gear`: what activities name.
 */
import { fetchState } from './fetch-state.ts';
import type { StravaField } from './field.ts';
import { date, define, int64, list, object, optional, text, unchecked } from './field.ts';

const ofSegments: Readonly<Record<string, StravaField>> = {
  name: { type: 'text', example: '"Hawk Hill"', meaning: 'its name' },
  activity_type: { type: 'text', example: '"Ride"', meaning: 'Ride or Run' },
  distance: { type: 'number', unit: 'm', example: '2684.8', meaning: 'how long' },
  average_grade: { type: 'number', unit: '%', example: '5.7', meaning: 'mean gradient' },
  maximum_grade: { type: 'number', unit: '%', example: '14.2', meaning: 'steepest gradient' },
  elevation_high: { type: 'number', unit: 'm', example: '245.3', meaning: 'highest altitude' },
  elevation_low: { type: 'number', unit: 'm', example: '92.4', meaning: 'lowest altitude' },
  climb_category: { type: 'number', example: '1', meaning: '0 (none) to 5 (hors catégorie)' },
  start_latlng: {
    type: '[latitude, longitude]',
    unit: 'degrees',
    example: '[37.83, -122.48]',
    meaning: 'where it begins',
  },
};

const ofGear: Readonly<Record<string, StravaField>> = {
  name: { type: 'text', example: '"Gravel"', meaning: 'its name' },
  distance: { type: 'number', unit: 'm', example: '388206', meaning: 'its mileage' },
  primary: { type: 'boolean', example: 'true', meaning: "the athlete's default" },
  retired: { type: 'boolean', example: 'false', meaning: 'no longer in use' },
  brand_name: { type: 'text', example: '"BMC"', meaning: 'its make' },
  model_name: { type: 'text', example: '"Teammachine"', meaning: 'its model' },
  frame_type: { type: 'number', example: '3', meaning: 'kind of bike' },
};

export const segmentBookkeeping = object('what this program remembers of the segment', {
  athlete_ids: list('who met it', int64('an athlete', 1_001)),
  first_seen_at: date('when it was first met'),
  record: fetchState(
    'what became of its record and its streams: pending until both are here, with `fetched_at` once the record is',
    {},
  ),
});

export const gearBookkeeping = object('what this program remembers of the gear', {
  athlete_id: int64('whose it is', 1_001),
  fetched_at: optional(date('when anything of it was fetched last')),
  record: fetchState('what became of its own record, which knows make and model', {}),
});

export const segments = define({
  name: 'segments',
  meaning: "One segment that was met in an activity's efforts, with `SYNC_SEGMENTS`.",
  fields: {
    _id: int64("Strava's segment id", 229_781),
    streams: optional(
      unchecked("the segment's streams, under the names that `streams` has", {
        type: 'object of lists',
        example: '{"distance": [0, 9.8], "altitude": [171, 172]}',
      }),
    ),
    sync: segmentBookkeeping,
  },
  strava: ofSegments,
  indexes: [
    {
      name: 'to_do',
      key: { 'sync.athlete_ids': 1, 'sync.record.state': 1, 'sync.first_seen_at': 1 },
    },
  ],
});

export const gear = define({
  name: 'gear',
  meaning: 'One bike or pair of shoes.',
  fields: { _id: text("Strava's gear id", 'b12345678987654321'), sync: gearBookkeeping },
  strava: ofGear,
  indexes: [{ name: 'athlete', key: { 'sync.athlete_id': 1 } }],
});

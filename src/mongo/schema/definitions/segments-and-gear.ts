/**
 * `segments` and `gear`, which activities refer to.
 */
import { fetchState } from '../fetch-state.ts';
import type { StravaField } from '../field.ts';
import { date, define, int64, list, object, optional, text, unchecked } from '../field.ts';

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
  brand_name: { type: 'text', example: '"BMC"', meaning: 'its brand' },
  model_name: { type: 'text', example: '"Teammachine"', meaning: 'its model' },
  frame_type: { type: 'number', example: '3', meaning: 'kind of bike' },
};

const segmentBookkeeping = object("Domestique's own data about the segment", {
  athlete_ids: list('the athletes whose activities contain it', int64("an athlete's id", 1_001)),
  first_seen_at: date('when it was first seen'),
  record: fetchState(
    'the state of its record and its streams: pending until both are stored; `fetched_at` is set once the record is',
    {},
  ),
});

const gearBookkeeping = object("Domestique's own data about the gear", {
  athlete_id: int64("the athlete's id", 1_001),
  fetched_at: optional(date('when any part of it was last fetched')),
  record: fetchState('the state of its own record, which has brand and model', {}),
});

export const segments = define({
  name: 'segments',
  meaning: "One segment of an activity's efforts, with `SYNC_SEGMENTS`.",
  fields: {
    _id: int64("Strava's segment id", 229_781),
    streams: optional(
      unchecked('its streams, under the same names as in `streams`', {
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

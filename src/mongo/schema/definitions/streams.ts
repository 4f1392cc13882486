/**
 * `streams`: the recorded samples of the activities, in parts.
 */
import { date, define, int64, list, number, objectId, oneOf, optional, text } from '../field.ts';
import type { StravaField } from '../field.ts';

const numbers = { type: 'list of numbers' };

const strava: Readonly<Record<string, StravaField>> = {
  time: { ...numbers, unit: 's', example: '[0, 1, 3]', meaning: 'since the start' },
  distance: { ...numbers, unit: 'm', example: '[0, 4.2, 12.9]', meaning: 'since the start' },
  lat: {
    ...numbers,
    unit: 'degrees',
    example: '[48.2081, 48.2082]',
    meaning: "of Strava's `latlng`",
  },
  lng: {
    ...numbers,
    unit: 'degrees',
    example: '[16.3713, 16.3714]',
    meaning: "of Strava's `latlng`",
  },
  altitude: { ...numbers, unit: 'm', example: '[171.2, 171.4]', meaning: 'above the sea' },
  velocity_smooth: { ...numbers, unit: 'm/s', example: '[0, 4.2]', meaning: 'smoothed speed' },
  heartrate: { ...numbers, unit: 'beats/min', example: '[92, 93]', meaning: 'heart rate' },
  cadence: { ...numbers, unit: 'rev/min', example: '[0, 78]', meaning: 'of one foot when running' },
  watts: { ...numbers, unit: 'W', example: '[0, 210]', meaning: 'power' },
  temp: { ...numbers, unit: '°C', example: '[14, 14]', meaning: 'temperature' },
  moving: { type: 'list of booleans', example: '[false, true]', meaning: 'whether it moved' },
  grade_smooth: { ...numbers, unit: '%', example: '[0, 1.8]', meaning: 'smoothed gradient' },
};

export const streams = define({
  name: 'streams',
  meaning:
    "One part of an activity's streams; nearly every activity has a single part. The arrays are parallel: the same index is the same moment. A single sample can be null.",
  fields: {
    _id: objectId('an arbitrary id', '665f1c2ab1e4a3d2c0f1e2d3'),
    activity_id: int64('`activities._id`', 12_345_678_901),
    part: number('number of the part, from 0', 0),
    parts: number('number of parts', 1),
    sample_count: number('length of each stream, over all parts', 3_600, 'samples'),
    athlete_id: int64("the athlete's id", 1_001),
    start_date: date("the activity's start"),
    fetched_at: date('when they were requested or imported'),
    epoch: number('epoch of the lease of the write', 1_714_545_000_000),
    source: optional(
      oneOf('source of the streams; if absent, the API', {
        export: "a recording of Strava's bulk export",
      }),
    ),
    computed: optional(
      list(
        'the streams that the recording of an export does not have and Domestique computed',
        text('a key', 'velocity_smooth'),
      ),
    ),
  },
  strava,
  hasLongArrays: true,
  indexes: [
    { name: 'activity_part', key: { activity_id: 1, part: 1 }, unique: true },
    { name: 'athlete_start', key: { athlete_id: 1, start_date: -1 } },
  ],
});

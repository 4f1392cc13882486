/**
 * The documented fields of Strava's activities. Domestique stores every field of a record; each can be absent.
 * https://developers.strava.com/docs/reference/#api-models-SummaryActivity
 */
import type { StravaField } from '../field.ts';

const meters = { type: 'number', unit: 'm' };
const seconds = { type: 'number', unit: 's' };
const speed = { type: 'number', unit: 'm/s' };
const watts = { type: 'number', unit: 'W' };
const beats = { type: 'number', unit: 'beats/min' };
const flag = { type: 'boolean', example: 'false' };
const point = { type: '[latitude, longitude]', unit: 'degrees', example: '[48.21, 16.37]' };

export const stravaActivity: Readonly<Record<string, StravaField>> = {
  id: { type: 'int64', example: '12345678901', meaning: 'the same as `_id`' },
  athlete: { type: 'object', example: '{"id": 1001}', meaning: 'the athlete' },
  name: { type: 'text', example: '"Morning Ride"', meaning: 'its title' },
  sport_type: { type: 'text', example: '"TrailRun"', meaning: 'the sport, in full detail' },
  type: { type: 'text', example: '"Run"', meaning: 'the older, coarser sport' },
  start_date_local: {
    type: 'text',
    example: '"2024-05-01T08:30:00Z"',
    meaning: 'local time of the place; its Z is no time zone',
  },
  timezone: {
    type: 'text',
    example: '"(GMT+01:00) Europe/Vienna"',
    meaning: 'time zone of the place',
  },
  utc_offset: { ...seconds, example: '7200', meaning: 'offset of local time at the start' },
  distance: { ...meters, example: '24931.4', meaning: 'distance covered' },
  moving_time: { ...seconds, example: '4207', meaning: 'without the pauses' },
  elapsed_time: { ...seconds, example: '4500', meaning: 'from start to end' },
  total_elevation_gain: { ...meters, example: '516', meaning: 'meters climbed' },
  elev_high: { ...meters, example: '446.6', meaning: 'highest altitude' },
  elev_low: { ...meters, example: '17.2', meaning: 'lowest altitude' },
  average_speed: { ...speed, example: '5.926', meaning: 'over the moving time' },
  max_speed: { ...speed, example: '14.1', meaning: 'the highest' },
  average_heartrate: { ...beats, example: '140.3', meaning: 'with a sensor' },
  max_heartrate: { ...beats, example: '178', meaning: 'with a sensor' },
  average_cadence: {
    type: 'number',
    unit: 'rev/min',
    example: '78.5',
    meaning: 'of one foot when running',
  },
  average_temp: { type: 'number', unit: '°C', example: '14', meaning: 'with a sensor' },
  average_watts: { ...watts, example: '185.5', meaning: 'estimated where `device_watts` is false' },
  weighted_average_watts: { ...watts, example: '230', meaning: 'with a power meter' },
  max_watts: { ...watts, example: '743', meaning: 'with a power meter' },
  kilojoules: { type: 'number', unit: 'kJ', example: '780.5', meaning: 'work, for rides' },
  device_watts: { ...flag, meaning: 'whether a power meter measured' },
  suffer_score: { type: 'number', example: '82', meaning: "Strava's relative effort" },
  gear_id: { type: 'text', example: '"b12345678987654321"', meaning: '`gear._id`' },
  device_name: { type: 'text', example: '"Garmin Edge 840"', meaning: 'what recorded it' },
  start_latlng: { ...point, meaning: 'the start; `[]` or null without GPS' },
  end_latlng: { ...point, meaning: 'the end' },
  map: {
    type: 'object',
    example: '{"id": "a1", "summary_polyline": "…"}',
    meaning: 'the track as an encoded polyline; `polyline` is the detailed one',
  },
  trainer: { ...flag, meaning: 'on a training machine' },
  commute: { ...flag, meaning: 'whether it was a commute' },
  manual: { ...flag, meaning: 'entered by hand, so without streams' },
  private: { ...flag, meaning: 'only the athlete sees it' },
  visibility: { type: 'text', example: '"everyone"', meaning: 'who sees it' },
  workout_type: { type: 'number', example: '10', meaning: 'race, long run, workout' },
  kudos_count: { type: 'number', example: '19', meaning: 'number of kudos' },
  athlete_count: {
    type: 'number',
    example: '3',
    meaning: 'number of athletes who recorded it together',
  },
  achievement_count: { type: 'number', example: '3', meaning: 'number of achievements' },
  description: { type: 'text', example: '"With Ada"', meaning: 'details: what the athlete wrote' },
  calories: { type: 'number', unit: 'kcal', example: '870.2', meaning: 'details' },
  laps: { type: 'list of objects', example: '[{"lap_index": 1}]', meaning: 'details' },
  splits_metric: {
    type: 'list of objects',
    example: '[{"split": 1}]',
    meaning: 'details: each km of a run',
  },
  best_efforts: {
    type: 'list of objects',
    example: '[{"name": "5K"}]',
    meaning: "details: Strava's own, of runs",
  },
  segment_efforts: {
    type: 'list of objects',
    example: '[{"segment": {"id": 229781}}]',
    meaning: 'details: each segment that was ridden or run',
  },
};

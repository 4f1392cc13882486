/**
 * How each key of an answer is called, and how its numbers are written for people.
 */
import type { Recipe } from '../../../queries/recipe.ts';
import { number } from './text-format.ts';
import type { Units } from './units.ts';
import * as units from './units.ts';

/** What a number's text depends on beside it. */
export interface NumberContext {
  readonly groupedBy?: Recipe['groupedBy'] | undefined;
  /** Strava's `sport_type`, where the document is of one sport. */
  readonly sport?: string | undefined;
  readonly units: Units;
}

type NumberText = (value: number, context: NumberContext) => string;

const distance: NumberText = (value, context) => units.distanceText(value, context.units);
const height: NumberText = (value, context) => units.heightText(value, context.units);
const clock: NumberText = (value) => units.clockText(value);
const rate: NumberText = (value, { sport, units: system }) => units.rateText(value, sport, system);
const withUnit =
  (unit: string, digits = 0): NumberText =>
  (value) =>
    `${value.toFixed(digits)} ${unit}`;
const degrees: NumberText = (value) => value.toFixed(5);

/** The names of the categories of climbs, by Strava's `climb_category`. */
const climbCategories = ['', '4', '3', '2', '1', 'HC'];

/** How a number is written, by the last key of its path. */
export const numberTexts: Readonly<Record<string, NumberText>> = {
  _id: (value, { groupedBy, units: system }) =>
    groupedBy === 'weekday'
      ? units.weekdayText(value)
      : groupedBy === 'climb'
        ? units.distanceText(value, system)
        : String(value),
  activity_id: String,
  athlete_id: String,
  distance,
  at_strava: distance,
  meters: distance,
  moving_time: (value) => `${units.hoursText(value)} h`,
  seconds: clock,
  time: clock,
  best_so_far: clock,
  best: clock,
  best_moving_time: clock,
  usual_moving_time: clock,
  away: distance,
  behind: clock,
  from: clock,
  to: clock,
  total_elevation_gain: height,
  so_far: height,
  gain: height,
  vam: (value, context) => `${units.heightText(value, context.units)}/h`,
  length: distance,
  from_m: distance,
  to_m: distance,
  gradient: withUnit('%', 1),
  category: (value) => climbCategories[value] ?? '',
  steepest: withUnit('%', 1),
  steep_meters: distance,
  altitude: height,
  km_per_hour: (value, context) => rate(value / 3.6, context),
  seconds_per_km: (value, context) => rate(1_000 / value, context),
  velocity_smooth: rate,
  watts: withUnit('W'),
  minutes: (value) => number(Math.round(value)),
  mean_kudos: (value) => value.toFixed(1),
  calories: (value) => `${number(Math.round(value))} kcal`,
  vo2max: (value) => value.toFixed(1),
  average_heartrate: withUnit('bpm'),
  heartrate: withUnit('bpm'),
  bpm: withUnit('bpm'),
  from_bpm: withUnit('bpm'),
  // Strava writes -1 for the end of the last zone, which has none.
  to_bpm: (value) => (value < 0 ? '' : `${value} bpm`),
  meters_per_heartbeat: (value, context) => units.heightText(value, context.units, 2),
  temp: (value, context) => units.temperatureText(value, context.units),
  grade_smooth: withUnit('%', 1),
  lat: degrees,
  lng: degrees,
};

/** The columns whose heading is not their key, by that. */
export const headings: Readonly<Record<string, string>> = {
  activity_id: 'activity',
  sport_type: 'sport',
  start_date_local: 'start',
  start_date: 'start',
  moving_time: 'moving',
  best_moving_time: 'best',
  usual_moving_time: 'usual',
  first_at: 'first',
  last_at: 'last',
  total_elevation_gain: 'climbing',
  so_far: 'year so far',
  from_m: 'starts at',
  vam: 'VAM',
  steep_meters: 'distance',
  km_per_hour: 'speed',
  seconds_per_km: 'speed',
  velocity_smooth: 'speed',
  grade_smooth: 'grade',
  temp: 'temperature',
  heartrate: 'heart rate',
  bpm: 'heart rate',
  average_heartrate: 'heart rate',
  meters_per_heartbeat: 'distance a heartbeat',
  from_bpm: 'from',
  to_bpm: 'to',
  at_strava: 'at Strava',
  seconds: 'time',
  meters: 'distance',
  watts: 'power',
  kudos_count: 'kudos',
  mean_kudos: 'kudos an activity',
  athlete_count: 'athletes',
  vo2max: 'VO₂max',
  lat: 'latitude',
  lng: 'longitude',
  fields: 'changes',
  next_try_at: 'next try',
  seen_at: 'seen',
  why: 'reason',
  at: 'removed',
  eddington: 'Eddington number',
};

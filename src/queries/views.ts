/**
 * The views of the database: frequent questions as collections, for programs without pipelines. Views
 * store nothing.
 */
import type { Document } from 'mongodb';
import { heartrateProfile } from './heartrate-profile.ts';
import {
  leastBy,
  listAt,
  localDay,
  localMonth,
  localWeek,
  measured,
  readableStart,
  sums,
  topActivityAs,
  withTopActivity,
} from './recipe.ts';
import { recordedStart, trainingDays } from './training-days.ts';

export interface View {
  readonly name: string;
  readonly viewOn: string;
  readonly pipeline: readonly Document[];
  readonly title: string;
  /** A document with invented values. */
  readonly answer: Document;
}

/** One document for each athlete and span of time; `key` names the span. */
function totalsView(name: string, key: string, span: Document, example: string): View {
  return {
    name,
    viewOn: 'activities',
    title: `one document for each athlete and ${key}`,
    pipeline: [
      { $match: { 'sync.athlete_id': { $gt: 0 }, ...readableStart } },
      { $group: { _id: { athlete_id: '$sync.athlete_id', [key]: span }, ...sums } },
      { $match: { [`_id.${key}`]: { $ne: null } } },
      { $set: { athlete_id: '$_id.athlete_id', [key]: `$_id.${key}` } },
    ],
    answer: {
      _id: { athlete_id: 1001, [key]: example },
      activities: 2,
      distance: 53210.4,
      moving_time: 9120,
      total_elevation_gain: 740,
      athlete_id: 1001,
      [key]: example,
    },
  };
}

/** A list of `derived` as documents of `effort`, `size` and `value`. */
function effortsOf(input: Document, effort: string, size: string, value: string): Document {
  return {
    $map: { input, as: 'one', in: { effort, size: `$$one.${size}`, value: `$$one.${value}` } },
  };
}

/** Of the durations of a power curve, those that people compare. */
const comparedPowers = {
  $filter: {
    input: listAt('$derived.best_power'),
    as: 'one',
    cond: { $in: ['$$one.seconds', [5, 60, 300, 1_200, 3_600]] },
  },
};

/** Less is better for a distance; more is better for the others. */
const rank = {
  $cond: [
    { $eq: ['$best.effort', 'best_distance'] },
    '$best.value',
    { $multiply: [-1, '$best.value'] },
  ],
};

const exampleEffort = { athlete_id: 1001, sport_type: 'Run', effort: 'best_distance', size: 5000 };

/** A document of the view `best_efforts`. */
export const exampleBestEffort = {
  _id: exampleEffort,
  ...exampleEffort,
  value: 1290,
  activity_id: 19000000001,
  name: 'Morning Run',
  start_date_local: '2026-06-14T06:00:12Z',
};

const bestEfforts: View = {
  name: 'best_efforts',
  viewOn: 'activities',
  title: 'one document for each athlete, sport and effort: the best one, and when it was',
  pipeline: [
    {
      $match: { 'sync.athlete_id': { $gt: 0 }, sport_type: { $gt: '', $not: { $type: 'array' } } },
    },
    {
      $project: {
        athlete_id: '$sync.athlete_id',
        sport_type: 1,
        best: {
          $concatArrays: [
            effortsOf(listAt('$derived.best_distance'), 'best_distance', 'meters', 'seconds'),
            effortsOf(comparedPowers, 'best_power', 'seconds', 'watts'),
            effortsOf(listAt('$derived.best_time'), 'best_time', 'seconds', 'meters'),
          ],
        },
      },
    },
    { $unwind: '$best' },
    {
      $group: {
        _id: {
          athlete_id: '$athlete_id',
          sport_type: '$sport_type',
          effort: '$best.effort',
          size: '$best.size',
        },
        top: leastBy(rank, '$best.value'),
      },
    },
    { $match: { '_id.size': measured } },
    ...withTopActivity,
    { $replaceWith: { $mergeObjects: [{ _id: '$_id' }, '$_id', ...topActivityAs('value')] } },
  ],
  answer: exampleBestEffort,
};

/**
 * It begins with the athletes, so that a filter by `athlete_id` comes before the lookup and computes no
 * other athlete.
 */
const trainingLoadDays: View = {
  name: 'training_load_days',
  viewOn: 'athletes',
  title:
    'one document for each athlete and local day from the first activity to the last: the load by heart rate, and what follows from it, as the question `training-load` has them',
  pipeline: [
    { $project: { _id: 0, athlete_id: '$_id', ...heartrateProfile } },
    {
      $lookup: {
        from: 'activities',
        localField: 'athlete_id',
        foreignField: 'sync.athlete_id',
        let: { resting: '$resting', highest: '$highest', sex: '$sex' },
        pipeline: [
          { $match: recordedStart },
          ...trainingDays({ resting: '$$resting', highest: '$$highest', sex: '$$sex' }),
          { $set: { day: { $dateToString: { format: '%Y-%m-%d', date: '$_id' } } } },
        ],
        as: 'of',
      },
    },
    { $unwind: '$of' },
    {
      $project: {
        _id: { athlete_id: '$athlete_id', day: '$of.day' },
        athlete_id: 1,
        day: '$of.day',
        load: '$of.load',
        fitness: '$of.fitness',
        fatigue: '$of.fatigue',
        form: '$of.form',
      },
    },
  ],
  answer: {
    _id: { athlete_id: 1001, day: '2026-11-22' },
    athlete_id: 1001,
    day: '2026-11-22',
    load: 84.2,
    fitness: 51.7,
    fatigue: 63.9,
    form: -12.2,
  },
};

export const views: readonly View[] = [
  totalsView('daily_totals', 'day', localDay, '2026-11-22'),
  totalsView('weekly_totals', 'week', localWeek, '2026-W47'),
  totalsView('monthly_totals', 'month', localMonth, '2026-11'),
  bestEfforts,
  trainingLoadDays,
];

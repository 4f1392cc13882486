/**
 * The question about the load of training by heart rate.
 */
import type { Document } from 'mongodb';
import type { Recipe } from '../recipe.ts';
import {
  highest,
  limit,
  listAt,
  localDate,
  numberAt,
  ofAthlete,
  readableStart,
  resting,
  sex,
} from '../recipe.ts';

/** The middle of a step of `derived.heartrate_seconds`, above its lowest heart rate. */
const middleBpm = 2.5;
const fatigueDays = 7;
const fitnessDays = 42;

/** Bounds the days that `$densify` fills in, whatever another program stored as a start. */
const recordedStart = {
  'derived.local.date': {
    ...readableStart['derived.local.date'],
    $gte: new Date('1970-01-01T00:00:00Z'),
    $lt: new Date('2100-01-01T00:00:00Z'),
  },
};

/** How far a step is from the resting heart rate to the highest one, 0 to 1. */
const reserve = {
  $divide: [
    { $subtract: [{ $add: [numberAt('$$step.bpm'), middleBpm] }, resting] },
    { $subtract: [highest, resting] },
  ],
};
const isFemale = { $eq: [sex, 'female'] };

/** Banister's TRIMP of one step: its minutes, weighted by the reserve. */
const trimp: Document = {
  $let: {
    vars: { reserve: { $min: [1, { $max: [0, reserve] }] } },
    in: {
      $multiply: [
        { $divide: [numberAt('$$step.seconds'), 60] },
        '$$reserve',
        { $cond: [isFemale, 0.86, 0.64] },
        { $exp: { $multiply: [{ $cond: [isFemale, 1.67, 1.92] }, '$$reserve'] } },
      ],
    },
  },
};

function average(days: number): Document {
  return { $expMovingAvg: { input: '$load', alpha: 1 / days } };
}

export const trainingLoad: readonly Recipe[] = [
  {
    name: 'training-load',
    topic: 'Training',
    collection: 'activities',
    reach: 'whole',
    title: 'How hard did I train by heart rate, and how fit and tired was I, day by day?',
    groupedBy: 'day',
    parameters: ['athlete', 'resting', 'highest', 'sex', 'limit'],
    examples: { limit: '14' },
    pipeline: [
      ofAthlete(recordedStart),
      {
        $project: {
          day: { $dateTrunc: { date: localDate, unit: 'day' } },
          load: {
            $sum: {
              $map: { input: listAt('$derived.heartrate_seconds'), as: 'step', in: trimp },
            },
          },
        },
      },
      { $match: { day: { $ne: null } } },
      { $group: { _id: '$day', load: { $sum: '$load' } } },
      { $densify: { field: '_id', range: { step: 1, unit: 'day', bounds: 'full' } } },
      { $set: { load: { $ifNull: ['$load', 0] } } },
      {
        $setWindowFields: {
          sortBy: { _id: 1 },
          output: { fitness: average(fitnessDays), fatigue: average(fatigueDays) },
        },
      },
      { $sort: { _id: -1 } },
      { $limit: limit },
      {
        $project: {
          _id: { $dateToString: { format: '%Y-%m-%d', date: '$_id' } },
          load: 1,
          fitness: 1,
          fatigue: 1,
          form: { $subtract: ['$fitness', '$fatigue'] },
        },
      },
    ],
    answer: { _id: '2026-11-22', load: 84.2, fitness: 51.7, fatigue: 63.9, form: -12.2 },
    note: [
      'The load is Banister’s TRIMP (Modeling elite athletic performance, 1991): minutes × r × 0.64 × e^(1.92 r) for men, minutes × r × 0.86 × e^(1.67 r) for women.',
      'r is the share of the heart rate reserve, (heart rate − resting) / (highest − resting), of each step of five beats in `derived`, in its middle.',
      'Set your own `resting`, `highest` and `sex`. Nothing of it is stored, so a new value needs no rebuild. An activity without heart rate counts as no load.',
      'Fitness and fatigue are averages with exponential weights over 42 and 7 days: each day takes in 1/42 or 1/7 of what the load differs. They begin with the load of the first day, so the first weeks say little.',
      'Form is fitness − fatigue of the same day. Days without an activity are there, up to the last activity’s.',
    ].join(' '),
  },
];

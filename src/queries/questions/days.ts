/**
 * Questions about days: on how many, in which series, and with which gaps. They read one index and no activity.
 */
import type { Recipe } from '../recipe.ts';
import { limit, localDay, Name, numberAt, ofAthlete, readableStart, sport } from '../recipe.ts';

const whole = { topic: 'Totals', collection: 'activities', reach: 'whole' } as const;

/** The days from 1970-01-01 to a local day. */
const dayNumber = {
  $dateDiff: {
    startDate: new Date(0),
    endDate: { $dateFromString: { dateString: '$_id', onError: null } },
    unit: 'day',
  },
};

/** The days with an activity, each with its number. */
const days = [
  ofAthlete(readableStart),
  { $group: { _id: localDay } },
  { $set: { day: dayNumber } },
  { $match: { day: { $ne: null } } },
];

export const dayQuestions: readonly Recipe[] = [
  {
    ...whole,
    name: 'eddington',
    title: 'What is the Eddington number: the largest E with E days of at least E kilometres each?',
    parameters: ['athlete', 'sport', 'unit'],
    pipeline: [
      ofAthlete({ sport_type: sport, ...readableStart }),
      { $group: { _id: localDay, distance: { $sum: numberAt('$distance') } } },
      {
        $setWindowFields: {
          sortBy: { distance: -1 },
          output: { number: { $documentNumber: {} } },
        },
      },
      {
        $match: {
          $expr: { $gte: ['$distance', { $multiply: ['$number', new Name('unit')] }] },
        },
      },
      { $group: { _id: null, eddington: { $max: '$number' } } },
      { $unset: '_id' },
    ],
    answer: { eddington: 57 },
    note: 'Without the line of `sport_type`, all sports count.',
  },
  {
    ...whole,
    name: 'streaks',
    title: 'Which were the longest series of days with an activity on each?',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ...days,
      { $setWindowFields: { sortBy: { _id: 1 }, output: { number: { $documentNumber: {} } } } },
      // Within a series, the difference of the day and its rank is constant.
      {
        $group: {
          _id: { $subtract: ['$day', '$number'] },
          from: { $min: '$_id' },
          to: { $max: '$_id' },
          days: { $sum: 1 },
        },
      },
      { $sort: { days: -1, from: -1 } },
      { $limit: limit },
      { $unset: '_id' },
    ],
    answer: { from: '2026-05-01', to: '2026-05-19', days: 19 },
  },
  {
    ...whole,
    name: 'gaps',
    title: 'When was there no activity for a number of days?',
    parameters: ['athlete', 'days'],
    pipeline: [
      ...days,
      {
        $setWindowFields: {
          sortBy: { _id: 1 },
          output: {
            after: { $shift: { output: '$_id', by: -1 } },
            before: { $shift: { output: '$day', by: -1 } },
          },
        },
      },
      {
        $project: {
          _id: 0,
          after: 1,
          until: '$_id',
          days: { $subtract: [{ $subtract: ['$day', '$before'] }, 1] },
        },
      },
      { $match: { days: { $gte: new Name('days') } } },
      { $sort: { days: -1, until: -1 } },
    ],
    answer: { after: '2026-01-03', until: '2026-01-19', days: 15 },
    note: '`after` and `until` are the days with an activity; `days` are those between them.',
  },
];

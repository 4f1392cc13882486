/**
 * Questions about totals. All but the review read one index and no activity.
 */
import type { Document } from 'mongodb';
import type { Recipe } from '../recipe.ts';
import {
  exampleSums,
  limit,
  localDate,
  localDay,
  localMonth,
  localWeek,
  localYear,
  numberAt,
  ofAthlete,
  readableStart,
  sums,
  topBy,
  year,
} from '../recipe.ts';

const whole = { topic: 'Totals', collection: 'activities', reach: 'whole' } as const;

const sumsBy = (key: unknown, of: Document) => [ofAthlete(of), { $group: { _id: key, ...sums } }];

const bySport = { sport_type: { $gt: '' } };
/** Without the group of a start that is no date. */
const known = { $match: { _id: { $ne: null } } };

export const totals: readonly Recipe[] = [
  {
    ...whole,
    name: 'totals-by-sport',
    title: 'How much of each sport, by time?',
    groupedBy: 'sport',
    parameters: ['athlete'],
    pipeline: [...sumsBy('$sport_type', bySport), { $sort: { moving_time: -1, _id: 1 } }],
    answer: { _id: 'Ride', ...exampleSums },
  },
  {
    ...whole,
    name: 'totals-by-day',
    title: 'How much on each day, the newest first?',
    groupedBy: 'day',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ...sumsBy(localDay, readableStart),
      known,
      { $sort: { _id: -1 } },
      { $limit: limit },
    ],
    answer: { _id: '2026-11-22', ...exampleSums },
    note: 'Days without an activity are absent.',
  },
  {
    ...whole,
    name: 'totals-by-week',
    title: 'How much in each ISO week, the newest first?',
    groupedBy: 'week',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ...sumsBy(localWeek, readableStart),
      known,
      { $sort: { _id: -1 } },
      { $limit: limit },
    ],
    answer: { _id: '2026-W47', ...exampleSums },
    note: 'Weeks begin on Monday, and week 1 is the one with the first Thursday of the year. Weeks without an activity are absent.',
  },
  {
    ...whole,
    name: 'minutes-by-week',
    title: 'How many minutes in each ISO week, the newest first?',
    groupedBy: 'week',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ofAthlete(readableStart),
      {
        $group: {
          _id: localWeek,
          seconds: { $sum: numberAt('$moving_time') },
          activities: { $sum: 1 },
        },
      },
      known,
      { $sort: { _id: -1 } },
      { $limit: limit },
      { $project: { minutes: { $divide: ['$seconds', 60] }, activities: 1 } },
    ],
    answer: { _id: '2026-W47', activities: 5, minutes: 421.8 },
    note: 'Minutes in motion, of all sports; `--sport Run` counts one. Weeks as in `totals-by-week`.',
  },
  {
    ...whole,
    name: 'totals-by-month',
    title: 'How much in each month, the newest first?',
    groupedBy: 'month',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ...sumsBy(localMonth, readableStart),
      known,
      { $sort: { _id: -1 } },
      { $limit: limit },
    ],
    answer: { _id: '2026-11', ...exampleSums },
  },
  {
    ...whole,
    name: 'totals-by-year',
    title: 'How much of each sport in each year?',
    parameters: ['athlete'],
    pipeline: [
      ...sumsBy({ year: localYear, sport: '$sport_type' }, { ...bySport, ...readableStart }),
      { $match: { '_id.year': { $ne: null } } },
      { $sort: { '_id.year': -1, moving_time: -1, '_id.sport': 1 } },
    ],
    answer: { _id: { year: '2026', sport: 'Ride' }, ...exampleSums },
  },
  {
    ...whole,
    name: 'totals-by-weekday',
    title: 'On which days of the week?',
    groupedBy: 'weekday',
    parameters: ['athlete'],
    pipeline: [
      ...sumsBy({ $isoDayOfWeek: localDate }, readableStart),
      known,
      { $sort: { _id: 1 } },
    ],
    answer: { _id: 1, ...exampleSums },
    note: 'Monday is 1, Sunday is 7.',
  },
  {
    ...whole,
    name: 'climbing-by-month',
    title: 'How many metres of climbing in each month of a year, and in the year so far?',
    groupedBy: 'month',
    parameters: ['athlete', 'year'],
    hint: 'totals',
    pipeline: [
      ofAthlete({ 'derived.local.date': year }),
      {
        $group: {
          _id: localMonth,
          total_elevation_gain: { $sum: numberAt('$total_elevation_gain') },
          activities: { $sum: 1 },
        },
      },
      {
        $setWindowFields: {
          sortBy: { _id: 1 },
          output: {
            so_far: {
              $sum: '$total_elevation_gain',
              window: { documents: ['unbounded', 'current'] },
            },
          },
        },
      },
    ],
    answer: { _id: '2026-03', total_elevation_gain: 4210, activities: 14, so_far: 9875 },
  },
  {
    ...whole,
    name: 'year-in-review',
    title: 'What was the year like?',
    parameters: ['athlete', 'year'],
    hint: 'totals',
    pipeline: [
      ofAthlete({ 'derived.local.date': year }),
      { $set: { distance: numberAt('$distance'), moving_time: numberAt('$moving_time') } },
      {
        $group: {
          _id: null,
          ...sums,
          days: { $addToSet: localDay },
          sports: { $addToSet: '$sport_type' },
          farthest: topBy('distance', ['name', 'distance']),
          longest: topBy('moving_time', ['name', 'moving_time']),
        },
      },
      { $set: { days: { $size: '$days' }, sports: { $size: '$sports' } } },
      { $unset: '_id' },
    ],
    answer: {
      ...exampleSums,
      days: 161,
      sports: 6,
      farthest: { _id: 19000000001, name: 'Over the hills', distance: 187412.6 },
      longest: { _id: 19000000002, name: 'A long day', moving_time: 25310 },
    },
    note: 'It reads the activities of that year, because the index has no names.',
  },
];

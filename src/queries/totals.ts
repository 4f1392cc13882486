/**
 * Questions about totals. All but the review read one index and no activity.
 */
import type { Recipe } from './recipe.ts';
import {
  exampleSums,
  limit,
  localDate,
  localDay,
  localMonth,
  localWeek,
  localYear,
  Name,
  ofAthlete,
  sport,
  sums,
  topBy,
  year,
} from './recipe.ts';

const whole = { topic: 'Totals', collection: 'activities', reach: 'whole' } as const;

/** The days from 1970-01-01 to a local day. */
const dayNumber = {
  $dateDiff: {
    startDate: new Date(0),
    endDate: { $dateFromString: { dateString: '$_id', onError: null } },
    unit: 'day',
  },
};

const sumsBy = (key: unknown) => [ofAthlete(), { $group: { _id: key, ...sums } }];

const days = [{ $group: { _id: localDay } }, { $match: { _id: { $ne: '' } } }];

export const totals: readonly Recipe[] = [
  {
    ...whole,
    name: 'totals-by-sport',
    title: 'How much of each sport, by time?',
    groupedBy: 'sport',
    parameters: ['athlete'],
    pipeline: [...sumsBy('$sport_type'), { $sort: { moving_time: -1, _id: 1 } }],
    answer: { _id: 'Ride', ...exampleSums },
  },
  {
    ...whole,
    name: 'totals-by-week',
    title: 'How much in each ISO week, the newest first?',
    groupedBy: 'week',
    parameters: ['athlete', 'limit'],
    pipeline: [...sumsBy(localWeek), { $sort: { _id: -1 } }, { $limit: limit }],
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
      ofAthlete(),
      {
        $group: { _id: localWeek, seconds: { $sum: '$moving_time' }, activities: { $sum: 1 } },
      },
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
    pipeline: [...sumsBy(localMonth), { $sort: { _id: -1 } }, { $limit: limit }],
    answer: { _id: '2026-11', ...exampleSums },
  },
  {
    ...whole,
    name: 'totals-by-year',
    title: 'How much of each sport in each year?',
    parameters: ['athlete'],
    pipeline: [
      ...sumsBy({ year: localYear, sport: '$sport_type' }),
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
    pipeline: [...sumsBy({ $isoDayOfWeek: localDate }), { $sort: { _id: 1 } }],
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
      ofAthlete({ start_date_local: year }),
      {
        $group: {
          _id: localMonth,
          total_elevation_gain: { $sum: '$total_elevation_gain' },
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
      ofAthlete({ start_date_local: year }),
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
  {
    ...whole,
    name: 'eddington',
    title: 'What is the Eddington number: the largest E with E days of at least E kilometres each?',
    parameters: ['athlete', 'sport', 'unit'],
    pipeline: [
      ofAthlete({ sport_type: sport }),
      { $group: { _id: localDay, distance: { $sum: '$distance' } } },
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
      ofAthlete(),
      ...days,
      { $setWindowFields: { sortBy: { _id: 1 }, output: { number: { $documentNumber: {} } } } },
      // Within a series, the difference of the day and its rank is constant.
      {
        $group: {
          _id: { $subtract: [dayNumber, '$number'] },
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
      ofAthlete(),
      ...days,
      { $set: { number: dayNumber } },
      {
        $setWindowFields: {
          sortBy: { _id: 1 },
          output: {
            after: { $shift: { output: '$_id', by: -1 } },
            before: { $shift: { output: '$number', by: -1 } },
          },
        },
      },
      {
        $project: {
          _id: 0,
          after: 1,
          until: '$_id',
          days: { $subtract: [{ $subtract: ['$number', '$before'] }, 1] },
        },
      },
      { $match: { days: { $gte: new Name('days') } } },
      { $sort: { days: -1, until: -1 } },
    ],
    answer: { after: '2026-01-03', until: '2026-01-19', days: 15 },
    note: '`after` and `until` are the days with an activity; `days` are those between them.',
  },
];

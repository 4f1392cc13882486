/**
 * Questions about single outstanding activities, from Strava's own fields.
 */
import type { Recipe } from '../recipe.ts';
import {
  exampleSummary,
  limit,
  localYear,
  measured,
  meters,
  numberAt,
  ofAthlete,
  readableStart,
  sport,
  summary,
  topBy,
} from '../recipe.ts';

const selective = { topic: 'Activities', collection: 'activities', reach: 'selective' } as const;
const whole = { ...selective, reach: 'whole' } as const;
const latest = [
  { $sort: { start_date: -1, _id: 1 } },
  { $limit: limit },
  { $project: { ...summary, moving_time: 1 } },
];
const example = { ...exampleSummary, moving_time: 6120 };

export const records: readonly Recipe[] = [
  {
    ...selective,
    name: 'latest',
    title: 'Which are the latest activities?',
    parameters: ['athlete', 'limit'],
    pipeline: [ofAthlete(), ...latest],
    answer: example,
  },
  {
    ...selective,
    name: 'latest-of-sport',
    title: 'Which are the latest activities of a sport?',
    parameters: ['athlete', 'sport', 'limit'],
    pipeline: [ofAthlete({ sport_type: sport }), ...latest],
    answer: { ...example, sport_type: 'Run', name: 'Morning Run' },
  },
  {
    ...selective,
    name: 'longer-than',
    title: 'Which activities of a sport were longer than 20 km, the newest first?',
    parameters: ['athlete', 'sport', 'meters'],
    examples: { meters: '20000' },
    hint: 'totals',
    pipeline: [
      ofAthlete({ sport_type: sport, distance: { $gt: meters } }),
      { $sort: { start_date_local: -1, _id: 1 } },
      { $project: { ...summary, moving_time: 1 } },
    ],
    answer: { ...example, sport_type: 'Run', name: 'Long Run', distance: 21345.6 },
    note: 'With `--sport Ride`, `--meters 100000` and `--meters 160000` it finds the rides of more than 100 and 160 km.',
  },
  {
    ...selective,
    name: 'with-others',
    title: 'Which activities were recorded together with others, the newest first?',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ofAthlete({ athlete_count: { $gt: 1 } }),
      { $sort: { start_date: -1, _id: 1 } },
      { $limit: limit },
      { $project: { ...summary, athlete_count: 1 } },
    ],
    answer: { ...exampleSummary, athlete_count: 3 },
    note: '`athlete_count` is Strava’s number of athletes in the group, this one included.',
  },
  {
    ...selective,
    name: 'most-kudoed',
    title: 'Which activities got the most kudos?',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ofAthlete({ kudos_count: { $gt: 0 } }),
      { $sort: { kudos_count: -1, start_date: -1, _id: 1 } },
      { $limit: limit },
      { $project: { ...summary, kudos_count: 1 } },
    ],
    answer: { ...exampleSummary, kudos_count: 27 },
  },
  {
    ...whole,
    name: 'kudos',
    title: 'How many kudos in all, and for an activity?',
    parameters: ['athlete'],
    pipeline: [
      ofAthlete({ kudos_count: { $gte: 0 } }),
      {
        $group: {
          _id: null,
          activities: { $sum: 1 },
          kudos: { $sum: '$kudos_count' },
          mean_kudos: { $avg: '$kudos_count' },
        },
      },
      { $unset: '_id' },
    ],
    answer: { activities: 1187, kudos: 10423, mean_kudos: 8.8 },
  },
  {
    ...whole,
    name: 'calories-by-year',
    title: 'How many kilocalories in each year?',
    groupedBy: 'year',
    parameters: ['athlete'],
    pipeline: [
      ofAthlete({ calories: { $gt: 0 }, ...readableStart }),
      { $group: { _id: localYear, calories: { $sum: '$calories' }, activities: { $sum: 1 } } },
      { $sort: { _id: -1 } },
    ],
    answer: { _id: '2026', calories: 98412.5, activities: 187 },
    note: 'Only details have `calories`: it counts the activities whose details `SYNC_DETAILS` has stored.',
  },
  {
    ...whole,
    name: 'longest-by-sport',
    title: 'Which is the longest activity of each sport?',
    groupedBy: 'sport',
    parameters: ['athlete'],
    pipeline: [
      ofAthlete({ sport_type: { $gt: '' }, distance: measured }),
      {
        $group: {
          _id: '$sport_type',
          longest: topBy('distance', ['name', 'start_date_local', 'distance']),
        },
      },
      { $sort: { _id: 1 } },
    ],
    answer: {
      _id: 'Ride',
      longest: {
        _id: 19000000001,
        name: 'Over the hills',
        start_date_local: '2026-06-14T06:00:12Z',
        distance: 187412.6,
      },
    },
  },
  {
    ...whole,
    name: 'fastest-by-sport',
    title: 'Which activity of each sport with a minimum length was the fastest on average?',
    groupedBy: 'sport',
    parameters: ['athlete', 'meters'],
    pipeline: [
      ofAthlete({
        sport_type: { $gt: '' },
        distance: { ...measured, $gte: meters },
        moving_time: { ...measured, $gt: 0 },
      }),
      {
        $set: {
          km_per_hour: { $multiply: [3.6, { $divide: ['$distance', '$moving_time'] }] },
        },
      },
      {
        $group: {
          _id: '$sport_type',
          fastest: topBy('km_per_hour', ['name', 'start_date_local', 'km_per_hour']),
        },
      },
      { $sort: { _id: 1 } },
    ],
    answer: {
      _id: 'Run',
      fastest: {
        _id: 19000000001,
        name: 'Morning Run',
        start_date_local: '2026-06-14T06:00:12Z',
        km_per_hour: 14.2,
      },
    },
  },
  {
    ...whole,
    name: 'gear-mileage',
    title: 'How far has each bike and pair of shoes gone?',
    groupedBy: 'gear',
    parameters: ['athlete'],
    pipeline: [
      ofAthlete({ gear_id: { $gt: '' } }),
      {
        $group: {
          _id: '$gear_id',
          activities: { $sum: 1 },
          distance: { $sum: numberAt('$distance') },
          moving_time: { $sum: numberAt('$moving_time') },
        },
      },
      { $lookup: { from: 'gear', localField: '_id', foreignField: '_id', as: 'gear' } },
      { $set: { name: { $first: '$gear.name' }, at_strava: { $first: '$gear.distance' } } },
      { $unset: 'gear' },
      { $sort: { distance: -1, _id: 1 } },
    ],
    answer: {
      _id: 'b12345678',
      activities: 214,
      distance: 8412345.6,
      moving_time: 1203400,
      name: 'Bike 1',
      at_strava: 8400012,
    },
    note: '`distance` is the sum of the stored activities. `at_strava` is Strava’s sum when the gear was last fetched; `name` and `at_strava` are absent if it never was.',
  },
];

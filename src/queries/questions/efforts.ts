/**
 * Questions over all recordings, answered from `derived`, which is computed for each activity when its
 * streams are stored. They read no streams.
 */
import type { Document } from 'mongodb';
import type { Name, Recipe } from '../recipe.ts';
import {
  athlete,
  limit,
  listAt,
  localYear,
  measured,
  meters,
  ofAthlete,
  readableStart,
  seconds,
  sport,
} from '../recipe.ts';
import { exampleBestEffort } from '../views.ts';

const whole = {
  topic: 'Best efforts of all recordings',
  collection: 'activities',
  reach: 'whole',
} as const;

/** One member of the effort of the wanted size in a list of `derived`. */
function effortOf(
  list: string,
  { size, wanted, by }: { size: string; wanted: Name | number; by: string },
): Document {
  const cond = { $eq: [`$$effort.${size}`, wanted] };
  const best = { $first: { $filter: { input: listAt(`$derived.${list}`), as: 'effort', cond } } };
  return { $let: { vars: { best }, in: `$$best.${by}` } };
}

/** The best activities by one value. */
function ranking(by: string, value: Document, order: 1 | -1): readonly Document[] {
  return [
    { $project: { name: 1, start_date_local: 1, [by]: value } },
    { $match: { [by]: measured } },
    { $sort: { [by]: order, _id: 1 } },
    { $limit: limit },
  ];
}

const bestSeconds = effortOf('best_distance', { size: 'meters', wanted: meters, by: 'seconds' });
const bestMeters = (wanted: number): Document =>
  effortOf('best_time', { size: 'seconds', wanted, by: 'meters' });
const bestWatts = effortOf('best_power', { size: 'seconds', wanted: seconds, by: 'watts' });

const example = {
  _id: 19000000001,
  name: 'Morning Run',
  start_date_local: '2026-06-14T06:00:12Z',
};

export const efforts: readonly Recipe[] = [
  {
    ...whole,
    name: 'best-distance',
    title: 'In which activities of a sport was 1 km, 5 km or 10 km the fastest?',
    parameters: ['athlete', 'sport', 'meters', 'limit'],
    pipeline: [
      ofAthlete({ sport_type: sport, 'derived.best_distance.meters': meters }),
      ...ranking('seconds', bestSeconds, 1),
    ],
    answer: { ...example, seconds: 1290 },
    note: 'The distances are 400, 1000, 1609.344, 5000, 10000, 20000, 21097.5, 42195 and 100000 metres.',
  },
  {
    ...whole,
    name: 'best-power',
    title: 'In which activities was the mean power over 20 minutes the highest?',
    parameters: ['athlete', 'seconds', 'limit'],
    pipeline: [
      ofAthlete({ 'derived.best_power.seconds': seconds }),
      ...ranking('watts', bestWatts, -1),
    ],
    answer: { ...example, name: 'Morning Ride', watts: 251 },
    note: 'The durations are 5, 60, 300, 1200 and 3600 seconds.',
  },
  {
    ...whole,
    name: 'best-hour',
    title: 'In which activities of a sport did an hour go the farthest?',
    parameters: ['athlete', 'sport', 'limit'],
    pipeline: [
      ofAthlete({ sport_type: sport, 'derived.best_time.seconds': 3600 }),
      ...ranking('meters', bestMeters(3600), -1),
    ],
    answer: { ...example, meters: 13250 },
  },
  {
    ...whole,
    name: 'best-twelve-minutes',
    title:
      'In which activities of a sport did twelve minutes go the farthest, and what VO₂max does Cooper’s test give?',
    parameters: ['athlete', 'sport', 'limit'],
    pipeline: [
      ofAthlete({ sport_type: sport, 'derived.best_time.seconds': 720 }),
      ...ranking('meters', bestMeters(720), -1),
      { $match: { meters: { $gt: 504.9 } } },
      { $set: { vo2max: { $divide: [{ $subtract: ['$meters', 504.9] }, 44.73] } } },
    ],
    answer: { ...example, meters: 2984, vo2max: 55.4 },
    note: '`vo2max` is (metres − 504.9) / 44.73 in ml/kg/min, which holds for running with full effort on level ground: K. H. Cooper, A means of assessing maximal oxygen intake, JAMA 203 (1968), 201–204. The command `rebuild --all` adds the twelve minutes to recordings that are stored already.',
  },
  {
    ...whole,
    name: 'personal-bests',
    title: 'What are the best efforts of each sport?',
    collection: 'best_efforts',
    parameters: ['athlete'],
    pipeline: [
      { $match: { athlete_id: athlete } },
      { $sort: { sport_type: 1, effort: 1, size: 1 } },
    ],
    answer: exampleBestEffort,
    note: 'It reads the view `best_efforts`.',
  },
  {
    ...whole,
    name: 'progress',
    title: 'How did the best time over a distance develop from year to year?',
    groupedBy: 'year',
    parameters: ['athlete', 'sport', 'meters'],
    pipeline: [
      ofAthlete({
        sport_type: sport,
        'derived.best_distance.meters': meters,
        ...readableStart,
      }),
      { $set: { seconds: bestSeconds } },
      { $match: { seconds: measured } },
      {
        $group: {
          _id: localYear,
          seconds: { $min: '$seconds' },
          activities: { $sum: 1 },
        },
      },
      { $sort: { _id: 1 } },
    ],
    answer: { _id: '2026', seconds: 1290, activities: 83 },
  },
];

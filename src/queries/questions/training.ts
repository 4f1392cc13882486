/**
 * Questions about training: the best mean power and heart rate of all recordings over each duration.
 */
import type { Document } from 'mongodb';
import type { Recipe } from '../recipe.ts';
import { leastBy, listAt, measured, ofAthlete, topActivityAs, withTopActivity } from '../recipe.ts';

const whole = { topic: 'Training', collection: 'activities', reach: 'whole' } as const;

/** For each duration of a curve in `derived`, the best of all activities. */
function curveOf(list: string, value: string): readonly Document[] {
  return [
    ofAthlete({ [`derived.${list}.0`]: { $exists: true } }),
    { $project: { best: listAt(`$derived.${list}`) } },
    { $unwind: '$best' },
    {
      $group: {
        _id: '$best.seconds',
        top: leastBy({ $multiply: [-1, `$best.${value}`] }, `$best.${value}`),
      },
    },
    { $match: { _id: measured } },
    ...withTopActivity,
    { $sort: { _id: 1 } },
    { $replaceWith: { $mergeObjects: [{ seconds: '$_id' }, ...topActivityAs(value)] } },
  ];
}

const example = {
  activity_id: 19000000001,
  name: 'Morning Ride',
  start_date_local: '2026-06-14T06:00:12Z',
};
const durations =
  'The durations are forty from a second to five hours. With `--since 2026 --until 2026` of `query` it is the curve of a year.';

export const training: readonly Recipe[] = [
  {
    ...whole,
    name: 'power-curve',
    title: 'What is my best mean power over each duration, and when was it?',
    parameters: ['athlete'],
    pipeline: curveOf('best_power', 'watts'),
    answer: { seconds: 1200, watts: 251.3, ...example },
    note: durations,
  },
  {
    ...whole,
    name: 'heartrate-curve',
    title: 'What is my highest mean heart rate over each duration, and when was it?',
    parameters: ['athlete'],
    pipeline: curveOf('best_heartrate', 'bpm'),
    answer: { seconds: 1200, bpm: 171.4, ...example },
    note: durations,
  },
];

/**
 * The question about the climbs of a route: those of one activity, with the times of every activity there.
 */
import type { Recipe } from '../recipe.ts';
import { listAt, measured, Name, numberAt, onRoute, routed } from '../recipe.ts';

/** The share of either of two climbs that has to be in common for them to be one. */
const minShare = 0.75;

/** The metres that the climb and one of the looked-up climbs, `$$known`, have in common. */
const common = {
  $subtract: [
    { $min: ['$climb.to_m', numberAt('$$known.to_m')] },
    { $max: ['$climb.from_m', numberAt('$$known.from_m')] },
  ],
};

/** Where most of either climb is in common. */
const isKnown = {
  $and: [
    { $gt: [common, { $multiply: [minShare, '$climb.length'] }] },
    { $gt: [common, { $multiply: [minShare, numberAt('$$known.length')] }] },
  ],
};

const one = (part: string): Name => new Name(`one.${part}`);

export const routeClimbs: readonly Recipe[] = [
  {
    topic: 'Climbs',
    collection: 'activities',
    reach: 'selective',
    name: 'route-climbs',
    title: 'Which climbs has the route of this activity, and what are my best times on them?',
    groupedBy: 'climb',
    parameters: ['activity'],
    lookup: routed({ climbs: listAt('$derived.climbs') }),
    hint: 'route',
    pipeline: [
      onRoute(one('athlete_id'), one('route')),
      { $project: { start_date_local: 1, climb: listAt('$derived.climbs') } },
      { $unwind: '$climb' },
      {
        $match: {
          'climb.from_m': measured,
          'climb.to_m': measured,
          'climb.length': { ...measured, $gt: 0 },
          'climb.seconds': { ...measured, $gt: 0 },
        },
      },
      {
        $set: {
          known: {
            $first: { $filter: { input: { $literal: one('climbs') }, as: 'known', cond: isKnown } },
          },
        },
      },
      { $match: { 'known.from_m': measured, 'known.gain': measured } },
      {
        $group: {
          _id: '$known.from_m',
          length: { $first: '$known.length' },
          gain: { $first: '$known.gain' },
          ascents: { $sum: 1 },
          seconds: { $min: '$climb.seconds' },
          best: {
            $top: {
              sortBy: { 'climb.seconds': 1, _id: 1 },
              output: { activity_id: '$_id', start_date_local: '$start_date_local' },
            },
          },
        },
      },
      {
        $project: {
          length: 1,
          gain: 1,
          ascents: 1,
          seconds: 1,
          activity_id: '$best.activity_id',
          start_date_local: '$best.start_date_local',
        },
      },
      { $sort: { _id: 1 } },
    ],
    answer: {
      _id: 12340,
      length: 4400,
      gain: 321.5,
      ascents: 9,
      seconds: 986,
      activity_id: 19000000001,
      start_date_local: '2026-06-14T06:00:12Z',
    },
    note: '`_id` is where the climb starts, in metres from the start of the activity. A climb of another activity of the route is the same one if three quarters of both are in common.',
  },
];

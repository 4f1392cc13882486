/**
 * Questions about routes: the ways that an athlete takes again and again.
 */
import type { Document } from 'mongodb';
import { ObjectId } from 'mongodb';
import type { Recipe } from '../recipe.ts';
import {
  activity,
  athlete,
  exampleSummary,
  limit,
  measured,
  Name,
  numberAt,
  onRoute,
  route,
  routed,
  summary,
} from '../recipe.ts';

const selective = { topic: 'Routes', reach: 'selective' } as const;
const one = (part: string): Name => new Name(`one.${part}`);

/** Left out where it is no number. */
const read = (path: string): Document => numberAt(path, '$$REMOVE');

const shownRoute = {
  name: 1,
  sport_type: 1,
  activities: '$count',
  distance: read('$distance'),
  total_elevation_gain: read('$total_elevation_gain'),
  best_moving_time: read('$best_moving_time'),
  usual_moving_time: read('$usual_moving_time'),
};

const exampleRoute = {
  _id: new ObjectId('665f1c2ab7e8a90012345678'),
  name: 'Morning Ride',
  sport_type: 'Ride',
  activities: 42,
  distance: 24931.4,
  total_elevation_gain: 312,
  best_moving_time: 3012,
  usual_moving_time: 3310,
};

/** A text as the sport, and a number as the count; a list is neither. */
const readable = (least: number): Document => ({
  sport_type: { $gt: '', $not: { $type: 'array' } },
  count: { $gte: least, $not: { $type: 'array' } },
});

/** The moving times on a route, each with how far behind the best it is. */
const times = {
  ...selective,
  collection: 'activities',
  parameters: ['route'],
  lookup: {
    as: 'one',
    collection: 'routes',
    filter: { _id: route, athlete_id: { $gt: 0 } },
    projection: { athlete_id: 1 },
    absence: 'There is no such route.',
  },
  hint: 'route',
} as const;

const timesOnRoute = [
  onRoute(one('athlete_id'), route),
  { $match: { moving_time: { ...measured, $gt: 0 } } },
  { $setWindowFields: { output: { best: { $min: '$moving_time' } } } },
];

const shownTime = {
  name: 1,
  start_date_local: 1,
  seconds: '$moving_time',
  behind: { $subtract: ['$moving_time', '$best'] },
};

const exampleTime = {
  _id: 19000000001,
  name: 'Morning Ride',
  start_date_local: '2026-11-22T09:12:44Z',
  seconds: 3310,
  behind: 298,
};

export const routes: readonly Recipe[] = [
  {
    ...selective,
    collection: 'routes',
    name: 'routes',
    title: 'Which routes do I do most?',
    groupedBy: 'route',
    parameters: ['athlete', 'limit'],
    hint: 'athlete_most_travelled',
    pipeline: [
      { $match: { athlete_id: athlete, ...readable(2) } },
      { $sort: { count: -1, last_at: -1, _id: 1 } },
      { $limit: limit },
      { $project: { ...shownRoute, first_at: '$first_at', last_at: '$last_at' } },
    ],
    answer: {
      ...exampleRoute,
      first_at: new Date('2019-05-01T06:30:00Z'),
      last_at: new Date('2026-11-22T08:12:44Z'),
    },
    note: 'The times are moving times, the usual one is the median. What was done once is left out. A route has the name of the first activity that was found on it.',
  },
  {
    ...times,
    name: 'route-times',
    title: 'What are my times on this route over the years?',
    pipeline: [...timesOnRoute, { $sort: { start_date: -1, _id: 1 } }, { $project: shownTime }],
    answer: exampleTime,
    note: '`seconds` is the moving time, `behind` its difference to the best. The route of an activity is in its `derived.route`: `query` takes `--activity` in place of `--route`.',
  },
  {
    ...times,
    name: 'route-fastest',
    title: 'Which times on this route are the fastest?',
    parameters: ['route', 'limit'],
    pipeline: [
      ...timesOnRoute,
      { $sort: { moving_time: 1, _id: 1 } },
      { $limit: limit },
      { $project: { ...shownTime, distance: read('$distance') } },
    ],
    answer: { ...exampleTime, distance: 24931.4 },
    note: '`query` takes `--activity`, an activity of the route, in place of `--route`.',
  },
  {
    ...selective,
    collection: 'routes',
    name: 'routes-near',
    title: 'Which routes begin near a point?',
    groupedBy: 'route',
    parameters: ['athlete', 'lng', 'lat', 'radius', 'limit'],
    examples: { radius: '2000' },
    pipeline: [
      {
        $geoNear: {
          near: { type: 'Point', coordinates: [new Name('lng'), new Name('lat')] },
          key: 'start_point',
          distanceField: 'away',
          maxDistance: new Name('radius'),
          query: { athlete_id: athlete, ...readable(1) },
        },
      },
      { $sort: { away: 1, count: -1, last_at: -1, _id: 1 } },
      { $limit: limit },
      { $project: { away: 1, ...shownRoute } },
    ],
    answer: { ...exampleRoute, away: 812.4 },
    note: 'The closest first; of those that begin at the same place, the one done most often. The radius is in metres.',
  },
  {
    ...selective,
    collection: 'activities',
    name: 'same-route',
    title: 'Which activities were on the same route as this one?',
    parameters: ['activity'],
    lookup: routed(),
    hint: 'route',
    pipeline: [
      onRoute(one('athlete_id'), one('route')),
      { $match: { _id: { $ne: activity } } },
      { $sort: { start_date_local: -1, _id: 1 } },
      { $project: summary },
    ],
    answer: exampleSummary,
    note: 'A route is a way in one direction, with one sport: at least 85 % of each track lie within 50 m of the other. An activity without a track of 500 m has none, and neither has one that was stored before there were routes, until `rebuild`.',
  },
];

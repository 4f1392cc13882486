/**
 * Questions about the heart over all recordings.
 */
import type { Document } from 'mongodb';
import type { Name, Recipe } from './recipe.ts';
import {
  athlete,
  localYear,
  measured,
  numberAt,
  ofAthlete,
  readableStart,
  sport,
} from './recipe.ts';

const whole = { topic: 'Heart rate', collection: 'activities', reach: 'whole' } as const;

/** Turns documents of `_id` (beats a minute) and `seconds` into one for each of the athlete's zones. */
export const zoneStages = (athlete: Name): readonly Document[] => [
  { $group: { _id: null, rates: { $push: { bpm: '$_id', seconds: '$seconds' } } } },
  {
    $lookup: {
      from: 'athletes',
      pipeline: [{ $match: { _id: athlete } }, { $project: { heart_rate: '$zones.heart_rate' } }],
      as: 'athlete',
    },
  },
  { $unwind: '$athlete' },
  { $unwind: { path: '$athlete.heart_rate.zones', includeArrayIndex: 'index' } },
  {
    $match: {
      'athlete.heart_rate.zones.min': { ...measured },
      'athlete.heart_rate.zones.max': { ...measured, $gte: -1 },
    },
  },
  {
    $project: {
      _id: 0,
      zone: { $add: [{ $toInt: '$index' }, 1] },
      from_bpm: '$athlete.heart_rate.zones.min',
      to_bpm: '$athlete.heart_rate.zones.max',
      seconds: {
        $reduce: {
          input: '$rates',
          initialValue: 0,
          in: {
            $cond: [
              {
                $and: [
                  { $gte: ['$$this.bpm', '$athlete.heart_rate.zones.min'] },
                  {
                    $or: [
                      { $lt: ['$$this.bpm', '$athlete.heart_rate.zones.max'] },
                      { $lt: ['$athlete.heart_rate.zones.max', 0] },
                    ],
                  },
                ],
              },
              { $add: ['$$value', '$$this.seconds'] },
              '$$value',
            ],
          },
        },
      },
    },
  },
  { $sort: { zone: 1 } },
];

export const exampleZone = { zone: 2, from_bpm: 115, to_bpm: 134, seconds: 1811 };

export const heart: readonly Recipe[] = [
  {
    ...whole,
    name: 'heartrate-zones',
    title: 'How long was the heart in each of the athlete’s zones, over everything?',
    parameters: ['athlete'],
    pipeline: [
      ofAthlete(),
      { $unwind: '$derived.heartrate_seconds' },
      { $match: { 'derived.heartrate_seconds.bpm': measured } },
      {
        $group: {
          _id: '$derived.heartrate_seconds.bpm',
          seconds: { $sum: numberAt('$derived.heartrate_seconds.seconds') },
        },
      },
      ...zoneStages(athlete),
    ],
    answer: exampleZone,
    note: 'With a precision of five beats: `derived` counts in steps of five, and a step belongs to the zone of its lowest beat. The zones are those of `athletes`, which `SYNC_ATHLETE` fetches. The last one has no end, which Strava writes as -1.',
  },
  {
    ...whole,
    name: 'heartrate-against-pace',
    title: 'How far does a heartbeat go, year by year?',
    groupedBy: 'year',
    parameters: ['athlete', 'sport'],
    pipeline: [
      ofAthlete({
        sport_type: sport,
        start_date_local: readableStart,
        average_heartrate: { ...measured, $gt: 0 },
        moving_time: { ...measured, $gt: 0 },
        distance: { ...measured, $gt: 0 },
      }),
      {
        $group: {
          _id: localYear,
          activities: { $sum: 1 },
          distance: { $sum: '$distance' },
          moving_time: { $sum: '$moving_time' },
          heartbeats: {
            $sum: { $divide: [{ $multiply: ['$average_heartrate', '$moving_time'] }, 60] },
          },
        },
      },
      {
        $project: {
          activities: 1,
          seconds_per_km: { $divide: [{ $multiply: [1000, '$moving_time'] }, '$distance'] },
          average_heartrate: {
            $divide: [{ $multiply: [60, '$heartbeats'] }, '$moving_time'],
          },
          meters_per_heartbeat: { $divide: ['$distance', '$heartbeats'] },
        },
      },
      { $sort: { _id: 1 } },
    ],
    answer: {
      _id: '2026',
      activities: 83,
      seconds_per_km: 312.4,
      average_heartrate: 143.2,
      meters_per_heartbeat: 1.34,
    },
    note: 'Means are weighted by time: a long run counts more than a short one.',
  },
];

/**
 * Questions about the heart over all recordings, and the athlete's zones.
 */
import type { Document } from 'mongodb';
import type { Name, Recipe } from '../recipe.ts';
import {
  athlete,
  localYear,
  measured,
  numberAt,
  ofAthlete,
  readableStart,
  sport,
} from '../recipe.ts';

const whole = { topic: 'Heart rate', collection: 'activities', reach: 'whole' } as const;

/** The zones of an athlete: their field in `athletes.zones`, and the unit of the values. */
interface ZoneKind {
  readonly field: 'heart_rate' | 'power';
  readonly unit: 'bpm' | 'watts';
}

/**
 * Turns documents of `_id` (a value in the unit) and `seconds` into one for each of the athlete's zones. A
 * zone ends where the next one begins, whether they share a bound (115, 115) or not (180, 181).
 */
export function zoneStages(athlete: Name, { field, unit }: ZoneKind): readonly Document[] {
  const zones = `athlete.${field}.zones`;
  return [
    { $group: { _id: null, values: { $push: { value: '$_id', seconds: '$seconds' } } } },
    {
      $lookup: {
        from: 'athletes',
        pipeline: [{ $match: { _id: athlete } }, { $project: { [field]: `$zones.${field}` } }],
        as: 'athlete',
      },
    },
    { $unwind: '$athlete' },
    { $unwind: { path: `$${zones}`, includeArrayIndex: 'index' } },
    {
      $match: {
        [`${zones}.min`]: { ...measured },
        [`${zones}.max`]: { ...measured, $gte: -1 },
      },
    },
    {
      $setWindowFields: {
        sortBy: { index: 1 },
        output: { next: { $shift: { output: `$${zones}.min`, by: 1 } } },
      },
    },
    { $set: { from: `$${zones}.min`, to: { $ifNull: ['$next', `$${zones}.max`] } } },
    {
      $project: {
        _id: 0,
        zone: { $add: [{ $toInt: '$index' }, 1] },
        [`from_${unit}`]: '$from',
        [`to_${unit}`]: '$to',
        seconds: {
          $reduce: {
            input: '$values',
            initialValue: 0,
            in: {
              $cond: [
                {
                  $and: [
                    { $gte: ['$$this.value', '$from'] },
                    { $or: [{ $lt: ['$$this.value', '$to'] }, { $lt: ['$to', 0] }] },
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
}

export const heartZones = { field: 'heart_rate', unit: 'bpm' } as const;
export const powerZones = { field: 'power', unit: 'watts' } as const;

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
      ...zoneStages(athlete, heartZones),
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
        ...readableStart,
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

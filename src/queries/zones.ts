/**
 * How seconds by heart rate become seconds by zone, with the zones that Strava keeps for the athlete.
 */
import type { Document } from 'mongodb';
import type { Name } from './recipe.ts';

/** From documents of `_id` (beats a minute) and `seconds`, to one for each zone. */
export const zoneStages = (athlete: Name): readonly Document[] => [
  { $group: { _id: null, rates: { $push: { bpm: '$_id', seconds: '$seconds' } } } },
  {
    $lookup: {
      from: 'athletes',
      pipeline: [{ $match: { _id: athlete } }, { $replaceWith: { $ifNull: ['$zones', {}] } }],
      as: 'athlete',
    },
  },
  { $unwind: '$athlete' },
  { $unwind: { path: '$athlete.heart_rate.zones', includeArrayIndex: 'index' } },
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

/** What the documentation shows of an answer. */
export const exampleZone = { zone: 2, from_bpm: 115, to_bpm: 134, seconds: 1811 };

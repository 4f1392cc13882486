/**
 * Questions about the samples of one recording, answered inside the database from its streams by windows
 * over the unwound samples.
 */
import type { Document } from 'mongodb';
import type { Lookup, Recipe } from '../recipe.ts';
import { activity, measured, meters, Name, numberAt, seconds } from '../recipe.ts';
import { exampleZone, heartZones, powerZones, zoneStages } from './heart.ts';

const topic = 'One recording';
const selective = { topic, collection: 'streams', reach: 'selective' } as const;

/** One document for each sample, in order over all parts. */
function samplesOf(keys: readonly string[], more: Document = {}): readonly Document[] {
  const columns = keys.map((key) => {
    const sample = { $arrayElemAt: [`$${key}`, '$index'] };
    return [key, { $cond: [{ $isArray: `$${key}` }, sample, null] }];
  });
  return [
    { $match: { activity_id: activity, ...more } },
    { $sort: { part: 1 } },
    { $unwind: { path: '$time', includeArrayIndex: 'index' } },
    { $match: { time: measured } },
    { $project: { _id: 0, time: 1, ...(Object.fromEntries(columns) as Document) } },
  ];
}

/** The stored arrays of a recording, except `time`. */
const columns =
  'distance lat lng altitude velocity_smooth heartrate cadence watts temp moving grade_smooth';

/** A sample is valid for at most this long if no other follows. */
const validSeconds = 30;

/** From the samples to the seconds of each valid value. */
function secondsOf(key: string, valid: Document): readonly Document[] {
  return [
    {
      $setWindowFields: {
        sortBy: { time: 1 },
        output: { next: { $shift: { output: '$time', by: 1 } } },
      },
    },
    { $match: { [key]: valid } },
    {
      $group: {
        _id: `$${key}`,
        seconds: {
          $sum: {
            $min: [
              { $subtract: [{ $ifNull: ['$next', { $add: ['$time', 1] }] }, '$time'] },
              validSeconds,
            ],
          },
        },
      },
    },
  ];
}

const ofOne: Lookup = {
  as: 'one',
  collection: 'activities',
  filter: { _id: activity, 'sync.athlete_id': { $gt: 0 } },
  projection: { athlete_id: '$sync.athlete_id' },
  absence: 'There is no such activity.',
};

/** The window of that many seconds that ends with the current one. */
const lastSeconds = [{ $subtract: [1, seconds] }, 0];

export const recordings: readonly Recipe[] = [
  {
    ...selective,
    name: 'recording',
    title: 'What are all samples of a recording, in order, however many parts it has?',
    parameters: ['activity'],
    pipeline: samplesOf(columns.split(' ')),
    answer: {
      time: 12,
      distance: 48.3,
      lat: 48.20841,
      lng: 16.37402,
      altitude: 171.4,
      velocity_smooth: 4.1,
      heartrate: 128,
      cadence: 84,
      watts: 190,
      temp: 12,
      moving: true,
      grade_smooth: 0.4,
    },
    note: 'A missing stream is null or absent in each sample. The answer has one document for each sample, because one document for all could exceed the 16 MB that MongoDB allows.',
  },
  {
    ...selective,
    name: 'best-distance-of-one',
    title: 'What was the fastest 1 km, 5 km or 10 km within a recording?',
    parameters: ['activity', 'meters'],
    pipeline: [
      ...samplesOf(['distance']),
      { $match: { distance: measured } },
      // For each sample, the last moment with at least the distance still to go.
      {
        $setWindowFields: {
          sortBy: { distance: 1 },
          output: {
            from: {
              $max: '$time',
              window: { range: ['unbounded', { $multiply: [-1, meters] }] },
            },
          },
        },
      },
      { $match: { from: { $ne: null } } },
      { $project: { from: 1, to: '$time', seconds: { $subtract: ['$time', '$from'] } } },
      { $sort: { seconds: 1, from: 1, to: 1 } },
      { $limit: 1 },
    ],
    answer: { from: 310, to: 1604, seconds: 1294 },
    note: 'Between two samples that are at least this distance apart; `from` and `to` are seconds after the start. `derived` interpolates between the samples, so it can be a little faster.',
  },
  {
    ...selective,
    name: 'best-power-of-one',
    title: 'What was the highest mean power over 20 minutes within a recording?',
    parameters: ['activity', 'seconds'],
    pipeline: [
      ...samplesOf(['watts'], { watts: { $exists: true } }),
      { $set: { watts: numberAt('$watts'), sampled_at: '$time' } },
      { $densify: { field: 'time', range: { step: 1, bounds: 'full' } } },
      {
        $setWindowFields: {
          sortBy: { time: 1 },
          output: { watts: { $locf: '$watts' }, sampled_at: { $locf: '$sampled_at' } },
        },
      },
      {
        $set: {
          watts: {
            $cond: [{ $lt: [{ $subtract: ['$time', '$sampled_at'] }, validSeconds] }, '$watts', 0],
          },
        },
      },
      {
        $setWindowFields: {
          sortBy: { time: 1 },
          output: {
            from: { $min: '$time', window: { range: lastSeconds } },
            watts: { $avg: '$watts', window: { range: lastSeconds } },
          },
        },
      },
      {
        $match: {
          $expr: { $eq: [{ $subtract: ['$time', '$from'] }, { $subtract: [seconds, 1] }] },
        },
      },
      { $project: { from: 1, to: '$time', watts: 1 } },
      { $sort: { watts: -1, from: 1, to: 1 } },
      { $limit: 1 },
    ],
    answer: { from: 1200, to: 2399, watts: 251.4 },
    note: 'Second by second, as in `derived`: a second without a sample has the power of the last one for up to thirty seconds, then none; a sample without power counts as none. A shorter recording has no answer.',
  },
  {
    ...selective,
    name: 'best-time-of-one',
    title: 'How far did the best hour within a recording go?',
    parameters: ['activity', 'seconds'],
    examples: { seconds: '3600' },
    pipeline: [
      ...samplesOf(['distance']),
      { $match: { distance: measured } },
      {
        $setWindowFields: {
          sortBy: { time: 1 },
          output: {
            start: { $min: '$time', window: { documents: ['unbounded', 'unbounded'] } },
            from: { $min: '$time', window: { range: [{ $multiply: [-1, seconds] }, 0] } },
            behind: { $min: '$distance', window: { range: [{ $multiply: [-1, seconds] }, 0] } },
          },
        },
      },
      { $match: { $expr: { $gte: [{ $subtract: ['$time', '$start'] }, seconds] } } },
      { $project: { from: 1, to: '$time', meters: { $subtract: ['$distance', '$behind'] } } },
      { $sort: { meters: -1, from: 1, to: 1 } },
      { $limit: 1 },
    ],
    answer: { from: 610, to: 4210, meters: 13250.4 },
    note: 'Between two samples that are at most this time apart.',
  },
  {
    ...selective,
    name: 'heartrate-zones-of-one',
    title: 'How long was the heart in each of the athlete’s zones during a recording?',
    parameters: ['activity'],
    lookup: ofOne,
    pipeline: [
      ...samplesOf(['heartrate']),
      ...secondsOf('heartrate', { $gt: 0, $lt: 300 }),
      ...zoneStages(new Name('one.athlete_id'), heartZones),
    ],
    answer: exampleZone,
    note: 'A sample counts until the next one, for at most thirty seconds; the last one counts for one second. The zones are those of `athletes`, which `SYNC_ATHLETE` fetches.',
  },
  {
    ...selective,
    name: 'power-zones-of-one',
    title: 'How long was the power in each of the athlete’s zones during a recording?',
    parameters: ['activity'],
    lookup: ofOne,
    pipeline: [
      ...samplesOf(['watts'], { watts: { $exists: true } }),
      ...secondsOf('watts', measured),
      ...zoneStages(new Name('one.athlete_id'), powerZones),
    ],
    answer: { zone: 2, from_watts: 181, to_watts: 247, seconds: 1204 },
    note: 'A sample counts until the next one, for at most thirty seconds; the last one counts for one second. Coasting is in the first zone; a sample without power is in none. A zone ends where the next one begins, and the last one has no end, which Strava writes as -1. The zones are those of `athletes`, which `SYNC_ATHLETE` fetches.',
  },
];

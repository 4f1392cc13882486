/**
 * Questions about the athlete's efforts on segments. Only details have them (`SYNC_DETAILS`).
 */
import type { Document } from 'mongodb';
import type { Recipe } from '../recipe.ts';
import { limit, listAt, measured, ofAthlete, segment } from '../recipe.ts';

const topic = 'Segments';
const selective = { topic, collection: 'activities', reach: 'selective' } as const;
const whole = { topic, collection: 'activities', reach: 'whole' } as const;

const isNumber = (path: string): Document => ({ $isNumber: path });

/**
 * Whether Strava's indices count the stored samples: those of an export are others, and a hand may have
 * written anything.
 */
const hasPlace = {
  $and: [
    { $eq: ['$sync.streams.state', 'stored'] },
    { $ne: ['$sync.streams.source', 'export'] },
    isNumber('$effort.start_index'),
    isNumber('$effort.end_index'),
    { $gte: ['$effort.start_index', 0] },
    { $lte: ['$effort.start_index', '$effort.end_index'] },
    { $lt: ['$effort.end_index', '$sync.streams.sample_count'] },
  ],
};

const placed = (path: string): Document => ({ $cond: [hasPlace, path, '$$REMOVE'] });

/** One document for each effort on the segment, or on every one; the first first. */
function effortsOn(wanted?: unknown): readonly Document[] {
  const isWanted = wanted === undefined ? {} : { 'effort.segment.id': wanted };
  return [
    {
      $project: {
        name: 1,
        start_date: 1,
        start_date_local: 1,
        'sync.streams': 1,
        effort: listAt('$segment_efforts'),
      },
    },
    { $unwind: '$effort' },
    { $match: { ...isWanted, 'effort.elapsed_time': measured } },
    { $sort: { start_date: 1, 'effort.start_index': 1, _id: 1 } },
  ];
}

const onSegment = [ofAthlete({ 'segment_efforts.segment.id': segment }), ...effortsOn(segment)];

/** Efforts without an id of the segment are of none. */
const onEach = [
  ofAthlete({ 'segment_efforts.0': { $exists: true } }),
  ...effortsOn(),
  { $match: { 'effort.segment.id': { $gt: 0 } } },
];

const example = {
  _id: 19000000001,
  name: 'Morning Ride',
  start_date_local: '2026-06-14T06:00:12Z',
  seconds: 412,
};

const nearShare = 1.05;

export const segments: readonly Recipe[] = [
  {
    ...selective,
    name: 'segment-efforts',
    title: 'Which are all my efforts on a segment, the first first?',
    parameters: ['athlete', 'segment'],
    pipeline: [
      ...onSegment,
      {
        $project: {
          name: 1,
          start_date_local: 1,
          seconds: '$effort.elapsed_time',
          heartrate: '$effort.average_heartrate',
          watts: '$effort.average_watts',
          start_index: placed('$effort.start_index'),
          end_index: placed('$effort.end_index'),
        },
      },
    ],
    answer: { ...example, heartrate: 161.2, watts: 251.3, start_index: 812, end_index: 1224 },
    note: '`start_index` and `end_index` are the samples of the streams at the ends of the segment. They are left out where the stored recording is not the one that Strava counted: that of an export, or none.',
  },
  {
    ...selective,
    name: 'segment-progress',
    title: 'How did my efforts on a segment come closer to my best?',
    parameters: ['athlete', 'segment'],
    pipeline: [
      ...onSegment,
      {
        $setWindowFields: {
          sortBy: { start_date: 1, 'effort.start_index': 1, _id: 1 },
          output: {
            best_so_far: {
              $min: '$effort.elapsed_time',
              window: { documents: ['unbounded', 'current'] },
            },
            best: {
              $min: '$effort.elapsed_time',
              window: { documents: ['unbounded', 'unbounded'] },
            },
          },
        },
      },
      {
        $project: {
          name: 1,
          start_date_local: 1,
          seconds: '$effort.elapsed_time',
          best_so_far: 1,
          behind: { $subtract: ['$effort.elapsed_time', '$best'] },
        },
      },
    ],
    answer: { ...example, best_so_far: 398, behind: 21 },
    note: '`behind` is the time behind the best of all, which was perhaps later.',
  },
  {
    ...whole,
    name: 'segments-most-ridden',
    title: 'On which segments do I have the most efforts?',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ...onEach,
      {
        $group: {
          _id: '$effort.segment.id',
          segment: { $last: '$effort.segment.name' },
          efforts: { $sum: 1 },
          seconds: { $min: '$effort.elapsed_time' },
          first: { $first: '$start_date' },
          last: { $last: '$start_date' },
        },
      },
      { $sort: { efforts: -1, _id: 1 } },
      { $limit: limit },
    ],
    groupedBy: 'segment',
    answer: {
      _id: 229781,
      segment: 'Hawk Hill',
      efforts: 42,
      seconds: 398,
      first: '2019-04-02T16:02:11Z',
      last: '2026-06-14T06:12:40Z',
    },
  },
  {
    ...whole,
    name: 'segments-near-best',
    title: 'On which segments was my latest effort within 5 % of my best?',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ...onEach,
      {
        $group: {
          _id: '$effort.segment.id',
          segment: { $last: '$effort.segment.name' },
          efforts: { $sum: 1 },
          best: { $min: '$effort.elapsed_time' },
          seconds: { $last: '$effort.elapsed_time' },
          last: { $last: '$start_date' },
          activity_id: { $last: '$_id' },
        },
      },
      {
        $match: {
          efforts: { $gt: 1 },
          $expr: { $lte: ['$seconds', { $multiply: [nearShare, '$best'] }] },
        },
      },
      { $sort: { last: -1, _id: 1 } },
      { $limit: limit },
    ],
    groupedBy: 'segment',
    answer: {
      _id: 229781,
      segment: 'Hawk Hill',
      efforts: 42,
      best: 398,
      seconds: 412,
      last: '2026-06-14T06:12:40Z',
      activity_id: 19000000001,
    },
    note: 'The segments whose latest effort is the newest come first.',
  },
];

/**
 * Questions about the mirror itself: its completeness, the changes, and the removed activities.
 */
import type { Recipe } from '../recipe.ts';
import { athlete, limit, ofAthlete } from '../recipe.ts';

const selective = { topic: 'The mirror', reach: 'selective' } as const;

export const mirrorHealth: readonly Recipe[] = [
  {
    ...selective,
    collection: 'activities',
    reach: 'whole',
    name: 'streams-states',
    title: 'How many activities have their streams, and how many still lack them?',
    groupedBy: 'state',
    parameters: ['athlete'],
    pipeline: [
      ofAthlete({ 'sync.streams.state': { $gt: '' } }),
      { $group: { _id: '$sync.streams.state', activities: { $sum: 1 } } },
      { $sort: { _id: 1 } },
    ],
    answer: { _id: 'stored', activities: 1187 },
    note: '`pending` is still to be fetched, `none` has no streams at Strava, `parked` failed and is tried again later.',
  },
  {
    ...selective,
    collection: 'activities',
    name: 'streams-missing',
    title: 'Which activities still lack their streams, and why?',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ofAthlete({ 'sync.streams.state': { $in: ['pending', 'parked'] } }),
      { $sort: { start_date: -1, _id: 1 } },
      { $limit: limit },
      {
        $project: {
          name: 1,
          start_date: 1,
          state: '$sync.streams.state',
          tries: '$sync.streams.tries',
          error: '$sync.streams.error',
          next_try_at: '$sync.streams.next_try_at',
        },
      },
    ],
    answer: {
      _id: 19000000001,
      name: 'Morning Ride',
      start_date: new Date('2026-11-22T08:12:44Z'),
      state: 'parked',
      tries: 5,
      error: 'Strava answered 500.',
      next_try_at: new Date('2026-11-23T10:00:00Z'),
    },
  },
  {
    ...selective,
    collection: 'changes',
    name: 'changes',
    title: 'What changed at Strava lately?',
    parameters: ['athlete', 'limit'],
    pipeline: [
      { $match: { athlete_id: athlete } },
      { $sort: { seen_at: -1, _id: 1 } },
      { $limit: limit },
      { $project: { _id: 0, seen_at: 1, kind: 1, activity_id: 1, name: 1, fields: 1 } },
    ],
    answer: {
      seen_at: new Date('2026-11-22T09:15:02Z'),
      kind: 'changed',
      activity_id: 19000000001,
      name: 'Morning Ride',
      fields: [{ field: 'name', from: 'Morning Ride', to: 'Over the hills' }],
    },
  },
  {
    ...selective,
    collection: 'tombstones',
    name: 'removed',
    title: 'Which activities were removed here, and why?',
    parameters: ['athlete'],
    pipeline: [
      { $match: { athlete_id: athlete } },
      { $sort: { at: -1, _id: 1 } },
      { $project: { why: 1, at: 1, start_date: 1 } },
    ],
    answer: {
      _id: 19000000001,
      why: 'deleted',
      at: new Date('2026-11-22T09:15:02Z'),
      start_date: new Date('2026-11-20T06:00:00Z'),
    },
  },
];

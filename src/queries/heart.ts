/**
 * Questions about the heart over all recordings.
 */
import type { Recipe } from './recipe.ts';
import { athlete, ofAthlete, sport } from './recipe.ts';
import { exampleZone, zoneStages } from './zones.ts';

const topic = 'Heart rate';

export const heart: readonly Recipe[] = [
  {
    topic,
    collection: 'activities',
    reach: 'whole',
    name: 'heartrate-zones',
    title: 'How long was the heart in each of the athlete’s zones, over everything?',
    parameters: ['athlete'],
    pipeline: [
      ofAthlete(),
      { $unwind: '$derived.heartrate_seconds' },
      {
        $group: {
          _id: '$derived.heartrate_seconds.bpm',
          seconds: { $sum: '$derived.heartrate_seconds.seconds' },
        },
      },
      ...zoneStages(athlete),
    ],
    answer: exampleZone,
    note: 'To five beats: `derived` counts in steps of five, each of which belongs to the zone that its lowest beat is in. The zones are those of `athletes`, which `SYNC_ATHLETE` fetches; the last one has no end, which Strava writes as -1.',
  },
  {
    topic,
    collection: 'activities',
    reach: 'whole',
    name: 'heartrate-against-pace',
    title: 'How far does a heartbeat go, year by year?',
    parameters: ['athlete', 'sport'],
    pipeline: [
      ofAthlete({
        sport_type: sport,
        average_heartrate: { $gt: 0 },
        moving_time: { $gt: 0 },
        distance: { $gt: 0 },
      }),
      {
        $group: {
          _id: { $substrBytes: ['$start_date_local', 0, 4] },
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

import type { ActivitySummary } from '../../../src/features/page/api/types/common.ts';
import type { ActivityDetail } from '../../../src/features/page/api/types/activity.ts';

const summary: ActivitySummary = {
  id: '12345678901',
  athleteId: '1001',
  name: 'Over the hills',
  sport: 'Run',
  start: '2026-11-22T14:15:00Z',
  local: '2026-11-22T15:15:00',
  distance: 10_000,
  movingTime: 3_000,
  climbing: 210,
  streams: 'stored',
};

export function summaryOf(fields: Partial<ActivitySummary> = {}): ActivitySummary {
  return { ...summary, ...fields };
}

/** An activity of which everything is known that has no list. */
export function detailOf(fields: Partial<ActivityDetail> = {}): ActivityDetail {
  return {
    ...summary,
    athleteName: 'Ada',
    description: '',
    elapsedTime: 3_100,
    averageSpeed: 3.333,
    maxSpeed: 5,
    heartrate: 151.4,
    maxHeartrate: 178,
    watts: null,
    maxWatts: null,
    cadence: 84,
    temperature: 12,
    calories: 800,
    kudos: 3,
    gear: 'Shoes',
    device: 'Watch',
    timeZone: 'Europe/Vienna',
    place: 'Innere Stadt, Vienna, Austria',
    isManual: false,
    isPrivate: false,
    isCommute: false,
    isTrainer: false,
    isOfExport: false,
    sampleCount: 3_000,
    line: '',
    streamsReason: '',
    laps: [],
    heartrateZones: [],
    powerZones: [],
    bestDistances: [],
    bestPowers: [],
    bestHeartrates: [],
    climbs: [],
    descents: [],
    segmentEfforts: [],
    sameRoute: [],
    stravaUrl: 'https://www.strava.com/activities/12345678901',
    ...fields,
  };
}

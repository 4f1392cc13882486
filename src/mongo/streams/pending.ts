/**
 * Queries for the streams and details that are still to be fetched, over all activities.
 */
import type { Document } from 'mongodb';
import type { TimeRange } from '../../sync/ports/activities.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import { ofSports } from '../base/sport-filter.ts';
import { inRange } from '../base/time-range.ts';
import type { Store } from '../schema/collections.ts';
import { activityStatePaths } from '../schema/fetch-state-queries.ts';

/** Which sports are wanted; all where it is empty or absent. */
export interface Choice {
  readonly sports?: readonly string[];
}

/**
 * How many activities of a range still lack their streams, aside from parked ones, those in `except`, and
 * those that only an export brought, which wait for their summary. Only of `store.sports`, if it names some.
 */
export async function countPending(
  { activities, sports }: Store & Choice,
  athleteId: number,
  range: TimeRange,
  except: readonly number[] = [],
): Promise<number> {
  return activities.countDocuments({
    ...inRange(athleteId, range),
    ...(except.length > 0 && { _id: { $nin: except.map(int64) } }),
    'sync.streams.state': 'pending',
    'sync.source': { $ne: 'export' },
    ...ofSports(sports),
  });
}

/** How many activities of a range still lack their details, parked ones aside. Only of `store.sports`, if it names some. */
export async function countPendingDetails(
  { activities, sports }: Pick<Store, 'activities'> & Choice,
  athleteId: number,
  range: TimeRange,
): Promise<number> {
  return activities.countDocuments({
    ...inRange(athleteId, range),
    // null is an activity that was stored before details were wanted.
    'sync.details.state': { $in: ['pending', null] },
    ...ofSports(sports),
  });
}

const maxParkedShown = 100;

/** The activities whose streams are parked, newest first. */
export async function parkedIds(
  { activities }: Store,
  athleteIds: readonly number[],
): Promise<readonly number[]> {
  const ofAthletes = { 'sync.athlete_id': { $in: athleteIds.map(int64) } };
  const found = await activities
    .find({ ...ofAthletes, 'sync.streams.state': 'parked' }, { projection: { _id: 1 } })
    .sort({ start_date: -1 })
    .limit(maxParkedShown)
    .toArray();
  return found.map(({ _id }) => toNumber(_id));
}

/** Makes what is parked or failed of activities due at once, its tries counted anew; returns how much. */
export async function retryParked({ activities }: Store, athleteId?: number): Promise<number> {
  const ofAthlete = athleteId === undefined ? {} : { 'sync.athlete_id': int64(athleteId) };
  let retried = 0;
  for (const path of activityStatePaths) {
    const filter: Document = {
      [`${path}.state`]: { $in: ['pending', 'parked'] },
      [`${path}.tries`]: { $gt: 0 },
      ...ofAthlete,
    };
    const change: Document = {
      $set: { [`${path}.state`]: 'pending', [`${path}.tries`]: 0 },
      $unset: { [`${path}.next_try_at`]: '' },
    };
    retried += (await activities.updateMany(filter, change)).modifiedCount;
  }
  return retried;
}

/** How many activities lack their streams only because of their sport. */
export async function countOfOtherSports(
  { activities }: Store,
  athleteId: number,
  sports: readonly string[],
): Promise<number> {
  if (sports.length === 0) return 0;
  return activities.countDocuments({
    ...inRange(athleteId, {}),
    'sync.streams.state': 'pending',
    sport_type: { $nin: [...sports] },
  });
}

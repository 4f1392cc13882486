/**
 * The questions that the planner's view is made of: which activities still lack their streams.
 */
import type { Filter } from 'mongodb';
import type { PendingQuery, PendingStreams, TimeRange } from '../../sync/ports/ports.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';

/** The activities of a range whose streams are due, newest first. */
export async function pendingStreams(
  { activities }: Store,
  { athleteId, range, now, exclude, limit }: PendingQuery,
): Promise<readonly PendingStreams[]> {
  const filter: Filter<ActivityDocument> = {
    ...inRange(athleteId, range),
    'sync.streams.state': { $in: ['pending', 'parked'] },
    $or: [
      { 'sync.streams.next_try_at': { $exists: false } },
      { 'sync.streams.next_try_at': { $lte: now } },
    ],
    ...(exclude.length > 0 && { _id: { $nin: exclude.map(int64) } }),
  };
  const found = await activities
    .find(filter, { projection: { start_date: 1, elapsed_time: 1, sync: 1 } })
    .sort({ start_date: -1 })
    .limit(limit)
    .toArray();
  return found.map(toPending);
}

function toPending({ _id, start_date, elapsed_time, sync }: ActivityDocument): PendingStreams {
  return {
    activityId: toNumber(_id),
    startAt: start_date,
    elapsedS: typeof elapsed_time === 'number' ? elapsed_time : 0,
    ...(sync.streams.may_come_until && { mayComeUntil: sync.streams.may_come_until }),
    tries: sync.streams.tries,
    recordingHash: sync.recording_hash,
  };
}

/** When the next failed, not yet parked activity of a range may be tried again. */
export async function nextTryAt(
  { activities }: Store,
  athleteId: number,
  range: TimeRange,
): Promise<Date | undefined> {
  const [next] = await activities
    .find(
      {
        ...inRange(athleteId, range),
        'sync.streams.state': 'pending',
        'sync.streams.tries': { $gt: 0 },
      },
      { projection: { sync: 1 } },
    )
    .sort({ 'sync.streams.next_try_at': 1 })
    .limit(1)
    .toArray();
  return next?.sync.streams.next_try_at;
}

/** How many activities of a range still lack their streams, parked ones aside. */
export async function countPending(
  { activities }: Store,
  athleteId: number,
  range: TimeRange,
): Promise<number> {
  const filter = { ...inRange(athleteId, range), 'sync.streams.state': 'pending' as const };
  return activities.countDocuments(filter);
}

const maxParkedShown = 100;

/** The activities whose streams are parked, newest first. */
export async function parkedIds({ activities }: Store): Promise<readonly number[]> {
  const found = await activities
    .find({ 'sync.streams.state': 'parked' }, { projection: { _id: 1 } })
    .sort({ start_date: -1 })
    .limit(maxParkedShown)
    .toArray();
  return found.map(({ _id }) => toNumber(_id));
}

/** Makes parked and failed activities due at once, their tries counted anew; returns how many. */
export async function retryParked({ activities }: Store, athleteId?: number): Promise<number> {
  const filter: Filter<ActivityDocument> = {
    'sync.streams.state': { $in: ['pending', 'parked'] },
    'sync.streams.tries': { $gt: 0 },
    ...(athleteId !== undefined && { 'sync.athlete_id': int64(athleteId) }),
  };
  const { modifiedCount } = await activities.updateMany(filter, {
    $set: { 'sync.streams.state': 'pending', 'sync.streams.tries': 0 },
    $unset: { 'sync.streams.next_try_at': '' },
  });
  return modifiedCount;
}

function inRange(athleteId: number, { from, to }: TimeRange): Filter<ActivityDocument> {
  const bounds = { ...(from && { $gte: from }), ...(to && { $lt: to }) };
  return {
    'sync.athlete_id': int64(athleteId),
    ...(Object.keys(bounds).length > 0 && { start_date: bounds }),
  };
}

/**
 * The questions about details: which activities still lack them, and what the list said of one whose
 * detail came.
 */
import type { Filter } from 'mongodb';
import type { ActivityDetail } from '../../domain/activity/detail.ts';
import { alignDetail } from '../../domain/activity/detail.ts';
import type { PendingQuery, TimeRange } from '../../sync/ports/ports.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';

/** An activity whose details can be asked for now. */
export interface DueDetails {
  readonly activityId: number;
  readonly startAt: Date;
  readonly tries: number;
}

/** The activities of a range whose details are due, newest first. */
export async function dueDetails(
  { activities }: Store,
  { athleteId, range, now, exclude, limit }: PendingQuery,
): Promise<readonly DueDetails[]> {
  const filter: Filter<ActivityDocument> = {
    ...inRange(athleteId, range),
    // null is also an activity that was stored before details were kept.
    'sync.details.state': { $in: ['pending', 'parked', null] },
    $or: [
      { 'sync.details.next_try_at': { $exists: false } },
      { 'sync.details.next_try_at': { $lte: now } },
    ],
    ...(exclude.length > 0 && { _id: { $nin: exclude.map(int64) } }),
  };
  const found = await activities
    .find(filter, {
      projection: { start_date: 1, 'sync.details': 1 },
    })
    .sort({ start_date: -1 })
    .limit(limit)
    .toArray();
  return found.map(({ _id, start_date, sync }) => ({
    activityId: toNumber(_id),
    startAt: start_date,
    tries: sync.details?.tries ?? 0,
  }));
}

/** When the next failed, not yet parked details of a range may be asked for again. */
export async function nextDetailsTryAt(
  { activities }: Store,
  athleteId: number,
  range: TimeRange = {},
): Promise<Date | undefined> {
  const filter: Filter<ActivityDocument> = {
    ...inRange(athleteId, range),
    'sync.details.state': 'pending',
    'sync.details.tries': { $gt: 0 },
  };
  const found = await activities.findOne(filter, {
    projection: { 'sync.details': 1 },
    sort: { 'sync.details.next_try_at': 1 },
  });
  return found?.sync.details?.next_try_at;
}

/** How many activities of a range still lack their details, parked ones aside. */
export async function countDueDetails(
  { activities }: Store,
  athleteId: number,
  range: TimeRange,
): Promise<number> {
  const filter: Filter<ActivityDocument> = {
    ...inRange(athleteId, range),
    'sync.details.state': { $in: ['pending', null] },
  };
  return activities.countDocuments(filter);
}

/** The detail, split as the list of the stored activity is; an unknown activity's stays as it is. */
export async function alignedDetail(
  { activities }: Store,
  detail: ActivityDetail,
): Promise<ActivityDetail> {
  const _id = int64(detail.summary.id);
  const stored = await activities.findOne(
    { _id },
    { projection: { track: 0, start_point: 0, derived: 0 } },
  );
  if (stored === null) return detail;
  const values: Record<string, unknown> = { ...stored };
  return alignDetail(detail, { keys: new Set(stored.sync.summary_keys), values });
}

function inRange(athleteId: number, { from, to }: TimeRange): Filter<ActivityDocument> {
  const bounds = { ...(from && { $gte: from }), ...(to && { $lt: to }) };
  return {
    'sync.athlete_id': int64(athleteId),
    ...(Object.keys(bounds).length > 0 && { start_date: bounds }),
  };
}

/**
 * Which activities are new and not notified yet: a query on `activities`, so that none is lost or sent
 * twice across restarts, and what is erased vanishes. `athletes` keeps from which start on they are new.
 */
import type { Filter } from 'mongodb';
import { maxTries } from '../../domain/notifications/alert-conditions.ts';
import type { NewActivity } from '../../domain/notifications/new-activity.ts';
import {
  deliveryEndsMs,
  maxNewActivities,
  newFromMs,
} from '../../domain/notifications/new-activity.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { ActivityDocument, AthleteDocument, Store } from '../../mongo/schema/collections.ts';

export interface NewActivityStore {
  /** Begins for each athlete for whom it has not begun. */
  begin(athleteIds: readonly number[], nowMs: number): Promise<void>;
  /** Ends: when it begins again, what came meanwhile is not new. */
  end(athleteIds: readonly number[]): Promise<void>;
  /** The earliest new activities to notify of, at most `maxNewActivities`. */
  due(athleteIds: readonly number[], nowMs: number): Promise<readonly NewActivity[]>;
  /** Counts a try; false where another process was faster, or the activity has gone. */
  claim(activity: NewActivity, at: Date): Promise<boolean>;
  delivered(id: number, at: Date): Promise<void>;
}

export function createNewActivityStore({ activities, athletes }: Store): NewActivityStore {
  const find = (athleteIds: readonly number[], hasBegun: boolean) => {
    const begun = { 'sync.notify_from': { $exists: hasBegun } };
    const filter = { _id: { $in: athleteIds.map(int64) }, ...begun };
    return athletes.find(filter, { projection: { sync: 1 } }).toArray();
  };
  return {
    begin: async (athleteIds, nowMs) => {
      for (const { _id, sync } of await find(athleteIds, false)) {
        const from = new Date(newFromMs(nowMs, sync?.newest_start?.getTime()));
        const filter = { _id, 'sync.notify_from': { $exists: false } };
        await athletes.updateOne(filter, { $set: { 'sync.notify_from': from } });
      }
    },
    end: async (athleteIds) => {
      const filter = { _id: { $in: athleteIds.map(int64) } };
      await athletes.updateMany(filter, { $unset: { 'sync.notify_from': '' } });
    },
    due: async (athleteIds, nowMs) => {
      const found: ActivityDocument[] = [];
      for (const athlete of await find(athleteIds, true)) {
        const options = { sort: { start_date: 1 }, limit: maxNewActivities, projection } as const;
        found.push(...(await activities.find(dueOf(athlete, nowMs), options).toArray()));
      }
      return found
        .map(newActivityFrom)
        .sort((one, other) => one.start.getTime() - other.start.getTime())
        .slice(0, maxNewActivities);
    },
    claim: async ({ id, tries }, at) => {
      const filter = {
        _id: int64(id),
        'sync.notification.tries': tries === 0 ? { $exists: false } : tries,
        'sync.notification.delivered_at': { $exists: false },
      };
      const set = { 'sync.notification.tries': tries + 1, 'sync.notification.tried_at': at };
      return (await activities.updateOne(filter, { $set: set })).modifiedCount === 1;
    },
    delivered: async (id, at) => {
      const set = { 'sync.notification.delivered_at': at };
      await activities.updateOne({ _id: int64(id) }, { $set: set });
    },
  };
}

/** `sync` and `start_date` show whether the document is of our shape. */
const projection = {
  ...{ sync: 1, start_date: 1, name: 1, sport_type: 1 },
  ...{ distance: 1, moving_time: 1, total_elevation_gain: 1 },
};

function dueOf({ _id, sync }: AthleteDocument, nowMs: number): Filter<ActivityDocument> {
  return {
    'sync.athlete_id': _id,
    start_date: { $gt: sync?.notify_from },
    'sync.notification.delivered_at': { $exists: false },
    'sync.notification.tries': { $not: { $gte: maxTries } },
    'sync.notification.tried_at': { $not: { $gt: new Date(nowMs - deliveryEndsMs) } },
  } as Filter<ActivityDocument>;
}

function newActivityFrom(document: ActivityDocument): NewActivity {
  const record: Readonly<Record<string, unknown>> = document;
  const numberAt = (key: string) => (typeof record[key] === 'number' ? record[key] : undefined);
  const textAt = (key: string) => (typeof record[key] === 'string' ? record[key] : '');
  const distance = numberAt('distance');
  const movingTime = numberAt('moving_time');
  const elevationGain = numberAt('total_elevation_gain');
  return {
    id: toNumber(document._id),
    athleteId: toNumber(document.sync.athlete_id),
    name: textAt('name'),
    sport: textAt('sport_type'),
    start: document.start_date,
    ...(distance !== undefined && { distance }),
    ...(movingTime !== undefined && { movingTime }),
    ...(elevationGain !== undefined && { elevationGain }),
    tries: document.sync.notification?.tries ?? 0,
  };
}

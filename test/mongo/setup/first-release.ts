/**
 * A database as the first release left it.
 */
import type { Db, Document } from 'mongodb';

import type { Mongo } from '../../../src/mongo/base/connection.ts';
import { collectionsOf } from '../../../src/mongo/schema/collections.ts';
import { prepareDatabase } from '../../../src/mongo/setup/ensure-indexes.ts';
import { createActivityStore } from '../../../src/mongo/streams/activity-store.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';

export const firstId = 19_000_000_001;

/** Stores activities as today's program does, the first with its streams, and returns what stands there. */
export async function fillDatabase(mongo: Mongo, count: number): Promise<readonly Document[]> {
  await prepareDatabase(mongo);
  const collections = collectionsOf(mongo.db);
  const activities = createActivityStore(mongo, collections);
  const records = Array.from({ length: count }, (_, index) => recordOf(firstId + index));
  await activities.storePage(pageOf(records));
  const at = new Date('2026-10-05T11:00:00Z');
  const query = { athleteId, range: {}, now: at, exclude: [], limit: count };
  const pending = (await activities.pendingStreams(query)).find(
    ({ activityId }) => activityId === firstId,
  );
  if (pending === undefined) throw new Error('Nothing is pending.');
  const arrays = new Map([
    ['time', [0, 1, 2]],
    ['distance', [0, 400, 800]],
  ]);
  await activities.storeStreams({ athleteId, pending, epoch: 1, at }, { sampleCount: 3, arrays });
  return activitiesIn(mongo.db);
}

/** Takes away what the first release did not have. */
export async function age(db: Db): Promise<void> {
  await db.collection('schema').deleteMany({});
  const later = { 'sync.detail_trace': '', derived: '' };
  await db.collection('activities').updateMany({}, { $unset: later });
}

export function activitiesIn(db: Db): Promise<readonly Document[]> {
  return db.collection('activities').find().sort({ _id: 1 }).toArray();
}

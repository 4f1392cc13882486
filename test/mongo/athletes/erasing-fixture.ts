/**
 * Stream documents without samples.
 */
import type { Store } from '../../../src/mongo/schema/collections.ts';
import { Long, ObjectId } from 'mongodb';

import { athleteId } from '../pages.ts';

/** Adds two parts to an activity, and marks its streams as stored. */
export async function addStreams(
  { activities, streams }: Store,
  activityId: number,
  {
    epoch = 1,
    fetchedAt = new Date(),
    athlete = athleteId,
  }: { epoch?: number; fetchedAt?: Date; athlete?: number } = {},
): Promise<void> {
  const parts = [0, 1].map((part) => ({
    _id: new ObjectId(),
    activity_id: Long.fromNumber(activityId),
    part,
    parts: 2,
    sample_count: 0,
    athlete_id: Long.fromNumber(athlete),
    start_date: new Date(0),
    fetched_at: fetchedAt,
    epoch,
  }));
  await streams.insertMany(parts);
  const bookkeeping = { state: 'stored', tries: 0, fetched_at: fetchedAt } as const;
  await activities.updateOne(
    { _id: Long.fromNumber(activityId) },
    { $set: { 'sync.streams': bookkeeping } },
  );
}

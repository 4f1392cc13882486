/**
 * Updates a stored activity under the lease.
 */
import type { Document } from 'mongodb';
import { LeaseLostError } from '../../errors.ts';
import type { TaskWrite } from '../../sync/ports/tasks.ts';
import { int64 } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';

/** One activity, and the lease under which it is written. */
export interface ActivityWrite extends Pick<TaskWrite, 'epoch'> {
  readonly activityId: number;
  /** What else has to be true of it; where it is not, nothing is written. */
  readonly condition?: Document;
}

/**
 * Nothing is written where the activity is gone, or does not meet the condition; returns whether something was.
 * @throws LeaseLostError when the activity was written under a newer lease.
 */
export async function updateActivity(
  { activities }: Store,
  { epoch, activityId, condition = {} }: ActivityWrite,
  update: Document | Document[],
): Promise<boolean> {
  const _id = int64(activityId);
  const isHeld = { 'sync.epoch': { $lte: epoch } };
  const { matchedCount } = await activities.updateOne({ _id, ...isHeld, ...condition }, update);
  if (matchedCount > 0) return true;
  const isLost = { _id, 'sync.epoch': { $not: isHeld['sync.epoch'] } };
  if ((await activities.findOne(isLost, { projection: { _id: 1 } })) === null) return false;
  throw new LeaseLostError(
    `Another process took over while activity ${activityId} was being written.`,
  );
}

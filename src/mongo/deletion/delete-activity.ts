/**
 * Removes one activity with its streams and leaves a tombstone. It never decides which.
 */
import type { Filter } from 'mongodb';
import { LeaseLostError } from '../../errors.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { ActivityDocument, Store, StreamsDocument } from '../schema/collections.ts';
import type { Tombstone } from '../history/tombstones.ts';
import { removeTombstone, writeTombstone } from '../history/tombstones.ts';
import { markRouteOf } from '../routes/refresh-routes.ts';

export interface Deletion extends Tombstone {
  /** Of the lease `athlete:ID`. */
  readonly epoch: number;
}

/**
 * Tombstone, then streams, then the activity. Its route is marked, and the caller computes it again.
 * In this order: cut off in between it leaves an activity that says that
 * its streams are missing, and doing it again removes the rest. Returns false where the activity was
 * gone already, or is another athlete's: that one is left alone.
 * @throws LeaseLostError where the activity was written under a newer lease, which leaves it alone.
 */
export async function deleteActivity(store: Store, deletion: Deletion): Promise<boolean> {
  const claimed = await claim(store, deletion);
  if (claimed === 'foreign') return false;
  await writeTombstone(store, deletion);
  await store.streams.deleteMany(partsOf(deletion));
  await markRouteOf(store, deletion);
  await store.activities.deleteOne(writtenBefore(deletion));
  if (await isStored(store, deletion)) {
    await removeTombstone(store, deletion);
    throw leaseLost(deletion.activityId);
  }
  return claimed === 'claimed';
}

/** Under this lease or an older one. */
function writtenBefore({ activityId, athleteId, epoch }: Deletion): Filter<ActivityDocument> {
  return {
    _id: int64(activityId),
    'sync.athlete_id': int64(athleteId),
    'sync.epoch': { $lte: epoch },
  };
}

function partsOf({ activityId, athleteId, epoch }: Deletion): Filter<StreamsDocument> {
  return {
    activity_id: int64(activityId),
    athlete_id: int64(athleteId),
    epoch: { $lte: epoch },
  };
}

/**
 * Marks the streams as missing before they go: should a newer holder take over in between, it finds an
 * activity whose streams have to be fetched, never one whose streams are there and are not.
 */
async function claim(store: Store, deletion: Deletion): Promise<'claimed' | 'gone' | 'foreign'> {
  const { activityId, athleteId, epoch } = deletion;
  const { matchedCount } = await store.activities.updateOne(writtenBefore(deletion), {
    $set: { 'sync.epoch': epoch, 'sync.streams.state': 'pending', 'sync.streams.tries': 0 },
  });
  if (matchedCount > 0) return 'claimed';
  const owner = await ownerOf(store, activityId);
  if (owner === athleteId) throw leaseLost(activityId);
  return owner === undefined ? 'gone' : 'foreign';
}

/** Whether the activity is stored as this athlete's. */
export async function isStored(
  store: Store,
  { athleteId, activityId }: Pick<Deletion, 'athleteId' | 'activityId'>,
): Promise<boolean> {
  return (await ownerOf(store, activityId)) === athleteId;
}

async function ownerOf({ activities }: Store, activityId: number): Promise<number | undefined> {
  const projection = { 'sync.athlete_id': 1 };
  const found = await activities.findOne({ _id: int64(activityId) }, { projection });
  return found === null ? undefined : toNumber(found.sync.athlete_id);
}

function leaseLost(activityId: number): LeaseLostError {
  return new LeaseLostError(
    `Another process took over while activity ${activityId} was being removed.`,
  );
}

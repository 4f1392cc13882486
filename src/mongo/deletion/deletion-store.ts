/**
 * The store of deletions, as the engine sees it.
 */
import type { DeletionStore, Expired } from '../../sync/ports/deletions.ts';
import type { TaskWrite } from '../../sync/ports/tasks.ts';
import { bind } from '../base/bind.ts';
import { refreshRoutes } from '../routes/refresh-routes.ts';
import type { Store } from '../schema/collections.ts';
import { isStored } from './delete-activity.ts';
import {
  deleteGoneActivity,
  deletionView,
  giveUpMissing,
  markMissing,
  missingIn,
  unmarkMissing,
} from './missing.ts';
import { expire as expireActivities } from './retention.ts';

interface Retention {
  /** After how many days what was fetched is removed; undefined: never. */
  readonly retentionDays: number | undefined;
}

const dayMs = 24 * 60 * 60 * 1_000;
/** Some seconds' work: a run goes on in between. */
const maxExpiredAtOnce = 100;

export function createDeletionStore(store: Store, retention: Retention): DeletionStore {
  return bind(
    { ...store, ...retention },
    {
      isStored,
      missingIn,
      deletionView,
      markMissing,
      unmarkMissing,
      giveUpMissing,
      deleteActivity: deleteGoneActivity,
      expire,
    },
  );
}

async function expire(
  store: Store & Retention,
  { athleteId, epoch, at }: TaskWrite,
): Promise<Expired> {
  const expired = await expireDue(store, { athleteId, epoch, at });
  // Also those that a write left stale that was cut off.
  await refreshRoutes(store, { athleteId, epoch });
  return expired;
}

async function expireDue(
  store: Store & Retention,
  { athleteId, epoch, at }: TaskWrite,
): Promise<Expired> {
  if (store.retentionDays === undefined) return { activities: 0, isMore: false };
  const fetchedBefore = new Date(at.getTime() - store.retentionDays * dayMs);
  const limit = maxExpiredAtOnce;
  const activities = await expireActivities(store, {
    ...{ athleteId, fetchedBefore, now: at, epoch, limit },
  });
  return { activities, isMore: activities >= limit };
}

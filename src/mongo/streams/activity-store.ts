/**
 * The store of activities as the engine sees it.
 */
import type { ActivityStore } from '../../sync/ports/activities.ts';
import { storePage, unknownIds } from '../activities/activities.ts';
import { bind } from '../base/bind.ts';
import type { Expiry } from '../history/tombstones.ts';
import type { Store } from '../schema/collections.ts';
import { countPending, countPendingDetails, parkedIds, retryParked } from './pending.ts';

export interface ActivityStoreOptions {
  /** Whether what a retention ended stays away; by default it may come back. */
  readonly expiry?: Expiry;
  /** Of which sports pending streams and details count; of all where it is empty or absent. */
  readonly sports?: readonly string[];
}

export function createActivityStore(
  store: Store,
  { expiry = 'lifted', sports = [] }: ActivityStoreOptions = {},
): ActivityStore {
  return {
    ...bind(
      { ...store, sports },
      { countPending, countPendingDetails, parkedIds, retryParked, unknownIds },
    ),
    storePage: (page) => storePage(store, page, expiry),
  };
}

/**
 * The store of activities and streams as the job sees it: joins the pieces over one connection.
 */
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import type { ActivityStore } from '../../sync/ports/ports.ts';
import { storedActivities, storePage } from '../activities/activities.ts';
import type { Store } from '../schema/collections.ts';
import { countPending, nextTryAt, parkedIds, pendingStreams, retryParked } from './pending.ts';
import type { Expiry } from '../history/tombstones.ts';
import { markWithoutStreams, postponeStreams, recordFailure, storeStreams } from './streams.ts';

export interface ActivityStoreOptions {
  readonly expiry?: Expiry;
  readonly trackSource?: TrackSource;
}

export function createActivityStore(
  store: Store,
  { expiry = 'lifted', trackSource = 'summary' }: ActivityStoreOptions = {},
): ActivityStore {
  return {
    storePage: (page) => storePage(store, page, expiry),
    unknownIds: async (ids) => {
      const stored = await storedActivities(store, ids);
      return new Set(ids.filter((id) => !stored.has(id)));
    },
    pendingStreams: (query) => pendingStreams(store, query),
    nextTryAt: (athleteId, range) => nextTryAt(store, athleteId, range),
    countPending: (athleteId, range) => countPending(store, athleteId, range),
    storeStreams: (write, streams) => storeStreams(store, write, { streams, trackSource }),
    markWithoutStreams: (write, reason) => markWithoutStreams(store, write, reason),
    postponeStreams: (write, at) => postponeStreams(store, write, at),
    recordFailure: (write, failure) => recordFailure(store, write, failure),
    parkedIds: () => parkedIds(store),
    retryParked: (athleteId) => retryParked(store, athleteId),
  };
}

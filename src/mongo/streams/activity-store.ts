/**
 * The store of activities and streams as the job sees it: joins the pieces over one connection.
 */
import type { TrackSource } from '../../domain/derived/recorded-track.ts';
import type { ActivityStore } from '../../sync/ports/ports.ts';
import { storedActivities, storePage } from '../activities/activities.ts';
import type { Collections } from '../schema/collections.ts';
import type { Mongo } from '../base/connection.ts';
import { countPending, nextTryAt, parkedIds, pendingStreams, retryParked } from './pending.ts';
import type { Expiry } from '../history/tombstones.ts';
import { markWithoutStreams, postponeStreams, recordFailure, storeStreams } from './streams.ts';

export interface ActivityStoreOptions {
  readonly expiry?: Expiry;
  readonly trackSource?: TrackSource;
}

export function createActivityStore(
  mongo: Mongo,
  collections: Collections,
  { expiry = 'lifted', trackSource = 'summary' }: ActivityStoreOptions = {},
): ActivityStore {
  return {
    storePage: (page) => storePage(mongo, collections, page, expiry),
    unknownIds: async (ids) => {
      const stored = await storedActivities(mongo, collections, ids);
      return new Set(ids.filter((id) => !stored.has(id)));
    },
    pendingStreams: (query) => pendingStreams(mongo, collections, query),
    nextTryAt: (athleteId, range) => nextTryAt(mongo, collections, athleteId, range),
    countPending: (athleteId, range) => countPending(mongo, collections, athleteId, range),
    storeStreams: (write, streams) =>
      storeStreams(mongo, collections, write, { streams, trackSource }),
    markWithoutStreams: (write, reason) => markWithoutStreams(mongo, collections, write, reason),
    postponeStreams: (write, at) => postponeStreams(mongo, collections, write, at),
    recordFailure: (write, failure) => recordFailure(mongo, collections, write, failure),
    parkedIds: () => parkedIds(mongo, collections),
    retryParked: (athleteId) => retryParked(mongo, collections, athleteId),
  };
}

/**
 * What is remembered of athletes: their profile as it came, how far their list is known, and the
 * wishes that commands left for whoever holds them.
 */
import type { Filter, UpdateFilter } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import { LeaseLostError } from '../../errors.ts';
import type { AthleteState, AthleteStore, Wish } from '../../sync/ports/ports.ts';
import { profileStep } from './athlete-document.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { AthleteDocument, Collections } from '../schema/collections.ts';
import type { Mongo } from '../base/connection.ts';
import { isDuplicateKey } from '../base/failures.ts';
import { leavingIds } from './erasing.ts';
import {
  listingFrom,
  listingTo,
  reconcileFrom,
  reconcileTo,
  wishFrom,
  wishTo,
} from './coverage-document.ts';

/**
 * Stores the profile that a login brought, beside what is ours; what only a detailed one brought stays.
 * The grant may be wider now, so every part is due again.
 */
export async function saveAthlete(
  { attempt }: Mongo,
  { athletes }: Collections,
  athleteId: number,
  profile: JsonObject,
): Promise<void> {
  const forgotten = ['sync.refreshed', 'sync.refresh_failures', 'sync.unavailable'];
  const update = [profileStep(profile), { $unset: forgotten }];
  await attempt(() => athletes.updateOne({ _id: int64(athleteId) }, update, { upsert: true }));
}

export function createAthleteStore(mongo: Mongo, collections: Collections): AthleteStore {
  const { attempt } = mongo;
  const { athletes } = collections;

  return {
    athleteIds: () => athleteIds(mongo, collections),

    leavingIds: () => leavingIds(mongo, collections),

    allLookedAt: () => allLookedAt(mongo, collections),

    take: async (athleteId, epoch) => {
      await updateUnderLease(mongo, collections, { athleteId, epoch }, {});
      return load(mongo, collections, athleteId);
    },

    load: (athleteId) => load(mongo, collections, athleteId),

    saveListing: (athleteId, listing, { epoch, lookedAt }) =>
      updateUnderLease(
        mongo,
        collections,
        { athleteId, epoch },
        {
          'sync.listing': listingTo(listing),
          ...(lookedAt && { 'sync.looked_at': lookedAt }),
        },
      ),

    saveReconcile: (athleteId, reconcile, { epoch, reconciledAt }) =>
      updateUnderLease(
        mongo,
        collections,
        { athleteId, epoch },
        {
          ...(reconcile && { 'sync.reconcile': reconcileTo(reconcile) }),
          ...(reconciledAt && { 'sync.reconciled_at': reconciledAt }),
        },
        reconcile === undefined ? ['sync.reconcile'] : [],
      ),

    saveRefusedDeletions: (athleteId, refused, epoch) =>
      updateUnderLease(
        mongo,
        collections,
        { athleteId, epoch },
        refused ? { 'sync.refused_deletions': refused } : {},
        refused === undefined ? ['sync.refused_deletions'] : [],
      ),

    addWish: (athleteId, wish) => addWish(mongo, collections, athleteId, wish),

    saveWish: (athleteId, wish, epoch) => saveWish(mongo, collections, { athleteId, wish, epoch }),

    removeWish: async (athleteId, wishId) => {
      await attempt(() =>
        athletes.updateOne({ _id: int64(athleteId) }, { $pull: { 'sync.wishes': { id: wishId } } }),
      );
    },
  };
}

async function athleteIds({ attempt }: Mongo, { tokens }: Collections): Promise<readonly number[]> {
  const found = await attempt(() =>
    tokens
      .find({}, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .toArray(),
  );
  return found.map(({ _id }) => toNumber(_id));
}

async function saveWish(
  { attempt }: Mongo,
  { athletes }: Collections,
  { athleteId, wish, epoch }: { athleteId: number; wish: Wish; epoch: number },
): Promise<void> {
  const filter = { _id: int64(athleteId), 'sync.wishes.id': wish.id, ...notNewerThan(epoch) };
  await attempt(() => athletes.updateOne(filter, { $set: { 'sync.wishes.$': wishTo(wish) } }));
}

async function updateUnderLease(
  { attempt }: Mongo,
  { athletes }: Collections,
  { athleteId, epoch }: { athleteId: number; epoch: number },
  set: Record<string, unknown>,
  unset: readonly string[] = [],
): Promise<void> {
  const filter = { _id: int64(athleteId), ...notNewerThan(epoch) };
  const update: UpdateFilter<AthleteDocument> = {
    $set: { ...set, 'sync.epoch': epoch },
    ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map((key) => [key, ''])) }),
  };
  try {
    await attempt(() => athletes.updateOne(filter, update, { upsert: true }));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new LeaseLostError(`Another process took athlete ${athleteId} over.`, { cause: error });
  }
}

function notNewerThan(epoch: number): Filter<AthleteDocument> {
  return { $or: [{ 'sync.epoch': { $lte: epoch } }, { 'sync.epoch': { $exists: false } }] };
}

/** The same wish is left once; a second one goes on where the first stands. */
async function addWish(
  { attempt }: Mongo,
  { athletes }: Collections,
  athleteId: number,
  wish: Wish,
): Promise<void> {
  const _id = int64(athleteId);
  await attempt(() => athletes.updateOne({ _id }, { $setOnInsert: { _id } }, { upsert: true }));
  await attempt(() =>
    athletes.updateOne(
      { _id, 'sync.wishes.id': { $ne: wish.id } },
      { $push: { 'sync.wishes': wishTo(wish) } },
    ),
  );
}

async function load(
  { attempt }: Mongo,
  { athletes }: Collections,
  athleteId: number,
): Promise<AthleteState> {
  const found = await attempt(() => athletes.findOne({ _id: int64(athleteId) }));
  const sync = found?.sync;
  return {
    athleteId,
    listing: listingFrom(sync?.listing),
    wishes: (sync?.wishes ?? []).map(wishFrom),
    reconciledAt: sync?.reconciled_at ?? {},
    ...(sync?.reconcile && { reconcile: reconcileFrom(sync.reconcile) }),
    ...(sync?.refused_deletions && { refusedDeletions: sync.refused_deletions }),
    ...(sync?.looked_at && { lookedAt: sync.looked_at }),
  };
}

async function allLookedAt(
  { attempt }: Mongo,
  { athletes, tokens }: Collections,
): Promise<Date | undefined> {
  const grants = await attempt(() => tokens.find({}, { projection: { _id: 1 } }).toArray());
  const ids = grants.map(({ _id }) => int64(toNumber(_id)));
  const looked = await attempt(() =>
    athletes
      .find({ _id: { $in: ids }, 'sync.looked_at': { $exists: true } })
      .sort({ 'sync.looked_at': 1 })
      .toArray(),
  );
  return looked.length < ids.length ? undefined : looked[0]?.sync?.looked_at;
}

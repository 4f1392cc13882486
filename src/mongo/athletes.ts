/**
 * What is remembered of athletes: their profile as it came, how far their list is known, and the
 * wishes that commands left for whoever holds them.
 */
import type { Filter } from 'mongodb';
import type { JsonObject } from '../domain/json.ts';
import { LeaseLostError } from '../errors.ts';
import type { AthleteState, AthleteStore, Wish } from '../sync/ports.ts';
import { int64, toBson, toNumber } from './bson-value.ts';
import type { AthleteDocument, Collections } from './collections.ts';
import type { Mongo } from './connection.ts';
import { isDuplicateKey } from './failures.ts';
import { listingFrom, listingTo, wishFrom, wishTo } from './listing-document.ts';

/** Stores an athlete's profile as Strava sent it, beside what is ours. */
export async function saveAthlete(
  { attempt }: Mongo,
  { athletes }: Collections,
  athleteId: number,
  profile: JsonObject,
): Promise<void> {
  const kept = { $ifNull: ['$sync', {}] };
  const document = { $literal: toBson(profile) };
  await attempt(() =>
    athletes.updateOne(
      { _id: int64(athleteId) },
      [{ $replaceWith: { $mergeObjects: [document, { _id: '$_id', sync: kept }] } }],
      { upsert: true },
    ),
  );
}

export function createAthleteStore(mongo: Mongo, collections: Collections): AthleteStore {
  const { attempt } = mongo;
  const { athletes, tokens } = collections;

  return {
    athleteIds: async () => {
      const found = await attempt(() =>
        tokens
          .find({}, { projection: { _id: 1 } })
          .sort({ _id: 1 })
          .toArray(),
      );
      return found.map(({ _id }) => toNumber(_id));
    },

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

    addWish: (athleteId, wish) => addWish(mongo, collections, athleteId, wish),

    saveWish: async (athleteId, wish, epoch) => {
      const filter = {
        _id: int64(athleteId),
        'sync.wishes.id': wish.id,
        ...notNewerThan(epoch),
      };
      await attempt(() => athletes.updateOne(filter, { $set: { 'sync.wishes.$': wishTo(wish) } }));
    },

    removeWish: async (athleteId, wishId) => {
      await attempt(() =>
        athletes.updateOne({ _id: int64(athleteId) }, { $pull: { 'sync.wishes': { id: wishId } } }),
      );
    },
  };
}

async function updateUnderLease(
  { attempt }: Mongo,
  { athletes }: Collections,
  { athleteId, epoch }: { athleteId: number; epoch: number },
  set: Record<string, unknown>,
): Promise<void> {
  const filter = { _id: int64(athleteId), ...notNewerThan(epoch) };
  const update = { $set: { ...set, 'sync.epoch': epoch } };
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

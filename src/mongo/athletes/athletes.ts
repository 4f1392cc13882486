/**
 * What is remembered of athletes: their profile as it came, how far their list is known, and the
 * wishes that commands left for whoever holds them.
 */
import type { Filter, UpdateFilter } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import { LeaseLostError } from '../../errors.ts';
import type { AthleteState, AthleteStore, BackfillRequest } from '../../sync/ports/ports.ts';
import { profileStep } from './athlete-document.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { AthleteDocument, Collections } from '../schema/collections.ts';
import type { Mongo } from '../base/connection.ts';
import { isDuplicateKey } from '../base/failures.ts';
import { erasingIds } from './erasing.ts';
import {
  listingFrom,
  listingTo,
  reconcileFrom,
  reconcileTo,
  backfillFrom,
  backfillTo,
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

    erasingIds: () => erasingIds(mongo, collections),

    allPolledAt: () => allPolledAt(mongo, collections),

    take: async (athleteId, epoch) => {
      await updateUnderLease(mongo, collections, { athleteId, epoch }, {});
      return load(mongo, collections, athleteId);
    },

    load: (athleteId) => load(mongo, collections, athleteId),

    saveCoverage: (athleteId, coverage, { epoch, polledAt }) =>
      updateUnderLease(
        mongo,
        collections,
        { athleteId, epoch },
        {
          'sync.coverage': listingTo(coverage),
          ...(polledAt && { 'sync.polled_at': polledAt }),
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

    saveRejectedDeletions: (athleteId, rejected, epoch) =>
      updateUnderLease(
        mongo,
        collections,
        { athleteId, epoch },
        rejected ? { 'sync.rejected_deletions': rejected } : {},
        rejected === undefined ? ['sync.rejected_deletions'] : [],
      ),

    addBackfill: (athleteId, backfill) => addBackfill(mongo, collections, athleteId, backfill),

    saveBackfill: (athleteId, backfill, epoch) =>
      saveBackfill(mongo, collections, { athleteId, backfill, epoch }),

    removeBackfill: async (athleteId, backfillId) => {
      await attempt(() =>
        athletes.updateOne(
          { _id: int64(athleteId) },
          { $pull: { 'sync.backfills': { id: backfillId } } },
        ),
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

async function saveBackfill(
  { attempt }: Mongo,
  { athletes }: Collections,
  { athleteId, backfill, epoch }: { athleteId: number; backfill: BackfillRequest; epoch: number },
): Promise<void> {
  const filter = {
    _id: int64(athleteId),
    'sync.backfills.id': backfill.id,
    ...notNewerThan(epoch),
  };
  await attempt(() =>
    athletes.updateOne(filter, { $set: { 'sync.backfills.$': backfillTo(backfill) } }),
  );
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
async function addBackfill(
  { attempt }: Mongo,
  { athletes }: Collections,
  athleteId: number,
  backfill: BackfillRequest,
): Promise<void> {
  const _id = int64(athleteId);
  await attempt(() => athletes.updateOne({ _id }, { $setOnInsert: { _id } }, { upsert: true }));
  await attempt(() =>
    athletes.updateOne(
      { _id, 'sync.backfills.id': { $ne: backfill.id } },
      { $push: { 'sync.backfills': backfillTo(backfill) } },
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
    coverage: listingFrom(sync?.coverage),
    backfills: (sync?.backfills ?? []).map(backfillFrom),
    reconciledAt: sync?.reconciled_at ?? {},
    ...(sync?.reconcile && { reconcile: reconcileFrom(sync.reconcile) }),
    ...(sync?.rejected_deletions && { rejectedDeletions: sync.rejected_deletions }),
    ...(sync?.polled_at && { polledAt: sync.polled_at }),
  };
}

async function allPolledAt(
  { attempt }: Mongo,
  { athletes, tokens }: Collections,
): Promise<Date | undefined> {
  const grants = await attempt(() => tokens.find({}, { projection: { _id: 1 } }).toArray());
  const ids = grants.map(({ _id }) => int64(toNumber(_id)));
  const polled = await attempt(() =>
    athletes
      .find({ _id: { $in: ids }, 'sync.polled_at': { $exists: true } })
      .sort({ 'sync.polled_at': 1 })
      .toArray(),
  );
  return polled.length < ids.length ? undefined : polled[0]?.sync?.polled_at;
}

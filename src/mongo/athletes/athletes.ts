/**
 * What is remembered of athletes: their profile as it came, how far their list is known, and the
 * backfill requests that commands stored for the holder.
 */
import type { Filter, UpdateFilter } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import { athleteLists } from '../../domain/sync/athlete-lists.ts';
import { athleteParts } from '../../domain/sync/fetch-task.ts';
import { LeaseLostError } from '../../errors.ts';
import type { AthleteState, AthleteStore, BackfillRequest } from '../../sync/ports/athletes.ts';
import { profileStep } from './athlete-document.ts';
import { detailsChoiceIn } from './details-choice.ts';
import { lastPollFrom, pollTo, polledAthletes } from './polls.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { Application } from '../schema/definitions/application.ts';
import { loginsOf } from '../schema/definitions/application.ts';
import type { AthleteDocument, Store } from '../schema/collections.ts';
import { areDuplicateKeys, isDuplicateKey } from '../base/failures.ts';
import { beforeNewLogin } from '../schema/definitions/athletes.ts';
import { removeOddFields } from './odd-fields.ts';
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
  { athletes }: Store,
  athleteId: number,
  profile: JsonObject,
): Promise<void> {
  const names = [...athleteParts, ...athleteLists, 'closed_parts'];
  const forgotten = names.map((name) => `sync.${name}`);
  const update = [profileStep(profile), { $unset: forgotten }];
  await athletes.updateOne({ _id: int64(athleteId) }, update, { upsert: true });
}

/** What is remembered of the athletes of an application. */
export function createAthleteStore(store: Store, application: Application): AthleteStore {
  return {
    athleteIds: () => athleteIds(store, application),

    erasingIds: () => erasingIds(store, application),

    allPolledAt: () => allPolledAt(store, application),

    polledAthletes: () => polledAthletes(store, application),

    take: async (athleteId, epoch) => {
      await removeOddFields(store, [athleteId]);
      await updateUnderLease(store, { athleteId, epoch }, {});
      return load(store, athleteId);
    },

    takeAll: (epochs) => takeAll(store, epochs),

    load: (athleteId) => load(store, athleteId),

    withRequests: (athleteIds) =>
      find(store, athleteIds, {
        $or: [
          { 'sync.backfills.0': { $exists: true } },
          { 'sync.reconciled_at.full': beforeNewLogin },
        ],
      }),

    saveCoverage: (athleteId, coverage, { epoch, poll }) =>
      updateUnderLease(
        store,
        { athleteId, epoch },
        {
          'sync.coverage': listingTo(coverage),
          ...(poll && pollTo(poll)),
        },
      ),

    saveReconcile: (athleteId, reconcile, { epoch, reconciledAt }) =>
      updateUnderLease(
        store,
        { athleteId, epoch },
        {
          ...(reconcile && { 'sync.reconcile': reconcileTo(reconcile) }),
          ...(reconciledAt && { 'sync.reconciled_at': reconciledAt }),
        },
        reconcile === undefined ? ['sync.reconcile'] : [],
      ),

    saveRejectedDeletions: (athleteId, rejected, epoch) =>
      updateUnderLease(
        store,
        { athleteId, epoch },
        rejected ? { 'sync.rejected_deletions': rejected } : {},
        rejected === undefined ? ['sync.rejected_deletions'] : [],
      ),

    addBackfill: (athleteId, backfill) => addBackfill(store, athleteId, backfill),

    saveBackfill: (athleteId, backfill, epoch) =>
      saveBackfill(store, { athleteId, backfill, epoch }),

    removeBackfill: async (athleteId, backfillId) => {
      await store.athletes.updateOne(
        { _id: int64(athleteId) },
        { $pull: { 'sync.backfills': { id: backfillId } } },
      );
    },
  };
}

/** The athletes of an application who are logged in, by id. */
export async function athleteIds(
  store: Store,
  application: Application,
): Promise<readonly number[]> {
  const found = await loginsOf(store, application, { projection: { _id: 1 } })
    .sort({ _id: 1 })
    .toArray();
  return found.map(({ _id }) => toNumber(_id));
}

async function saveBackfill(
  { athletes }: Store,
  { athleteId, backfill, epoch }: { athleteId: number; backfill: BackfillRequest; epoch: number },
): Promise<void> {
  const filter = {
    _id: int64(athleteId),
    'sync.backfills.id': backfill.id,
    ...notNewerThan(epoch),
  };
  await athletes.updateOne(filter, { $set: { 'sync.backfills.$': backfillTo(backfill) } });
}

async function updateUnderLease(
  { athletes }: Store,
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
    await athletes.updateOne(filter, update, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new LeaseLostError(`Another process took athlete ${athleteId} over.`, { cause: error });
  }
}

function notNewerThan(epoch: number): Filter<AthleteDocument> {
  return { $or: [{ 'sync.epoch': { $lte: epoch } }, { 'sync.epoch': { $exists: false } }] };
}

/** Stores a backfill request once; the same request again continues the first. */
async function addBackfill(
  { athletes }: Store,
  athleteId: number,
  backfill: BackfillRequest,
): Promise<void> {
  const _id = int64(athleteId);
  await athletes.updateOne({ _id }, { $setOnInsert: { _id } }, { upsert: true });
  await athletes.updateOne(
    { _id, 'sync.backfills.id': { $ne: backfill.id } },
    { $push: { 'sync.backfills': backfillTo(backfill) } },
  );
}

async function load({ athletes }: Store, athleteId: number): Promise<AthleteState> {
  return stateFrom(athleteId, await athletes.findOne({ _id: int64(athleteId) }));
}

async function find(
  { athletes }: Store,
  athleteIds: readonly number[],
  filter: Filter<AthleteDocument>,
): Promise<readonly AthleteState[]> {
  const _id = { $in: athleteIds.map(int64) };
  const found = await athletes.find({ _id, ...filter }, { projection: { sync: 1 } }).toArray();
  return found.map((document) => stateFrom(toNumber(document._id), document));
}

/** One write for all. Where a newer lease has an athlete, the upsert fails as a duplicate. */
async function takeAll(
  store: Store,
  epochs: ReadonlyMap<number, number>,
): Promise<readonly AthleteState[]> {
  const writes = [...epochs].map(([athleteId, epoch]) => ({
    updateOne: {
      filter: { _id: int64(athleteId), ...notNewerThan(epoch) },
      update: { $set: { 'sync.epoch': epoch } },
      upsert: true,
    },
  }));
  if (writes.length === 0) return [];
  await removeOddFields(store, [...epochs.keys()]);
  try {
    await store.athletes.bulkWrite(writes, { ordered: false });
  } catch (error) {
    if (!areDuplicateKeys(error)) throw error;
  }
  const ours = [...epochs].map(([id, epoch]) => ({ _id: int64(id), 'sync.epoch': epoch }));
  return find(store, [...epochs.keys()], { $or: ours });
}

function stateFrom(athleteId: number, document: AthleteDocument | null): AthleteState {
  const sync = document?.sync;
  return {
    athleteId,
    coverage: listingFrom(sync?.coverage),
    backfills: (sync?.backfills ?? []).map(backfillFrom),
    reconciledAt: sync?.reconciled_at ?? {},
    ...(sync?.reconcile && { reconcile: reconcileFrom(sync.reconcile) }),
    ...(sync?.rejected_deletions && { rejectedDeletions: sync.rejected_deletions }),
    ...(sync?.polled_at && { lastPoll: lastPollFrom(sync.polled_at, sync) }),
    wantsDetails: detailsChoiceIn(document)?.is_wanted === true,
  };
}

async function allPolledAt(store: Store, application: Application): Promise<Date | undefined> {
  const ids = (await athleteIds(store, application)).map(int64);
  const polled = await store.athletes
    .find({ _id: { $in: ids }, 'sync.polled_at': { $exists: true } })
    .sort({ 'sync.polled_at': 1 })
    .toArray();
  return polled.length < ids.length ? undefined : polled[0]?.sync?.polled_at;
}

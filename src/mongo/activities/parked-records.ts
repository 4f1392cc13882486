/**
 * The `parked` collection: records of the list that cannot be stored as an activity, each with its
 * reason. It decides nothing.
 */
import type { UnusableRecord } from '../../domain/activity/activity.ts';
import { fingerprintOf } from '../../domain/activity/activity.ts';
import { dayMs } from '../../domain/duration.ts';
import type { JsonValue } from '../../domain/json.ts';
import { canonicalJson, isJsonObject } from '../../domain/json.ts';
import type { PageToStore } from '../../sync/ports/activities.ts';
import { int64, isDeeperThan, toNumber } from '../base/bson-value.ts';
import { deletePresent } from '../base/delete-present.ts';
import type { Store } from '../schema/collections.ts';
import { maxLevels } from '../base/bson-limits.ts';

const keptRecordLength = 100_000;

/** Parks the unusable records of a page, and returns how many of them were not parked before. */
export async function park(
  { parked }: Store,
  unusable: readonly UnusableRecord[],
  { athleteId, fetchedAt }: PageToStore,
): Promise<number> {
  let added = 0;
  for (const one of unusable) {
    const text = canonicalJson(shown(one.record)).slice(0, keptRecordLength);
    const { upsertedCount } = await parked.updateOne(
      { _id: parkedId(athleteId, one) },
      {
        $set: {
          athlete_id: int64(athleteId),
          reason: one.reason,
          record: text,
          last_seen_at: fetchedAt,
        },
        $inc: { tries: 1 },
        $setOnInsert: { first_seen_at: fetchedAt },
      },
      { upsert: true },
    );
    added += upsertedCount;
  }
  return added;
}

/** Removes the parked records whose activities are stored now. */
export async function unpark(
  { parked }: Store,
  ids: readonly number[],
  { athleteId }: PageToStore,
): Promise<void> {
  if (ids.length === 0) return;
  await deletePresent(parked, { _id: { $in: ids.map((id) => `${athleteId}:${id}`) } });
}

/**
 * The first read of the whole list is no reconcile: what it brought can be a little older than the instant
 * from which it counts as one.
 */
const marginMs = 7 * dayMs;

/** Removes the parked records that the last complete read of the list did not return. */
export async function pruneParked({ athletes, parked }: Store): Promise<void> {
  const _id = { $in: await parked.distinct('athlete_id') };
  const known = { _id, 'sync.reconciled_at.full': { $exists: true } };
  const projection = { 'sync.reconciled_at': 1 };
  const found = await athletes.find(known, { projection }).toArray();
  for (const { _id, sync } of found) {
    const full = sync?.reconciled_at?.full;
    if (full === undefined) continue;
    const last_seen_at = { $lt: new Date(full.getTime() - marginMs) };
    await parked.deleteMany({ athlete_id: int64(toNumber(_id)), last_seen_at });
  }
}

/** The id that a record carries. */
export function idOf({ record }: UnusableRecord): unknown {
  return isJsonObject(record) ? record['id'] : undefined;
}

function parkedId(athleteId: number, unusable: UnusableRecord): string {
  const id = idOf(unusable);
  return `${athleteId}:${typeof id === 'number' ? id : fingerprintOf(shown(unusable.record))}`;
}

function shown(record: JsonValue): JsonValue {
  return isDeeperThan(record, maxLevels) ? 'nested too deeply to be kept' : record;
}

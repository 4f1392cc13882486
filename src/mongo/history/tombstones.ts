/**
 * The `tombstones` collection: what was removed, when and why, so that an old copy of it does not come
 * back.
 */
import { int64, toNumber } from '../base/bson-value.ts';
import type { Store, TombstoneDocument } from '../schema/collections.ts';

/** `deleted` at Strava, or `expired` by our own retention. */
export type DeletionReason = TombstoneDocument['why'];

/** The fields of a tombstone. */
export interface Tombstone {
  readonly athleteId: number;
  readonly activityId: number;
  readonly startAt: Date;
  readonly why: DeletionReason;
  readonly at: Date;
}

/** The tombstones among these activities, by activity. */
export async function tombstonesOf(
  { tombstones }: Store,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Pick<TombstoneDocument, 'why' | 'at'>>> {
  if (ids.length === 0) return new Map();
  // Only what is read, so that nothing else in it can bring back what was removed.
  const projection = { why: 1, at: 1 } as const;
  const found = await tombstones.find({ _id: { $in: ids.map(int64) } }, { projection }).toArray();
  return new Map(found.map((tombstone) => [toNumber(tombstone._id), tombstone]));
}

/** Whether what expired by our own retention stays away: only while there is a retention. */
export type Expiry = 'final' | 'lifted';

/**
 * Which of these activities stay away although a page shows them: what expired, and what was deleted
 * after the page was requested. What Strava shows again later is there again.
 */
export async function stillDeletedIds(
  store: Store,
  ids: readonly number[],
  requestedAt: Date,
  expiry: Expiry,
): Promise<ReadonlySet<number>> {
  const found = await tombstonesOf(store, ids);
  const away = [...found].filter(([, { why, at }]) =>
    why === 'expired' ? expiry === 'final' : at >= requestedAt,
  );
  const staysAway = new Set(away.map(([id]) => id));
  const back = [...found.keys()].filter((id) => !staysAway.has(id));
  if (back.length > 0) {
    await store.tombstones.deleteMany({ _id: { $in: back.map(int64) } });
  }
  return staysAway;
}

export async function writeTombstone(
  { tombstones }: Store,
  { activityId, athleteId, startAt, why, at }: Tombstone,
): Promise<void> {
  const tombstone = { athlete_id: int64(athleteId), start_date: startAt, why, at };
  await tombstones.replaceOne({ _id: int64(activityId) }, tombstone, { upsert: true });
}

export async function removeTombstone(
  { tombstones }: Store,
  { activityId, at }: Pick<Tombstone, 'activityId' | 'at'>,
): Promise<void> {
  await tombstones.deleteOne({ _id: int64(activityId), at });
}

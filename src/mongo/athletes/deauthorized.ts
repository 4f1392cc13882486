/**
 * An athlete who withdrew the access at Strava: that somebody said so, that it is so, and the login that
 * goes. It believes nobody and asks nobody.
 */
import { int64, toNumber } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';

/** An athlete who withdrew the access at Strava, and whose data is still here. */
export interface DeauthorizedAthlete {
  readonly athleteId: number;
  readonly at: Date;
}

/** Somebody said that an athlete withdrew the access, and what became of it is not settled. */
export interface NotifiedDeauthorization {
  readonly athleteId: number;
  readonly deliveredAt: Date;
  /** Whether it was made sure of already, and cut off after that. */
  readonly isCertain: boolean;
}

/**
 * Durable when it resolves; false where nothing is stored of the athlete. It makes no document, for one who
 * was erased just now would be back.
 */
export async function noteDeauthorization(
  { athletes }: Store,
  athleteId: number,
  at: Date,
): Promise<boolean> {
  const delivered = { $set: { 'sync.deauthorization_notified_at': at } };
  const result = await athletes.updateOne({ _id: int64(athleteId) }, delivered);
  return result.matchedCount > 0;
}

/** The pending deauthorization notifications, the oldest first. */
export async function notifiedDeauthorizations({
  athletes,
}: Store): Promise<readonly NotifiedDeauthorization[]> {
  const marked = await athletes
    .find({ 'sync.deauthorization_notified_at': { $exists: true } })
    .sort({ 'sync.deauthorization_notified_at': 1 })
    .toArray();
  return marked.flatMap(({ _id, sync }) => {
    const deliveredAt = sync?.deauthorization_notified_at;
    if (deliveredAt === undefined) return [];
    const isCertain = sync?.deauthorized_at !== undefined;
    return [{ athleteId: toNumber(_id), deliveredAt, isCertain }];
  });
}

/** Removes the mark, unless another notification came meanwhile. */
export async function settleNotified(
  { athletes }: Store,
  { athleteId, deliveredAt }: NotifiedDeauthorization,
): Promise<void> {
  const filter = { _id: int64(athleteId), 'sync.deauthorization_notified_at': deliveredAt };
  const settled = { $unset: { 'sync.deauthorization_notified_at': '' } } as const;
  await athletes.updateOne(filter, settled);
}

/** The access is withdrawn for certain. */
export async function markDeauthorized(
  { athletes }: Store,
  athleteId: number,
  at: Date,
): Promise<void> {
  const mark = { $set: { 'sync.deauthorized_at': at } };
  await athletes.updateOne({ _id: int64(athleteId) }, mark);
}

/** The mark first: a crash in between leaves a login that Strava rejects, and status says so. */
export async function removeLogin(store: Store, athleteId: number, at: Date): Promise<void> {
  await markDeauthorized(store, athleteId, at);
  const rejected = { _id: int64(athleteId), needs_authorization: { $exists: true } };
  await store.tokens.deleteOne(rejected);
}

/** Who withdrew the access, and has not logged in again. */
export async function deauthorizedAthletes({
  athletes,
  tokens,
}: Store): Promise<readonly DeauthorizedAthlete[]> {
  const marked = await athletes.find({ 'sync.deauthorized_at': { $exists: true } }).toArray();
  const grants = await tokens.find({}, { projection: { _id: 1 } }).toArray();
  const here = new Set(grants.map(({ _id }) => toNumber(_id)));
  return marked.flatMap(({ _id, sync }) =>
    here.has(toNumber(_id)) || sync?.deauthorized_at === undefined
      ? []
      : [{ athleteId: toNumber(_id), at: sync.deauthorized_at }],
  );
}

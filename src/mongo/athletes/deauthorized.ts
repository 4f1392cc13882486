/**
 * An athlete who withdrew the access at Strava: that somebody said so, that it is so, and the login that
 * goes. It believes nobody and asks nobody.
 */
import { int64, toNumber } from '../base/bson-value.ts';
import type { Collections } from '../schema/collections.ts';
import type { Mongo } from '../base/connection.ts';

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
  { attempt }: Mongo,
  { athletes }: Collections,
  athleteId: number,
  at: Date,
): Promise<boolean> {
  const delivered = { $set: { 'sync.deauthorization_notified_at': at } };
  const result = await attempt(() => athletes.updateOne({ _id: int64(athleteId) }, delivered));
  return result.matchedCount > 0;
}

/** What was told and is not settled, the oldest first. */
export async function notifiedDeauthorizations(
  { attempt }: Mongo,
  { athletes }: Collections,
): Promise<readonly NotifiedDeauthorization[]> {
  const marked = await attempt(() =>
    athletes
      .find({ 'sync.deauthorization_notified_at': { $exists: true } })
      .sort({ 'sync.deauthorization_notified_at': 1 })
      .toArray(),
  );
  return marked.flatMap(({ _id, sync }) => {
    const deliveredAt = sync?.deauthorization_notified_at;
    if (deliveredAt === undefined) return [];
    const isCertain = sync?.deauthorized_at !== undefined;
    return [{ athleteId: toNumber(_id), deliveredAt, isCertain }];
  });
}

/** Takes the mark away, unless it was told once more meanwhile. */
export async function settleNotified(
  { attempt }: Mongo,
  { athletes }: Collections,
  { athleteId, deliveredAt }: NotifiedDeauthorization,
): Promise<void> {
  const filter = { _id: int64(athleteId), 'sync.deauthorization_notified_at': deliveredAt };
  const settled = { $unset: { 'sync.deauthorization_notified_at': '' } } as const;
  await attempt(() => athletes.updateOne(filter, settled));
}

/** The access is withdrawn for certain. */
export async function markDeauthorized(
  { attempt }: Mongo,
  { athletes }: Collections,
  athleteId: number,
  at: Date,
): Promise<void> {
  const mark = { $set: { 'sync.deauthorized_at': at } };
  await attempt(() => athletes.updateOne({ _id: int64(athleteId) }, mark));
}

/** The mark first: a crash in between leaves a login that Strava refuses, and status says so. */
export async function removeLogin(
  mongo: Mongo,
  collections: Collections,
  athleteId: number,
  at: Date,
): Promise<void> {
  await markDeauthorized(mongo, collections, athleteId, at);
  const rejected = { _id: int64(athleteId), needs_authorization: { $exists: true } };
  await mongo.attempt(() => collections.tokens.deleteOne(rejected));
}

/** Who withdrew the access, and has not logged in again. */
export async function deauthorizedAthletes(
  { attempt }: Mongo,
  { athletes, tokens }: Collections,
): Promise<readonly DeauthorizedAthlete[]> {
  const marked = await attempt(() =>
    athletes.find({ 'sync.deauthorized_at': { $exists: true } }).toArray(),
  );
  const grants = await attempt(() => tokens.find({}, { projection: { _id: 1 } }).toArray());
  const here = new Set(grants.map(({ _id }) => toNumber(_id)));
  return marked.flatMap(({ _id, sync }) =>
    here.has(toNumber(_id)) || sync?.deauthorized_at === undefined
      ? []
      : [{ athleteId: toNumber(_id), at: sync.deauthorized_at }],
  );
}

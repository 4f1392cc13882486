/**
 * What is stored of an athlete who withdrew the access at Strava: the notification, the verified fact, and
 * the removal of the login. It verifies nothing itself.
 */
import { int64, toNumber } from '../base/bson-value.ts';
import type { Application } from '../schema/definitions/application.ts';
import { everyApplication, loginsOf, ownedBy } from '../schema/definitions/application.ts';
import type { Store } from '../schema/collections.ts';

/** An athlete who withdrew the access at Strava, and whose data is still here. */
export interface DeauthorizedAthlete {
  readonly athleteId: number;
  readonly at: Date;
}

/** A notification that an athlete withdrew the access, not settled yet. */
export interface NotifiedDeauthorization {
  readonly athleteId: number;
  readonly deliveredAt: Date;
  /** Whether the withdrawal was verified before, and the settlement cut off after that. */
  readonly isCertain: boolean;
}

/**
 * Durable when it resolves; false where nothing is stored of the athlete. It makes no document, for one who
 * was erased just now would be back.
 */
export async function noteDeauthorization(
  { athletes }: Store,
  clientId: string,
  { athleteId, at }: { readonly athleteId: number; readonly at: Date },
): Promise<boolean> {
  const delivered = {
    $set: {
      'sync.deauthorization_notified_at': at,
      // The login that says whose athlete it is may be gone before this is settled.
      'sync.deauthorization_client_id': clientId,
    },
  };
  const result = await athletes.updateOne({ _id: int64(athleteId) }, delivered);
  return result.matchedCount > 0;
}

/** The pending deauthorization notifications of an application, the oldest first. */
export async function notifiedDeauthorizations(
  { athletes }: Store,
  application: Application,
): Promise<readonly NotifiedDeauthorization[]> {
  const filter = { 'sync.deauthorization_notified_at': { $exists: true }, ...from(application) };
  const marked = await athletes
    .find(filter)
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
export async function removeLogin(
  store: Store,
  application: Application,
  { athleteId, at }: DeauthorizedAthlete,
): Promise<void> {
  await markDeauthorized(store, athleteId, at);
  const marked = { _id: int64(athleteId), needs_authorization: { $exists: true } };
  const rejected = { ...marked, ...ownedBy(application) };
  await store.tokens.deleteOne(rejected);
}

/** Who withdrew the access of an application, and has not logged in again with any. */
export async function deauthorizedAthletes(
  store: Store,
  application: Application,
): Promise<readonly DeauthorizedAthlete[]> {
  const filter = { 'sync.deauthorized_at': { $exists: true }, ...from(application) };
  const marked = await store.athletes.find(filter).toArray();
  const grants = await loginsOf(store, everyApplication, { projection: { _id: 1 } }).toArray();
  const here = new Set(grants.map(({ _id }) => toNumber(_id)));
  return marked.flatMap(({ _id, sync }) =>
    here.has(toNumber(_id)) || sync?.deauthorized_at === undefined
      ? []
      : [{ athleteId: toNumber(_id), at: sync.deauthorized_at }],
  );
}

function from(application: Application) {
  return ownedBy(application, 'sync.deauthorization_client_id');
}

/**
 * The marks on a login of an athlete who is being erased or logged out: a process that holds the athlete
 * sends no more requests to Strava and releases it.
 */
import type { Document } from 'mongodb';
import { int64, toNumber } from '../base/bson-value.ts';
import type { Application } from '../schema/definitions/application.ts';
import { loginsOf, ownedBy } from '../schema/definitions/application.ts';
import type { Store } from '../schema/collections.ts';

/** A command waits for the athlete, and has changed nothing. It loses its meaning with time. */
const releasing = 'is being released';
/** Data is being deleted, or was until the erasure was cut off. It stays until the erasure is done. */
const erasing = 'is being erased';

/** Longer than a command waits for an athlete and tries to revoke the access. */
const releasingMs = 15 * 60_000;

/** What a mark says of an athlete; undefined for a mark about the login itself. */
export function erasureOf(reason: string | undefined): 'releasing' | 'erasing' | undefined {
  if (reason === releasing) return 'releasing';
  return reason === erasing ? 'erasing' : undefined;
}

/** Marks the stored login of an athlete whom a command waits for; without a login it does nothing. */
export function markReleasing(
  store: Store,
  application: Application,
  athleteId: number,
): Promise<void> {
  return mark(store, application, { athleteId, reason: releasing, over: [releasing, erasing] });
}

/** Marks the stored login before data is deleted; without a login it does nothing. */
export function markErasing(
  store: Store,
  application: Application,
  athleteId: number,
): Promise<void> {
  return mark(store, application, { athleteId, reason: erasing, over: [erasing] });
}

/**
 * A login that is marked for another reason is held by a run as well, so that mark is put aside and not in
 * the way.
 */
async function mark(
  { tokens }: Store,
  application: Application,
  { athleteId, reason, over }: { athleteId: number; reason: string; over: readonly string[] },
): Promise<void> {
  const unmarked = { 'needs_authorization.reason': { $nin: over } };
  const given = '$needs_authorization';
  const earlier = { $cond: [{ $eq: [`${given}.reason`, releasing] }, `${given}.earlier`, given] };
  await tokens.updateOne({ _id: int64(athleteId), ...unmarked, ...ownedBy(application) }, [
    { $set: { needs_authorization: { since: '$$NOW', reason, earlier } } },
  ]);
}

/**
 * The athletes of an application whose login is marked. It first takes away the marks that a command left
 * behind when it was killed while it waited.
 */
export async function erasingIds(
  store: Store,
  application: Application,
): Promise<readonly number[]> {
  const projection = { needs_authorization: 1 } as const;
  const logins = await loginsOf(store, application, { projection }).toArray();
  const isStale = { $lt: ['$needs_authorization.since', { $subtract: ['$$NOW', releasingMs] }] };
  const ids: number[] = [];
  for (const { _id, needs_authorization } of logins) {
    const erasure = erasureOf(needs_authorization?.reason);
    const id = toNumber(_id);
    if (erasure === undefined) continue;
    if (erasure === 'releasing' && (await restore(store, application, { id, $expr: isStale })))
      continue;
    ids.push(id);
  }
  return ids;
}

/**
 * Takes the mark away, where nothing was revoked and nothing erased. A login that was of no use before
 * is of no use again.
 */
export async function unmarkReleasing(
  store: Store,
  application: Application,
  athleteId: number,
): Promise<void> {
  await restore(store, application, { id: athleteId });
}

/** Returns whether there was such a mark. */
async function restore(
  { urgent }: Store,
  application: Application,
  { id, ...where }: { readonly id: number; readonly $expr?: Document },
): Promise<boolean> {
  const marked = { 'needs_authorization.reason': releasing, ...ownedBy(application) };
  const { matchedCount } = await urgent.tokens.updateOne({ _id: int64(id), ...marked, ...where }, [
    { $set: { needs_authorization: { $ifNull: ['$needs_authorization.earlier', '$$REMOVE'] } } },
  ]);
  return matchedCount > 0;
}

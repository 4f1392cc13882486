/**
 * The mark on a login that says that its athlete is being erased: whoever works for the athlete asks
 * Strava for nothing more and lets go.
 */
import { int64, toNumber } from './bson-value.ts';
import type { Collections } from './collections.ts';
import type { Mongo } from './connection.ts';

const leaving = 'is being erased';

/** Marks the stored login, unless it is marked already; without a login it does nothing. */
export async function markLeaving(
  { attempt }: Mongo,
  { tokens }: Collections,
  athleteId: number,
  now: Date,
): Promise<void> {
  await attempt(() =>
    tokens.updateOne(
      { _id: int64(athleteId), needs_authorization: { $exists: false } },
      { $set: { needs_authorization: { since: now, reason: leaving } } },
    ),
  );
}

/** Whose login is marked. */
export async function leavingIds(
  { attempt }: Mongo,
  { tokens }: Collections,
): Promise<readonly number[]> {
  const marked = { 'needs_authorization.reason': leaving };
  const found = await attempt(() => tokens.find(marked, { projection: { _id: 1 } }).toArray());
  return found.map(({ _id }) => toNumber(_id));
}

/** Takes the mark away, where nothing was revoked and nothing erased. */
export async function unmarkLeaving(
  { attempt }: Mongo,
  { tokens }: Collections,
  athleteId: number,
): Promise<void> {
  await attempt(
    () =>
      tokens.updateOne(
        { _id: int64(athleteId), 'needs_authorization.reason': leaving },
        { $unset: { needs_authorization: '' } },
      ),
    { isUrgent: true },
  );
}

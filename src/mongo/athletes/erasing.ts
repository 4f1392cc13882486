/**
 * The mark on a login of an athlete who is being erased: a process that holds the athlete sends no more
 * requests to Strava and releases it.
 */
import { int64, toNumber } from '../base/bson-value.ts';
import type { Application } from '../schema/definitions/application.ts';
import { loginsOf, ownedBy } from '../schema/definitions/application.ts';
import type { Store } from '../schema/collections.ts';

const erasing = 'is being erased';

/**
 * Marks the stored login; without a login it does nothing. A login that is marked for another reason is
 * held by a run as well, so that mark is put aside and not in the way.
 */
export async function markErasing(
  { tokens }: Store,
  application: Application,
  { athleteId, now }: { readonly athleteId: number; readonly now: Date },
): Promise<void> {
  const unmarked = { 'needs_authorization.reason': { $ne: erasing } };
  await tokens.updateOne({ _id: int64(athleteId), ...unmarked, ...ownedBy(application) }, [
    {
      $set: {
        needs_authorization: { since: now, reason: erasing, earlier: '$needs_authorization' },
      },
    },
  ]);
}

/** The athletes of an application whose login is marked. */
export async function erasingIds(
  store: Store,
  application: Application,
): Promise<readonly number[]> {
  const projection = { needs_authorization: 1 } as const;
  const logins = await loginsOf(store, application, { projection }).toArray();
  const marked = logins.filter((login) => login.needs_authorization?.reason === erasing);
  return marked.map(({ _id }) => toNumber(_id));
}

/**
 * Takes the mark away, where nothing was revoked and nothing erased. A login that was of no use before
 * is of no use again.
 */
export async function unmarkErasing(
  { urgent }: Store,
  application: Application,
  athleteId: number,
): Promise<void> {
  const marked = { 'needs_authorization.reason': erasing, ...ownedBy(application) };
  await urgent.tokens.updateOne({ _id: int64(athleteId), ...marked }, [
    { $set: { needs_authorization: { $ifNull: ['$needs_authorization.earlier', '$$REMOVE'] } } },
  ]);
}

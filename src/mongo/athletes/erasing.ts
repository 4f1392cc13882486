/**
 * The mark on a login of an athlete who is being erased: a process that holds the athlete sends no more
 * requests to Strava and releases it.
 */
import { int64, toNumber } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';

const erasing = 'is being erased';

/**
 * Marks the stored login; without a login it does nothing. A login that is marked for another reason is
 * held by a run as well, so that mark is put aside and not in the way.
 */
export async function markErasing({ tokens }: Store, athleteId: number, now: Date): Promise<void> {
  await tokens.updateOne(
    { _id: int64(athleteId), 'needs_authorization.reason': { $ne: erasing } },
    [
      {
        $set: {
          needs_authorization: { since: now, reason: erasing, earlier: '$needs_authorization' },
        },
      },
    ],
  );
}

/** Whose login is marked. */
export async function erasingIds({ tokens }: Store): Promise<readonly number[]> {
  const marked = { 'needs_authorization.reason': erasing };
  const found = await tokens.find(marked, { projection: { _id: 1 } }).toArray();
  return found.map(({ _id }) => toNumber(_id));
}

/**
 * Takes the mark away, where nothing was revoked and nothing erased. A login that was of no use before
 * is of no use again.
 */
export async function unmarkErasing({ urgent }: Store, athleteId: number): Promise<void> {
  await urgent.tokens.updateOne({ _id: int64(athleteId), 'needs_authorization.reason': erasing }, [
    { $set: { needs_authorization: { $ifNull: ['$needs_authorization.earlier', '$$REMOVE'] } } },
  ]);
}

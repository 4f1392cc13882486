/**
 * What a new login means for what is remembered of an athlete: more may be visible now.
 */
import { int64 } from '../base/bson-value.ts';
import { beforeNewLogin } from '../schema/definitions/athletes.ts';
import type { Store } from '../schema/collections.ts';

/**
 * Makes a full reconcile due, for another grant may show other activities; forgets that the access was
 * withdrawn.
 */
export async function noteLogin({ athletes }: Store, athleteId: number): Promise<void> {
  const _id = int64(athleteId);
  await athletes.updateOne(
    { _id, 'sync.reconciled_at.full': { $exists: true } },
    { $set: { 'sync.reconciled_at.full': beforeNewLogin } },
  );
  await athletes.updateOne({ _id }, { $unset: { 'sync.deauthorized_at': '' } });
}

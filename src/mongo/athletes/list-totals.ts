/**
 * How many activities the athletes have: here, and by Strava's own totals.
 */
import type { Document } from 'mongodb';
import { int64, toNumbers } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';

export interface ListTotals {
  readonly stored: number;
  /**
   * The rides, runs and swims that everyone may see, so that an athlete may have more; undefined where they
   * are not known of each athlete.
   */
  readonly counted: number | undefined;
}

/** https://developers.strava.com/docs/reference/#api-models-ActivityStats */
const counts = ['ride', 'run', 'swim'].map((kind) => `$stats.all_${kind}_totals.count`);

export async function readListTotals(
  { db, activities }: Pick<Store, 'db' | 'activities'>,
  athleteIds: readonly number[],
): Promise<ListTotals> {
  const ids = athleteIds.map(int64);
  const stored = await activities.countDocuments({ 'sync.athlete_id': { $in: ids } });
  const filter: Document = { _id: { $in: ids } };
  // Not typed: the totals stand as they came.
  const found = await db.collection('athletes').find(filter, { projection: { counts } }).toArray();
  const sums = found.flatMap((document) => sumOf(document['counts']) ?? []);
  const isEachKnown = sums.length === ids.length;
  return { stored, counted: isEachKnown ? sums.reduce((all, sum) => all + sum, 0) : undefined };
}

function sumOf(values: unknown): number | undefined {
  const numbers = Array.isArray(values) ? toNumbers(values) : [];
  if (numbers.length === 0) return undefined;
  return numbers.reduce((sum, value) => sum + Math.max(0, value), 0);
}

/**
 * An athlete who withdrew the access at Strava: the login goes, the athlete is marked, the data stays.
 */
import { int64, toNumber } from './bson-value.ts';
import type { Collections } from './collections.ts';
import type { Mongo } from './connection.ts';
import type { Departure } from './overview.ts';

/** The mark first: a crash in between leaves a login that Strava refuses, and status says so. */
export async function removeLogin(
  { attempt }: Mongo,
  { athletes, tokens }: Collections,
  athleteId: number,
  at: Date,
): Promise<void> {
  const _id = int64(athleteId);
  const mark = { $set: { 'sync.deauthorized_at': at } };
  await attempt(() => athletes.updateOne({ _id }, mark));
  await attempt(() => tokens.deleteOne({ _id, needs_authorization: { $exists: true } }));
}

/** Who withdrew the access, and has not logged in again. */
export async function deauthorizedAthletes(
  { attempt }: Mongo,
  { athletes, tokens }: Collections,
): Promise<readonly Departure[]> {
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

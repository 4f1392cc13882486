/**
 * Deletes one athlete's login, so that nothing brings it back.
 */
import type { Document, Filter, Long } from 'mongodb';
import { int64 } from '../base/bson-value.ts';
import type { Application } from '../schema/definitions/application.ts';
import { ownedBy } from '../schema/definitions/application.ts';
import type { Store, TokenDocument } from '../schema/collections.ts';
import { digestOf } from './grant-document.ts';

/** The pending logins too, which a later login would complete. */
export async function deleteLogin(
  { db, tokens }: Store,
  application: Application,
  athleteId: number,
): Promise<void> {
  const own = { _id: int64(athleteId), ...ownedBy(application) };
  const login = await tokens.findOne(own);
  if (login === null) return;
  await db.collection('pending_logins').deleteMany(pendingLoginsOf(login._id, login));
  await tokens.deleteOne(own);
}

/**
 * The pending logins of an athlete with this stored login. Encrypted tokens differ at each write; the
 * digest does not.
 */
export function pendingLoginsOf(athleteId: Long, login: TokenDocument | null): Filter<Document> {
  const ofAthlete: Filter<Document>[] = [{ athlete_id: athleteId }];
  if (login === null) return { $or: ofAthlete };
  const { access_token, refresh_token, refresh_digest } = login;
  if (typeof access_token === 'string') ofAthlete.push({ access_token });
  const isPlain = typeof refresh_token === 'string';
  if (isPlain) ofAthlete.push({ refresh_token });
  const digest = isPlain ? digestOf(refresh_token) : refresh_digest;
  if (digest !== undefined) ofAthlete.push({ refresh_digest: digest }, { _id: digest as never });
  return { $or: ofAthlete };
}

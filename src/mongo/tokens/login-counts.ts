/**
 * How many athletes are logged in, and how many have to log in again; it tells nobody's name or token.
 */
import type { LoginCount } from '../../domain/monitoring/health.ts';
import type { Collections } from '../schema/collections.ts';
import type { Mongo } from '../base/connection.ts';

export async function countLogins(
  { attempt }: Mongo,
  { tokens }: Collections,
): Promise<LoginCount> {
  const projection = { _id: 0, needs_authorization: 1 } as const;
  const grants = await attempt(() => tokens.find({}, { projection }).toArray());
  const waiting = grants.filter(({ needs_authorization: needs }) => needs !== undefined);
  return { athletes: grants.length, needAuthorization: waiting.length };
}

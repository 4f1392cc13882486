/**
 * How many athletes of an application are logged in, and how many have to log in again; it tells nobody's name or token.
 */
import type { LoginCount } from '../../domain/monitoring/health.ts';
import type { Application } from '../schema/definitions/application.ts';
import { loginsOf } from '../schema/definitions/application.ts';
import type { Store } from '../schema/collections.ts';

export async function countLogins(store: Store, application: Application): Promise<LoginCount> {
  const projection = { _id: 0, needs_authorization: 1 } as const;
  const grants = await loginsOf(store, application, { projection }).toArray();
  const waiting = grants.filter(({ needs_authorization: needs }) => needs !== undefined);
  return { athletes: grants.length, needAuthorization: waiting.length };
}

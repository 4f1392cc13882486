/**
 * What `accounts` shows of each login: everything but its tokens.
 */
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { Application } from '../../mongo/schema/definitions/application.ts';
import { loginsOf } from '../../mongo/schema/definitions/application.ts';
import type { Store } from '../../mongo/schema/collections.ts';

export interface Account {
  readonly athleteId: number;
  /** Empty where the profile is not stored. */
  readonly name: string;
  /** Null where Strava never said. */
  readonly scope: readonly string[] | null;
  readonly clientId: string | null;
  /** When Strava issued the stored tokens: at the login or the last refresh. */
  readonly obtainedAt: Date | null;
  /** Since when and why the athlete has to log in again. */
  readonly needsAuthorization: { readonly since: Date; readonly reason: string } | null;
}

/** Every login with an application, by the athlete's id. */
export async function readAccounts(
  store: Store,
  application: Application,
): Promise<readonly Account[]> {
  const projection = { access_token: 0, refresh_token: 0, refresh_digest: 0 } as const;
  const logins = await loginsOf(store, application, { projection }).sort({ _id: 1 }).toArray();
  const ids = logins.map(({ _id }) => int64(toNumber(_id)));
  const names = new Map<number, string>();
  for (const { _id, firstname, lastname } of await store.athletes
    .find({ _id: { $in: ids } }, { projection: { firstname: 1, lastname: 1 } })
    .toArray()) {
    names.set(toNumber(_id), [firstname, lastname].filter(Boolean).join(' '));
  }
  return logins.map(({ _id, scope, client_id, obtained_at, needs_authorization: mark }) => ({
    athleteId: toNumber(_id),
    name: names.get(toNumber(_id)) ?? '',
    scope: scope ?? null,
    clientId: client_id ?? null,
    obtainedAt: obtained_at ?? null,
    needsAuthorization: mark ? { since: mark.since, reason: mark.reason } : null,
  }));
}

/**
 * The logins of other applications in the same database. They are counted and named, never opened.
 */
import { OtherApplicationError } from '../../errors.ts';
import { int64 } from '../base/bson-value.ts';
import type { Application } from '../schema/definitions/application.ts';
import { everyApplication, loginsOf } from '../schema/definitions/application.ts';
import type { Store, TokenDocument } from '../schema/collections.ts';

/** The athletes who are logged in with other applications. */
export interface OtherLogins {
  readonly athletes: number;
  /** The client ids of these applications, sorted. */
  readonly clientIds: readonly string[];
}

/** For every application there are no others. */
export async function otherLogins(store: Store, application: Application): Promise<OtherLogins> {
  const projection = { client_id: 1 } as const;
  const logins = await loginsOf(store, everyApplication, { projection }).toArray();
  const others = logins.flatMap((login) => otherOwnerOf(login, application) ?? []);
  return { athletes: others.length, clientIds: [...new Set(others)].sort() };
}

/** The client id of the other application that an athlete's login belongs to, if it does. */
export async function otherApplicationOf(
  { tokens }: Store,
  application: Application,
  athleteId: number,
): Promise<string | undefined> {
  const login = await tokens.findOne({ _id: int64(athleteId) }, { projection: { client_id: 1 } });
  return login === null ? undefined : otherOwnerOf(login, application);
}

/** @throws OtherApplicationError where the athlete's login belongs to another application. */
export async function assertOwnAthlete(
  store: Store,
  application: Application,
  athleteId: number,
): Promise<void> {
  assertOwn(athleteId, await otherApplicationOf(store, application, athleteId), application);
}

/** @throws OtherApplicationError where the login belongs to another application. */
export function assertOwnLogin(
  athleteId: number,
  login: Pick<TokenDocument, 'client_id'>,
  application: Application,
): void {
  assertOwn(athleteId, otherOwnerOf(login, application), application);
}

function otherOwnerOf(
  { client_id }: Pick<TokenDocument, 'client_id'>,
  application: Application,
): string | undefined {
  return application === everyApplication || client_id === application ? undefined : client_id;
}

function assertOwn(athleteId: number, owner: string | undefined, application: Application): void {
  if (owner === undefined) return;
  throw new OtherApplicationError(
    `Athlete ${athleteId} belongs to the application ${owner}, and this is ${String(application)}: set STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET to those of ${owner}.`,
  );
}

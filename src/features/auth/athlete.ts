/**
 * Whose login it is, and whether it is good for anything.
 */
import { commandLine } from '../../domain/invocation.ts';
import type { JsonObject } from '../../domain/json.ts';
import { noReserve } from '../../domain/rate-limit/quota.ts';
import { canReadActivities } from '../../domain/auth/scope.ts';
import { AuthorizationNeededError } from '../../errors.ts';
import { AccessTokenRejectedError, MalformedResponseError } from '../../strava-errors.ts';
import { readObject } from '../../strava/responses.ts';
import type { LoginSession } from './session.ts';
import { retryUntilDone } from './session.ts';

/** A login that is stored. */
export interface Login {
  readonly athleteId: number;
  readonly profile: JsonObject;
  /** What was granted; absent where Strava did not say. */
  readonly scope?: readonly string[];
  /** The client id of the other application that the login belonged to before. */
  readonly movedFrom?: string;
}

const request = { path: '/athlete', what: 'the athlete' };

/**
 * Fetches the athlete with a token whose owner is not known yet.
 * @throws AuthorizationNeededError when the grant was revoked meanwhile.
 */
export async function fetchOwner(session: LoginSession, accessToken: string): Promise<JsonObject> {
  const { client } = session.strava;
  try {
    return await retryUntilDone(session, async () =>
      readObject(await client.getWithToken(accessToken, request, noReserve), request.what),
    );
  } catch (error) {
    if (!(error instanceof AccessTokenRejectedError)) throw error;
    throw new AuthorizationNeededError(
      `Strava no longer takes this login: it was revoked. Log in with: ${commandLine('auth')}`,
      { cause: error },
    );
  }
}

/** Fetches the athlete with the stored login. */
export function fetchAthlete(session: LoginSession, athleteId: number): Promise<JsonObject> {
  const { client } = session.strava;
  // Not ours to abort: the client may be refreshing the token.
  const options = { reserve: noReserve, signal: new AbortController().signal };
  return retryUntilDone(session, async () =>
    readObject(await client.get(athleteId, request, options), request.what),
  );
}

/** @throws MalformedResponseError without a usable id. */
export function athleteIdOf({ id }: JsonObject): number {
  if (typeof id === 'number' && Number.isSafeInteger(id) && id > 0) return id;
  throw new MalformedResponseError("Strava's response for the athlete has no usable id.");
}

/** @throws AuthorizationNeededError where no activity could be read; an unknown scope is none. */
export function requireActivities(scope: readonly string[] | undefined): void {
  if (scope === undefined || canReadActivities(scope)) return;
  throw new AuthorizationNeededError(
    `Neither activity:read_all nor activity:read was granted, so no activity could be read; the login was not stored. Run ${commandLine('auth', '--force')} and leave the boxes about activities ticked.`,
  );
}

/**
 * Revokes an athlete's grant at Strava. This comes before any deletion, because it needs the tokens.
 */
import { requireClient } from '../../config/client.ts';
import { ConfigurationError, StravaRequestError, StravaUnavailableError } from '../../errors.ts';
import { commandDeadlineMs, openStrava } from '../../main.ts';
import { retry } from '../../retry.ts';
import type { EraseSession } from './lease.ts';

/** The result of the revocation. */
export type Revocation = 'revoked' | 'no login' | 'left alone';

const backoff = { baseMs: 500, capMs: 30_000 };
/** A rejection that is not transient ends the retries after this many tries. */
const maxTriesOfRejection = 5;

/**
 * Revokes both tokens, because Strava's documentation does not say which of them ends the whole grant.
 * @throws StravaUnavailableError when the deadline is over, ApplicationRejectedError for a wrong client,
 * ConfigurationError if the login belongs to another application.
 */
export async function revokeLogin(session: EraseSession): Promise<Revocation> {
  const { program, database, athleteId } = session;
  const login = await database.tokens.load(athleteId);
  if (login === undefined) return 'no login';
  const { clientId } = requireClient(program.config);
  if (login.clientId !== undefined && login.clientId !== clientId) throw foreign(login.clientId);
  const { oauth } = await openStrava(program, database);
  for (const token of [login.refreshToken, login.accessToken]) {
    await retryUntilDone(session, () => oauth.revoke(token, program.signal));
  }
  return 'revoked';
}

async function retryUntilDone(
  { program }: EraseSession,
  revoke: () => Promise<void>,
): Promise<void> {
  const { clock, log, random, signal } = program;
  let tries = 0;
  const request = (): Promise<void> => {
    tries += 1;
    return revoke();
  };
  const isRetriable = (error: unknown): boolean => {
    if (!(error instanceof StravaRequestError)) return false;
    if (!error.isTransient && tries >= maxTriesOfRejection) return false;
    if (tries === 1) {
      log.warn(
        `Strava did not revoke the access (${error.message}); trying again for up to ten minutes.`,
      );
    }
    return true;
  };
  try {
    const deadlineMs = commandDeadlineMs;
    await retry(request, { isRetriable, backoff, deadlineMs, clock, random, signal });
  } catch (error) {
    throw error instanceof StravaRequestError ? unavailable(error) : error;
  }
}

function unavailable(cause: StravaRequestError): StravaUnavailableError {
  return new StravaUnavailableError(
    `Strava did not revoke the access (${cause.message}) Nothing was erased. Run the same command again later, or with --without-revoke; then the athlete can revoke it at https://www.strava.com/settings/apps.`,
    { cause },
  );
}

function foreign(clientId: string): ConfigurationError {
  return new ConfigurationError([
    `STRAVA_CLIENT_ID: the athlete's login belongs to the application ${clientId}, and only that application can revoke it; set its id and secret, or give --without-revoke`,
  ]);
}

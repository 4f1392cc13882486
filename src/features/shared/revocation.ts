/**
 * Revokes an athlete's grant at Strava. It comes before the deletion, because it needs the tokens.
 */
import type { StravaRequestError } from '../../strava-errors.ts';
import { StravaUnavailableError } from '../../errors.ts';
import { openStrava } from '../../main.ts';
import { retryRequest } from './strava-retry.ts';
import type { AthleteSession } from './held-athlete.ts';

/** The outcome for the grant. */
export type Revocation = 'revoked' | 'no login' | 'left alone';

const maxRejections = 5;

/**
 * Revokes the grant of an athlete who is held: both tokens, because Strava does not document which of them
 * ends the whole grant. `consequence` completes the sentence of a failure.
 * @throws StravaUnavailableError at the deadline, ApplicationRejectedError for a wrong client,
 * OtherApplicationError where the login belongs to another application.
 */
export async function revokeLogin(
  session: AthleteSession,
  consequence: string,
): Promise<Revocation> {
  const { program, database, athleteId } = session;
  const login = await database.tokens.load(athleteId);
  if (login === undefined) return 'no login';
  const { oauth } = await openStrava(program, database);
  for (const token of [login.refreshToken, login.accessToken]) {
    await retryRequest(program, () => oauth.revoke(token, program.signal), {
      isRetriable: ({ isTransient }, failures) => isTransient || failures < maxRejections,
      warning: ({ message }) =>
        `Strava does not revoke the access (${message}); trying again for ten minutes.`,
      giveUp: (cause) => unavailable(cause, consequence),
    });
  }
  return 'revoked';
}

function unavailable(cause: StravaRequestError, consequence: string): StravaUnavailableError {
  return new StravaUnavailableError(
    `Strava did not revoke the access (${cause.message}) ${consequence}`,
    { cause },
  );
}

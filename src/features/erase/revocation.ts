/**
 * Ends an athlete's grant at Strava before anything is deleted, because the tokens are needed for it.
 */
import { requireClient } from '../../config/client.ts';
import { backoffMs } from '../../domain/sync/retry.ts';
import { ConfigurationError, StravaRequestError, StravaUnavailableError } from '../../errors.ts';
import { commandDeadlineMs, openStrava } from '../../main.ts';
import type { EraseSession } from './lease.ts';

/** What became of the grant. */
export type Revocation = 'revoked' | 'no login' | 'left alone';

const pauses = { baseMs: 500, capMs: 30_000 };
const triesOfRejections = 5;

/**
 * Revokes both tokens: which of them ends the whole grant, Strava's documentation leaves open.
 * @throws StravaUnavailableError when the patience is over, ApplicationRejectedError for a wrong client,
 * ConfigurationError where the login belongs to another application.
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

async function retryUntilDone({ program }: EraseSession, ask: () => Promise<void>): Promise<void> {
  const { clock, log, random, signal } = program;
  const startedMs = clock.monotonicMs();
  for (let failures = 1; ; failures += 1) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!(error instanceof StravaRequestError)) throw error;
      const isOver = clock.monotonicMs() - startedMs >= commandDeadlineMs;
      const isRejection = !error.isTransient && failures >= triesOfRejections;
      if (isOver || isRejection || signal.aborted) throw unavailable(error);
      if (failures === 1) {
        log.warn(
          `Strava does not revoke the access (${error.message}); trying again for ten minutes.`,
        );
      }
      await clock.sleep(backoffMs(failures, pauses, 0.5 + random() / 2), signal);
    }
  }
}

function unavailable(cause: StravaRequestError): StravaUnavailableError {
  return new StravaUnavailableError(
    `Strava did not revoke the access (${cause.message}) Nothing was erased. Run the same command again later, or with --without-revoke; then the athlete withdraws the access at https://www.strava.com/settings/apps.`,
    { cause },
  );
}

function foreign(clientId: string): ConfigurationError {
  return new ConfigurationError([
    `STRAVA_CLIENT_ID: the athlete's login belongs to the application ${clientId}, and only that one can revoke it; set its id and secret, or give --without-revoke`,
  ]);
}

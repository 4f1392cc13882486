/**
 * What all ways to log in share: the session, and the waiting while Strava is away, the quota is spent,
 * or another process holds a lease.
 */
import type { StravaRequestError } from '../../strava-errors.ts';
import { AuthorizationNeededError, QuotaSpentError, StravaUnavailableError } from '../../errors.ts';
import { MalformedResponseError, StravaRecordError } from '../../strava-errors.ts';
import type { Database, Strava } from '../../main.ts';
import type { Program } from '../../program.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import { retryRequest } from '../shared/strava-retry.ts';
import { readerOf, timeText } from '../shared/text/time-text.ts';

export interface LoginSession {
  readonly program: Program;
  readonly database: Database;
  readonly strava: Strava;
}

/** A 500 of Strava's own may pass; after so many failures an unknown rejection is final. */
const maxRejections = 5;
const leasePauseMs = 100;

/**
 * Repeats the request while Strava is away, and waits for the quota. `request` takes no signal: a lost
 * response can cost a token.
 * @throws StravaUnavailableError at the deadline, AuthorizationNeededError if the program is stopped.
 */
export async function retryUntilDone<T>(
  session: LoginSession,
  request: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await retryRequest(session.program, request, {
        isRetriable,
        warning: ({ message }) => `Strava is away (${message}); trying again.`,
        giveUp: (error) => giveUp(session, error),
      });
    } catch (error) {
      if (!(error instanceof QuotaSpentError)) throw error;
      await waitForQuota(session, error);
    }
  }
}

function isRetriable(error: StravaRequestError, failures: number): boolean {
  return error.isTransient || (error instanceof StravaRecordError && failures < maxRejections);
}

function giveUp({ program }: LoginSession, error: StravaRequestError): Error {
  if (!error.isTransient) return error;
  return program.signal.aborted ? stopped() : unavailable(error);
}

async function waitForQuota(
  { program, strava }: LoginSession,
  { opensAt }: QuotaSpentError,
): Promise<void> {
  const { clock, print, signal } = program;
  const waitMs = opensAt.getTime() - strava.clock.nowMs();
  if (waitMs > 0)
    print(`The request quota is spent; waiting until ${timeText(opensAt, readerOf(program))}.`);
  await clock.sleep(waitMs, signal);
  throwIfStopped(signal);
}

/** Runs `work` under the lease of this name, and waits for the lease first. */
export async function underLease<T>(
  { program, database }: LoginSession,
  name: string,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const { clock, signal } = program;
  for (;;) {
    const lease = await database.leases.tryAcquire(name);
    if ('epoch' in lease) {
      try {
        return await work(lease);
      } finally {
        await lease.release();
      }
    }
    await clock.sleep(leasePauseMs, signal);
    throwIfStopped(signal);
  }
}

export function noUsableAccessToken(): MalformedResponseError {
  return new MalformedResponseError(
    "Strava's token response has no usable access token. Give the same command again.",
  );
}

function unavailable(error: StravaRequestError): StravaUnavailableError {
  return new StravaUnavailableError(
    `Strava does not answer (${error.message}) The login is not complete; try it again later.`,
    { cause: error },
  );
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw stopped();
}

function stopped(): AuthorizationNeededError {
  return new AuthorizationNeededError(
    'Stopped before the login was complete; the same command can be given again.',
  );
}

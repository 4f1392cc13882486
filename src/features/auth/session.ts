/**
 * The session that all logins share. It retries while Strava is unavailable, the quota is spent, or another
 * process holds a lease.
 */
import { backoffMs } from '../../domain/sync/retry.ts';
import {
  AuthorizationNeededError,
  QuotaSpentError,
  StravaRecordError,
  StravaRequestError,
  StravaUnavailableError,
} from '../../errors.ts';
import type { Database, Strava } from '../../main.ts';
import { commandDeadlineMs } from '../../main.ts';
import type { Program } from '../../program.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import { instant } from '../shared/text-format.ts';

export interface LoginSession {
  readonly program: Program;
  readonly database: Database;
  readonly strava: Strava;
}

const backoff = { baseMs: 500, capMs: 30_000 };
/** Strava's own 500s pass too, but an unknown rejection stays one. */
const triesOfRejections = 5;
const leasePauseMs = 100;

/**
 * Repeats a request while Strava is unavailable, and waits for the quota. `request` takes no signal: a
 * discarded response can cost a token.
 * @throws StravaUnavailableError after the deadline, AuthorizationNeededError when it is stopped.
 */
export async function retryUntilDone<T>(
  session: LoginSession,
  request: () => Promise<T>,
): Promise<T> {
  const { clock, log, random, signal } = session.program;
  let startedMs = clock.monotonicMs();
  for (let failures = 1; ; failures += 1) {
    try {
      return await request();
    } catch (error) {
      if (error instanceof QuotaSpentError) {
        await waitForQuota(session, error);
        startedMs = clock.monotonicMs();
        failures = 0;
        continue;
      }
      if (!isPassing(error, failures)) throw error;
      if (clock.monotonicMs() - startedMs >= commandDeadlineMs) throw unavailable(error);
      if (failures === 1) log.warn(`Strava is away (${error.message}); trying again.`);
      await clock.sleep(backoffMs(failures, backoff, 0.5 + random() / 2), signal);
      throwIfStopped(signal);
    }
  }
}

async function waitForQuota(
  { program: { clock, print, signal }, strava }: LoginSession,
  { opensAt }: QuotaSpentError,
): Promise<void> {
  const waitMs = opensAt.getTime() - strava.clock.nowMs();
  if (waitMs > 0) print(`The request quota is spent; waiting until ${instant(opensAt)}.`);
  await clock.sleep(waitMs, signal);
  throwIfStopped(signal);
}

/** Does the work while no other process does the same. */
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

function isPassing(error: unknown, failures: number): error is StravaRequestError {
  if (!(error instanceof StravaRequestError)) return false;
  return error.isTransient || (error instanceof StravaRecordError && failures < triesOfRejections);
}

function unavailable(error: StravaRequestError): StravaUnavailableError {
  return new StravaUnavailableError(
    `Strava does not respond (${error.message}) The login is not complete; try it again later.`,
    { cause: error },
  );
}

function throwIfStopped(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new AuthorizationNeededError(
    'Stopped before the login was complete; the same command can be given again.',
  );
}

/**
 * What the `webhook` commands share: the subscription at Strava, the one remembered here, and retries
 * while Strava is unavailable.
 */
import { requireClient } from '../../config/client.ts';
import { StravaRequestError, StravaUnavailableError } from '../../errors.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { createSubscriptionStore } from './subscription-store.ts';
import type { Program } from '../../program.ts';
import { retry } from '../../retry.ts';
import { createHttp } from '../../strava/http.ts';
import type { PushSubscriptions } from '../../strava/subscriptions.ts';
import { createPushSubscriptions } from '../../strava/subscriptions.ts';
import type { SubscriptionStore } from '../../sync/ports/subscriptions.ts';

export interface WebhookSession {
  readonly program: Program;
  readonly atStrava: PushSubscriptions;
  readonly here: SubscriptionStore;
}

const backoff = { baseMs: 500, capMs: 30_000 };

/** Opens what the work needs and closes it after. @throws ConfigurationError without id and secret. */
export async function withWebhook<T>(
  program: Program,
  work: (session: WebhookSession) => Promise<T>,
): Promise<T> {
  const { strava } = program.config;
  const client = requireClient(program.config);
  const http = createHttp(strava.requestTimeoutMs);
  const atStrava = createPushSubscriptions({ http, apiUrl: strava.apiUrl, ...client });
  const database = await openDatabase(program, commandDeadlineMs);
  try {
    const here = createSubscriptionStore(database.store, client.clientId);
    return await work({ program, atStrava, here });
  } finally {
    await database.close();
  }
}

/**
 * Repeats a request while Strava is unavailable.
 * @throws StravaUnavailableError after the deadline or when the program is stopped.
 */
export async function retryUntilDone<T>(
  { program }: WebhookSession,
  request: () => Promise<T>,
): Promise<T> {
  const { clock, log, random, signal } = program;
  let isLogged = false;
  const logFirst = (error: unknown): never => {
    if (isUnavailable(error) && !isLogged) {
      isLogged = true;
      log.warn(`Strava is away (${error.message}); trying again.`);
    }
    throw error;
  };
  try {
    return await retry(() => request().catch(logFirst), {
      isRetriable: isUnavailable,
      backoff,
      deadlineMs: commandDeadlineMs,
      clock,
      random,
      signal,
    });
  } catch (error) {
    throw isUnavailable(error) ? unavailable(error) : error;
  }
}

function isUnavailable(error: unknown): error is StravaRequestError {
  return error instanceof StravaRequestError && error.isTransient;
}

function unavailable(error: StravaRequestError): StravaUnavailableError {
  return new StravaUnavailableError(
    `Strava does not respond (${error.message}) The same command can be given again.`,
    { cause: error },
  );
}

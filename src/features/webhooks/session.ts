/**
 * What the `webhook` commands share: the subscription at Strava, the stored one, and retries while Strava
 * is away.
 */
import { requireClient } from '../../config/client.ts';
import type { StravaRequestError } from '../../strava-errors.ts';
import { StravaUnavailableError } from '../../errors.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { retryRequest } from '../shared/strava-retry.ts';
import { createSubscriptionStore } from './subscription-store.ts';
import type { Program } from '../../program.ts';
import { createHttp } from '../../strava/http.ts';
import type { PushSubscriptions } from '../../strava/subscriptions.ts';
import { createPushSubscriptions } from '../../strava/subscriptions.ts';
import type { SubscriptionStore } from '../../sync/ports/subscriptions.ts';

export interface WebhookSession {
  readonly program: Program;
  readonly atStrava: PushSubscriptions;
  readonly here: SubscriptionStore;
}

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
 * Repeats the request while Strava is away.
 * @throws StravaUnavailableError at the deadline, or if the program is stopped.
 */
export function retryUntilDone<T>(
  { program }: WebhookSession,
  request: () => Promise<T>,
): Promise<T> {
  return retryRequest(program, request, {
    isRetriable: ({ isTransient }) => isTransient,
    warning: ({ message }) => `Strava is away (${message}); trying again.`,
    giveUp: (error) => (error.isTransient ? unavailable(error) : error),
  });
}

function unavailable(error: StravaRequestError): StravaUnavailableError {
  return new StravaUnavailableError(
    `Strava does not answer (${error.message}) The same command can be given again.`,
    { cause: error },
  );
}

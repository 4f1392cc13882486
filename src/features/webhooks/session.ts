/**
 * What the `webhook` commands share: the subscription at Strava, the one remembered here, and patience
 * while Strava is away.
 */
import { requireClient } from '../../config/client.ts';
import { backoffMs } from '../../domain/sync/retry.ts';
import { StravaRequestError, StravaUnavailableError } from '../../errors.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import { createSubscriptionStore } from './subscription-store.ts';
import type { Program } from '../../program.ts';
import { createHttp } from '../../strava/http.ts';
import type { PushSubscriptions } from '../../strava/subscriptions.ts';
import { createPushSubscriptions } from '../../strava/subscriptions.ts';
import type { SubscriptionStore } from '../../sync/ports/event-ports.ts';

export interface WebhookSession {
  readonly program: Program;
  readonly atStrava: PushSubscriptions;
  readonly here: SubscriptionStore;
}

const pauses = { baseMs: 500, capMs: 30_000 };

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
 * Asks again while Strava is away.
 * @throws StravaUnavailableError when the patience is over or the program is stopped.
 */
export async function retryUntilDone<T>(
  { program }: WebhookSession,
  ask: () => Promise<T>,
): Promise<T> {
  const { clock, log, random, signal } = program;
  const startedMs = clock.monotonicMs();
  for (let failures = 1; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StravaRequestError) || !error.isTransient) throw error;
      if (clock.monotonicMs() - startedMs >= commandDeadlineMs) throw unavailable(error);
      if (failures === 1) log.warn(`Strava is away (${error.message}); trying again.`);
      await clock.sleep(backoffMs(failures, pauses, 0.5 + random() / 2), signal);
      if (signal.aborted) throw unavailable(error);
    }
  }
}

function unavailable(error: StravaRequestError): StravaUnavailableError {
  return new StravaUnavailableError(
    `Strava does not answer (${error.message}) The same command can be given again.`,
    { cause: error },
  );
}

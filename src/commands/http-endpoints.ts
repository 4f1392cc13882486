/**
 * The daemon's HTTP server with its routes. An address that cannot be had is a warning: the daemon works
 * without it.
 */
import { requireClient } from '../config/client.ts';
import { HttpServerError } from '../errors.ts';
import { startHttpServer } from '../http/server.ts';
import type { StoredEvent } from '../http/webhook.ts';
import { createWebhookRoutes } from '../http/webhook.ts';
import type { Database, Strava } from '../main.ts';
import { tellDeauthorization } from '../mongo/deauthorized.ts';
import { createSubscriptionStore } from '../mongo/subscription.ts';
import type { Program } from '../program.ts';

/** What the webhook says to the daemon. */
export interface Hints {
  /** An event was stored. */
  readonly onHint: (event: StoredEvent) => void;
  /** That an athlete withdrew the access was stored, unverified. */
  readonly onDeauthorization: () => void;
}

export interface Endpoints {
  /** Where they are, without a trailing slash; undefined where the address could not be had. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

/** @throws ConfigurationError without the client's id and secret. */
export async function openEndpoints(
  program: Program,
  { database, strava }: { database: Database; strava: Strava },
  { onHint, onDeauthorization }: Hints,
): Promise<Endpoints> {
  const { config, clock, log } = program;
  const { clientId } = requireClient(config);
  const now = (): Date => new Date(clock.nowMs());
  const subscriptions = createSubscriptionStore(database.mongo, clientId);
  const routes = createWebhookRoutes({
    subscription: () => subscriptions.load(),
    athleteIds: () => database.athletes.athleteIds(),
    events: strava.events,
    onEvent: onHint,
    tellDeauthorization: (athleteId) =>
      tellDeauthorization(database.mongo, database.collections, athleteId, now()),
    onDeauthorization,
    clock,
    log,
  });
  try {
    const server = await startHttpServer({ ...config.http, routes, clock });
    log.info(`The HTTP server listens at ${server.url}.`);
    return server;
  } catch (error) {
    if (!(error instanceof HttpServerError)) throw error;
    log.warn(`${error.message} The daemon goes on without it: no webhooks.`);
    return { url: undefined, close: () => Promise.resolve() };
  }
}

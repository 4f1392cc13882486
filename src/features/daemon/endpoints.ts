/**
 * The daemon's HTTP server with its routes, and the page. Both listen before the database is open, so that you
 * can see what the daemon waits for. An address that cannot be had is a warning: the daemon works without it.
 */
import { requireClient } from '../../config/client.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { ReadinessFacts } from '../../domain/monitoring/health.ts';
import { assessLoops } from '../../domain/monitoring/health.ts';
import { HttpServerError } from '../../errors.ts';
import type { App } from '../../http/app.ts';
import { createApp, requireKnownHost } from '../../http/app.ts';
import { jsonResponse } from '../../http/response.ts';
import { createHealthRoutes } from '../monitoring/health-route.ts';
import { createMetricsRoutes } from '../monitoring/metrics-route.ts';
import type { Page } from '../page/listener.ts';
import { openPage } from '../page/listener.ts';
import type { HttpServer } from '../../http/server.ts';
import { startHttpServer } from '../../http/server.ts';
import type { StoredEvent } from '../webhooks/route.ts';
import { createWebhookRoutes } from '../webhooks/route.ts';
import type { Database, Strava } from '../../main.ts';
import type { Metrics } from '../monitoring/metrics.ts';
import { noteDeauthorization } from '../../mongo/athletes/deauthorized.ts';
import { countLogins } from '../../mongo/tokens/login-counts.ts';
import { createSubscriptionStore } from '../webhooks/subscription-store.ts';
import type { Program } from '../../program.ts';
import { createMetricsSnapshot } from '../monitoring/snapshot.ts';

/** What the webhook reports to the daemon. */
export interface EventListeners {
  /** An event was stored. */
  readonly onEvent: (event: StoredEvent) => void;
  /** That an athlete withdrew the access was stored, unverified. */
  readonly onDeauthorization: () => void;
}

export interface Endpoints {
  /** Where they are, without a trailing slash; undefined where the address could not be had. */
  readonly url: string | undefined;
  /** Where the page is; undefined where it is off or its address could not be had. */
  readonly pageUrl: string | undefined;
  /**
   * The database is open: takes events from now on.
   * @throws ConfigurationError without the client's id and secret.
   */
  connect(parts: { database: Database; strava: Strava }, pendingEvents: EventListeners): void;
  close(): Promise<void>;
}

/** @throws ConfigurationError where the page's password cannot be read. */
export async function openEndpoints(
  program: Program,
  heartbeat: Heartbeat,
  metrics: Metrics,
): Promise<Endpoints> {
  const { clock, log } = program;
  let open: Database | undefined;
  const health = createHealthRoutes({
    liveness: () => assessLoops(heartbeat.loops()),
    readFacts: () => {
      const database = open;
      return database && (() => readinessFacts(database));
    },
    clock,
  });
  let webhook: App | undefined;
  const app = createApp();
  for (const path of ['/livez', '/readyz', '/metrics'])
    app.use(path, requireKnownHost(program.config.http.host));
  app.route('/', health);
  app.route('/', createMetricsRoutes(metrics));
  // The events of Strava until the database is open: try again later.
  app.all('*', (c) => webhook?.fetch(c.req.raw, c.env) ?? unavailable());
  const page = await openPage(program, { database: () => open });
  const server = await listen(program, app);
  let closed: Promise<void> | undefined;
  return {
    url: server?.url,
    pageUrl: page?.url,
    connect: (parts, pendingEvents) => {
      open = parts.database;
      const current = createMetricsSnapshot(program, parts.database);
      metrics.connect({ quota: parts.strava.quota, current });
      webhook = webhookRoutes(program, parts, pendingEvents);
      if (server) log.info(`The HTTP server listens at ${server.url}.`);
      if (page) log.info(`The page is at ${page.url}.`);
    },
    close: () => (closed ??= closeAll([server, page])),
  };
}

async function closeAll(servers: readonly (HttpServer | Page | undefined)[]): Promise<void> {
  await Promise.all(servers.flatMap((each) => (each === undefined ? [] : [each.close()])));
}

async function readinessFacts({ store, application, runs }: Database): Promise<ReadinessFacts> {
  const logins = await countLogins(store, application);
  return { logins, failure: await runs.repeatedFailure() };
}

function unavailable(): Response {
  return jsonResponse(503, { message: 'Service Unavailable' });
}

function webhookRoutes(
  { config, clock, log }: Program,
  { database, strava }: { database: Database; strava: Strava },
  { onEvent, onDeauthorization }: EventListeners,
): App {
  const now = (): Date => new Date(clock.nowMs());
  const { store } = database;
  const { clientId } = requireClient(config);
  const subscriptions = createSubscriptionStore(store, clientId);
  return createWebhookRoutes({
    subscription: () => subscriptions.load(),
    athleteIds: () => database.athletes.athleteIds(),
    events: strava.events,
    onEvent: onEvent,
    noteDeauthorization: (athleteId) =>
      noteDeauthorization(store, clientId, { athleteId, at: now() }),
    onDeauthorization,
    clock,
    log,
  });
}

async function listen({ config, clock, log }: Program, app: App): Promise<HttpServer | undefined> {
  try {
    const settings = { host: 'HTTP_HOST', port: 'HTTP_PORT' };
    return await startHttpServer({ ...config.http, app, clock, settings });
  } catch (error) {
    if (!(error instanceof HttpServerError)) throw error;
    const { code, message } = error;
    log.warn(
      { code },
      `${message} The daemon goes on without it: no webhooks, no health, no metrics.`,
    );
    return undefined;
  }
}

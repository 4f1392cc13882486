/**
 * `/livez` and `/readyz`: a finding as JSON, 200 or 503. They report counts and sentences, never athletes.
 */
import type { Clock } from '../../clock.ts';
import type { Finding, ReadinessFacts } from '../../domain/monitoring/health.ts';
import { assessReadiness, unhealthy } from '../../domain/monitoring/health.ts';
import { DomestiqueError } from '../../errors.ts';
import type { App } from '../../http/app.ts';
import { createApp } from '../../http/app.ts';
import { jsonResponse } from '../../http/response.ts';
import { createBoundedWork } from '../../http/bounded-work.ts';
import { createRecentValue } from '../../http/recent-value.ts';
import { maxConnections } from '../../http/server.ts';
import { programVersion } from '../../version.ts';

export interface HealthOptions {
  /** Whether the daemon's loops turn. */
  readonly liveness: () => Finding;
  /** Queries MongoDB; undefined while it is still being opened. */
  readonly readFacts: () => (() => Promise<ReadinessFacts>) | undefined;
  readonly clock: Clock;
}

/** A probe of Kubernetes waits for one second, the command `health` for longer. */
const maxResponseMs = 900;
/** MongoDB is queried at most once in this time, however many requests come. */
const pollIntervalMs = 250;

const silent = unhealthy('MongoDB does not answer.');
const opening = unhealthy('The database is not open yet: MongoDB is away, or is being prepared.');

export function createHealthRoutes(options: HealthOptions): App {
  const ready = createReadiness(options);
  const app = createApp();
  app.get('/livez', () => responseOf(options.liveness(), { version: programVersion() }));
  app.get('/readyz', async () => responseOf(await ready()));
  return app;
}

function createReadiness({ readFacts, clock }: HealthOptions): () => Promise<Finding> {
  const bounded = createBoundedWork({ clock, maxMs: maxResponseMs, maxRunning: maxConnections });
  const load = async (): Promise<Finding> => {
    const read = readFacts();
    return read === undefined ? opening : assessReadiness(await read());
  };
  const found = createRecentValue({ load, clock, pollIntervalMs });
  return () =>
    bounded(async () => {
      try {
        return await found.read(pollIntervalMs);
      } catch (error) {
        if (error instanceof DomestiqueError) return silent;
        throw error;
      }
    }, silent);
}

/** `facts` complete the finding. */
function responseOf(
  { isHealthy, reasons }: Finding,
  facts: Readonly<Record<string, string>> = {},
): Response {
  const status = isHealthy ? 'ok' : 'failing';
  return jsonResponse(isHealthy ? 200 : 503, { status, reasons, ...facts });
}

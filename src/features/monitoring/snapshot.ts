/**
 * Reads the database figures of the metrics. The database is queried at most once a second, however many
 * scrapes come, and a scrape does not wait for a database that is silent.
 */
import { defaultBackfillSince } from '../../domain/sync/default-backfill.ts';
import { DomestiqueError } from '../../errors.ts';
import { createBoundedWork } from '../../http/bounded-work.ts';
import { createRecentValue } from '../../http/recent-value.ts';
import type { Database } from '../../main.ts';
import type { MetricsSnapshot } from './state-gauges.ts';
import { whoseDetailsAreWanted } from '../../mongo/athletes/details-choice.ts';
import { countLogins } from '../../mongo/tokens/login-counts.ts';
import { countBacklog } from './store.ts';
import type { Program } from '../../program.ts';

/** Half of what Prometheus waits for a response by default. */
const maxResponseMs = 5_000;
const pollIntervalMs = 1_000;
const maxScrapes = 8;

/** Resolves with undefined where MongoDB does not answer. */
export function createMetricsSnapshot(
  program: Program,
  database: Database,
): () => Promise<MetricsSnapshot | undefined> {
  const { clock } = program;
  const bounded = createBoundedWork({ clock, maxMs: maxResponseMs, maxRunning: maxScrapes });
  const load = (): Promise<MetricsSnapshot> => readMetricsSnapshot(program, database);
  const recent = createRecentValue({ load, clock, pollIntervalMs });
  return () =>
    bounded(async () => {
      try {
        return await recent.read(pollIntervalMs);
      } catch (error) {
        if (error instanceof DomestiqueError) return undefined;
        throw error;
      }
    }, undefined);
}

async function readMetricsSnapshot(
  { config, clock }: Program,
  { store, application, athletes }: Database,
): Promise<MetricsSnapshot> {
  const athleteIds = await athletes.athleteIds();
  const wanted = {
    streams: config.sync.shouldFetchStreams,
    detailsOf: await whoseDetailsAreWanted(store, athleteIds, config.sync.shouldFetchDetails),
    sports: config.sync.sports,
    from: defaultBackfillSince(config, clock.nowMs()),
  };
  const { backlog, parked } = await countBacklog(store, athleteIds, wanted);
  const { athletes: all, needAuthorization: needed } = await countLogins(store, application);
  return {
    backlog: { ...backlog },
    parked: { ...parked },
    logins: { good: all - needed, needed },
    polledAt: await athletes.allPolledAt(),
  };
}

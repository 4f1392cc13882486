/**
 * What the metrics ask the database for: however many scrape, it is asked once in a while, and one that
 * does not answer holds nobody up.
 */
import { standingSince } from '../../config/default-backfill.ts';
import { DomestiqueError } from '../../errors.ts';
import { createBoundedWork } from '../../http/bounded-work.ts';
import { createRecentValue } from '../../http/recent-value.ts';
import type { Database } from '../../main.ts';
import type { StandingFigures } from './state-gauges.ts';
import { countLogins } from '../../mongo/tokens/login-counts.ts';
import { countBacklog } from './store.ts';
import type { Program } from '../../program.ts';

/** Half of what Prometheus waits for an answer by default. */
const answerWithinMs = 5_000;
const paceMs = 1_000;
const mostScrapes = 8;

/** Resolves with undefined where MongoDB does not answer. */
export function createStanding(
  program: Program,
  database: Database,
): () => Promise<StandingFigures | undefined> {
  const { clock } = program;
  const bounded = createBoundedWork({ clock, longestMs: answerWithinMs, most: mostScrapes });
  const load = (): Promise<StandingFigures> => readStanding(program, database);
  const recent = createRecentValue({ load, clock, paceMs });
  return () =>
    bounded(async () => {
      try {
        return await recent.read(paceMs);
      } catch (error) {
        if (error instanceof DomestiqueError) return undefined;
        throw error;
      }
    }, undefined);
}

async function readStanding(
  { config, clock }: Program,
  { mongo, collections, athletes }: Database,
): Promise<StandingFigures> {
  const wanted = {
    streams: config.sync.shouldFetchStreams,
    details: config.sync.shouldFetchDetails,
    from: standingSince(config, clock.nowMs()),
  };
  const { backlog, parked } = await countBacklog(mongo, collections, wanted);
  const { athletes: all, needAuthorization: needed } = await countLogins(mongo, collections);
  return {
    backlog: { ...backlog },
    parked: { ...parked },
    logins: { good: all - needed, needed },
    lookedAt: await athletes.allLookedAt(),
  };
}

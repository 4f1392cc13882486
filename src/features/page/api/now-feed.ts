/**
 * The figures of now for all readers of the page: one read at a time, at most one a second, and none while
 * nobody reads. While MongoDB is away they are the last ones.
 */
import { DomestiqueError } from '../../../errors.ts';
import { createBoundedWork } from '../../../http/bounded-work.ts';
import { createRecentValue } from '../../../http/recent-value.ts';
import type { Database } from '../../../main.ts';
import type { Program } from '../../../program.ts';
import type { PageSource } from '../source.ts';
import { readNow } from './now.ts';
import { maxPingMs, reaches } from './reachable.ts';
import type { Now } from './types/now.ts';

/** Each resolves with undefined where MongoDB is away and was never read. */
export interface NowFeed {
  /** The figures as old as they may be between two reads. */
  readonly recent: () => Promise<Now | undefined>;
  /** Figures that are read after the call. */
  readonly next: () => Promise<Now | undefined>;
}

const minIntervalMs = 1_000;
const maxIntervalMs = 10_000;
/** Between two reads in read's own times, so that an open page costs a sync next to nothing. */
const intervalInReads = 30;

/** A MongoDB that is silent for so long is away. */
const maxReadMs = 5_000;
/** The daemon's reads go on until MongoDB is back: more of them would change nothing. */
const maxReads = 2;

const feeds = new WeakMap<PageSource, NowFeed>();

/** The one feed of a source, which the API and the page's first HTML share. */
export function nowFeedOf(program: Program, source: PageSource): NowFeed {
  const feed = feeds.get(source) ?? createNowFeed(program, source);
  feeds.set(source, feed);
  return feed;
}

export function createNowFeed(
  program: Program,
  { database, closed }: PageSource,
  { read = readNow, ping = reaches } = {},
): NowFeed {
  const { clock } = program;
  const pinging = createBoundedWork({ clock, maxMs: maxPingMs, maxRunning: maxReads });
  const reading = createBoundedWork({ clock, maxMs: maxReadMs, maxRunning: maxReads });
  const readFrom = async (open: Database): Promise<Now | undefined> => {
    const isThere = await pinging(() => ping(open.store), false);
    return isThere ? reading(() => unlessAway(() => read(program, open)), undefined) : undefined;
  };
  let last: Now | undefined;
  let intervalMs = minIntervalMs;
  const load = async (): Promise<Now | undefined> => {
    const startedMs = clock.monotonicMs();
    const open = database();
    const now = open && (await readFrom(open));
    if (now !== undefined) last = now;
    intervalMs = intervalAfter(clock.monotonicMs() - startedMs);
    return now ?? (last && { ...last, isStale: true });
  };
  const value = createRecentValue({
    load,
    clock,
    signal: closed,
    get pollIntervalMs() {
      return intervalMs;
    },
  });
  return { recent: () => value.read(intervalMs), next: () => value.read(0) };
}

function intervalAfter(readMs: number): number {
  return Math.min(Math.max(minIntervalMs, intervalInReads * readMs), maxIntervalMs);
}

async function unlessAway(read: () => Promise<Now>): Promise<Now | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DomestiqueError) return undefined;
    throw error;
  }
}

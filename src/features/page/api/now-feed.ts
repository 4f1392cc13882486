/**
 * The figures of now for all readers of the page: one read at a time, at most one a second, and none while
 * nobody reads. While MongoDB is away they are the last ones.
 */
import { DomestiqueError } from '../../../errors.ts';
import { createBoundedWork } from '../../../http/bounded-work.ts';
import { createRecentValue } from '../../../http/recent-value.ts';
import type { RecentValue } from '../../../http/recent-value.ts';
import type { Program } from '../../../program.ts';
import type { PageSource } from '../source.ts';
import { readNow } from './now.ts';
import type { Now } from './types.ts';

/** Resolves with undefined where MongoDB is away and was never read. */
export type NowFeed = RecentValue<Now | undefined>;

export const pollIntervalMs = 1_000;

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

export function createNowFeed(program: Program, { database }: PageSource, read = readNow): NowFeed {
  const { clock } = program;
  const bounded = createBoundedWork({ clock, maxMs: maxReadMs, maxRunning: maxReads });
  let last: Now | undefined;
  const load = async (): Promise<Now | undefined> => {
    const open = database();
    const now = open && (await bounded(() => unlessAway(() => read(program, open)), undefined));
    if (now !== undefined) last = now;
    return now ?? (last && { ...last, isStale: true });
  };
  return createRecentValue({ load, clock, pollIntervalMs });
}

async function unlessAway(read: () => Promise<Now>): Promise<Now | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DomestiqueError) return undefined;
    throw error;
  }
}

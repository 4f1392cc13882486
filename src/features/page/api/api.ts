/**
 * The JSON of the page, below `/api/v1`. docs/page-api.md describes it.
 */
import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import { createBoundedWork } from '../../../http/bounded-work.ts';
import { createTurns } from '../../../http/turns.ts';
import type { Program } from '../../../program.ts';
import type { PageSource } from '../source.ts';
import { createEvents } from './events.ts';
import { nowFeedOf } from './now-feed.ts';
import { ApiFailure, busy, databaseAway, respondToFailure } from './responses.ts';
import { createOneActivity } from './activity/one-activity.ts';
import { createStoredLists } from './lists/stored-lists.ts';
import { createTotals } from './totals.ts';

/** The daemon tries on for ever while MongoDB is away; a reader does not wait for that. */
const maxResponseMs = 15_000;
/** Well below the connections to MongoDB, which the sync shares. */
const maxReads = 4;
/** A view of the page asks for several things at once. */
const maxWaiting = 28;

/** Routes are added before the last one, which is for every other path. */
export function createApi(program: Program, source: PageSource): Hono {
  const api = new Hono();
  api.onError(respondToFailure);
  // These answer with what was read last: no read of the others may stand in their way.
  api.route('/', createEvents(source, nowFeedOf(program, source)));
  api.route('/', createStoredLists(program, source));
  api.use(withinTime(program));
  api.route('/', createTotals(source));
  api.route('/', createOneActivity(program, source));
  api.all('*', () => {
    throw new ApiFailure(404, 'There is no such path.');
  });
  return api;
}

function withinTime({ clock }: Program): MiddlewareHandler {
  const maxRunning = maxReads + maxWaiting;
  const bounded = createBoundedWork({ clock, maxMs: maxResponseMs, maxRunning });
  const turns = createTurns({ maxRunning: maxReads, maxWaiting });
  return async (_context, next) => {
    const state = { isWaiting: true, isLate: false };
    const read = async (): Promise<boolean> => {
      const end = await turns.take();
      state.isWaiting = false;
      try {
        if (!state.isLate) await next();
      } finally {
        end();
      }
      return true;
    };
    if (await bounded(read, false)) return;
    state.isLate = true;
    throw state.isWaiting ? busy() : databaseAway();
  };
}

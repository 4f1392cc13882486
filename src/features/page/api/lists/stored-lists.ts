/**
 * The lists of all activities: `activities`, `tracks` and `cells`.
 */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { createTurns } from '../../../../http/turns.ts';
import type { Program } from '../../../../program.ts';
import type { PageSource } from '../../source.ts';
import { writeColumns } from './activities.ts';
import { cellsOrderOf, writeCells } from './cells.ts';
import type { ListOptions } from './shared-list.ts';
import { createSharedList } from './shared-list.ts';
import { createVersion } from './stored-version.ts';
import { writeTracks } from './tracks.ts';

const json = 'application/json; charset=utf-8';
/** https://github.com/ndjson/ndjson-spec */
const ndjson = 'application/x-ndjson; charset=utf-8';

/** A list takes a connection to MongoDB, which the sync shares. */
const maxRunning = 1;
const maxWaiting = 8;

/** How many heat maps are kept. */
const maxCells = 4;

export function createStoredLists(program: Program, source: PageSource): Hono {
  const app = new Hono();
  const version = createVersion(program, source);
  const turns = createTurns({ maxRunning, maxWaiting });
  const listOf = (
    contentType: string,
    write: ListOptions['write'],
  ): ReturnType<typeof createSharedList> =>
    createSharedList(version, { contentType, write, turns });
  app.get('/activities', listOf(json, writeColumns));
  app.get('/tracks', listOf(ndjson, writeTracks));
  const cells = new Map<string, (context: Context) => Promise<Response>>();
  app.get('/cells', (context) => {
    const order = cellsOrderOf(context);
    const key = JSON.stringify(order);
    const list = cells.get(key) ?? listOf(json, (stored) => writeCells(stored, order));
    // The last one that was asked for is the last one in the map.
    cells.delete(key);
    cells.set(key, list);
    const [oldest] = cells.keys();
    if (cells.size > maxCells && oldest !== undefined) cells.delete(oldest);
    return list(context);
  });
  return app;
}

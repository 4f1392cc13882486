/**
 * The lists of all activities: `activities`, `tracks` and `cells`.
 */
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Program } from '../../../../program.ts';
import type { PageSource } from '../../source.ts';
import { writeColumns } from './activities.ts';
import { cellsOrderOf, writeCells } from './cells.ts';
import { createSharedList } from './shared-list.ts';
import { createVersion } from './stored-version.ts';
import { writeTracks } from './tracks.ts';

const json = 'application/json; charset=utf-8';
/** https://github.com/ndjson/ndjson-spec */
const ndjson = 'application/x-ndjson; charset=utf-8';

/** How many heat maps are kept. */
const maxCells = 4;

export function createStoredLists(program: Program, source: PageSource): Hono {
  const app = new Hono();
  const version = createVersion(program, source);
  app.get('/activities', createSharedList(version, { contentType: json, write: writeColumns }));
  app.get('/tracks', createSharedList(version, { contentType: ndjson, write: writeTracks }));
  const cells = new Map<string, (context: Context) => Promise<Response>>();
  app.get('/cells', (context) => {
    const order = cellsOrderOf(context);
    const key = JSON.stringify(order);
    const list =
      cells.get(key) ??
      createSharedList(version, {
        contentType: json,
        write: (stored) => writeCells(stored, order),
      });
    // The last one that was asked for is the last one in the map.
    cells.delete(key);
    cells.set(key, list);
    const [oldest] = cells.keys();
    if (cells.size > maxCells && oldest !== undefined) cells.delete(oldest);
    return list(context);
  });
  return app;
}

/**
 * The index that finds one athlete's activities by their tracks. Its cells are so fine that a query for a
 * circle of a few hundred metres returns few activities outside it.
 */
import { MongoServerError } from 'mongodb';
import type { Store } from '../schema/collections.ts';
import { ensureIndexes, hasIndex } from './indexes.ts';

const route = {
  name: 'athlete_route',
  key: { 'sync.athlete_id': 1, track: '2dsphere', distance: 1 },
} as const;

/**
 * No cell is larger than one of S2's level 15, some 300 m (http://s2geometry.io/resources/s2cell_statistics).
 * By default MongoDB covers a long track with few, large cells and reads three documents for each match.
 */
const cells = { coarsestIndexedLevel: 15 };

/** Creates the index if it is missing, by `command`, because the driver drops options that it does not know. */
export async function createRouteIndex({ db }: Store): Promise<void> {
  if (await hasIndex(db, 'activities', route)) return;
  const create = (more: object) =>
    db.command({ createIndexes: 'activities', indexes: [{ ...route, ...more }] });
  try {
    await create(cells);
  } catch (error) {
    // A server that does not know the option gets the same index with default cells, which is slower.
    if (!(error instanceof MongoServerError)) throw error;
    await ensureIndexes(db, 'activities', [route]);
  }
}

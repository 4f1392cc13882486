/**
 * The index that finds one athlete's activities by their tracks. Its cells are so fine that a query for a
 * circle of a few hundred metres reads few activities outside it.
 */
import { MongoServerError } from 'mongodb';
import type { Store } from '../schema/collections.ts';
import { ensureIndexes, hasIndex } from './indexes.ts';

const route = {
  name: 'athlete_route',
  key: { 'sync.athlete_id': 1, track: '2dsphere', distance: 1 },
} as const;

/**
 * No cell is larger than one of S2's level 13, some 1.2 km (http://s2geometry.io/resources/s2cell_statistics).
 * By default MongoDB covers a long track with few, large cells, and reads twice as many documents for a small
 * circle. Smaller cells save few of them, and each level doubles the keys that every write of an activity costs.
 */
const cells = { coarsestIndexedLevel: 13 };

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

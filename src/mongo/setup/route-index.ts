/**
 * The index that finds activities by their tracks, those of one athlete or of all. Its cells are so small that
 * a query for a circle of a few hundred metres reads few activities outside it.
 */
import { MongoServerError } from 'mongodb';
import type { Store } from '../schema/collections.ts';
import { ensureIndexes, hasIndex } from './indexes.ts';

const route = {
  name: 'track_athlete',
  key: { track: '2dsphere', 'sync.athlete_id': 1, distance: 1 },
} as const;

/**
 * All cells are of S2's level 14, some 600 m (http://s2geometry.io/resources/s2cell_statistics). By default
 * MongoDB covers a long track with few, large cells, and reads more documents for a small circle. It also
 * divides the cells of a short track down to metres, which saves few documents and costs CPU at each write
 * that touches an indexed field (docs/decisions/0049-index-tracks-once.md).
 */
const cells = { coarsestIndexedLevel: 14, finestIndexedLevel: 14 };

/** Creates the index if it is missing, by `command`, because the driver drops options that it does not know. */
export async function createRouteIndex({ db }: Store): Promise<void> {
  if (await hasIndex(db, 'activities', route)) return;
  const create = (more: object) =>
    db.command({ createIndexes: 'activities', indexes: [{ ...route, ...more }] });
  try {
    await create(cells);
  } catch (error) {
    // A server that does not know the options gets the same index with default cells, which is slower.
    if (!(error instanceof MongoServerError)) throw error;
    await ensureIndexes(db, 'activities', [route]);
  }
}

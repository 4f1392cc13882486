/**
 * The index by which one athlete's activities are found along their tracks: its cells are so fine that a
 * circle of some hundred metres brings few activities that pass it by.
 */
import { MongoServerError } from 'mongodb';
import type { Mongo } from '../base/connection.ts';

const route = {
  name: 'athlete_route',
  key: { 'sync.athlete_id': 1, track: '2dsphere', distance: 1 },
} as const;

/**
 * No cell is larger than one of S2's level 15, some 300 m (http://s2geometry.io/resources/s2cell_statistics).
 * By itself MongoDB describes a long track with few and large ones, and reads three documents for one.
 */
const cells = { coarsestIndexedLevel: 15 };

/** Doing it again changes nothing. By `command`, because the driver passes over options that it does not know. */
export async function createRouteIndex({ db }: Mongo): Promise<void> {
  const create = (more: object) =>
    db.command({ createIndexes: 'activities', indexes: [{ ...route, ...more }] });
  try {
    await create(cells);
  } catch (error) {
    // A server that does not know the option has the same index, only slower.
    if (!(error instanceof MongoServerError)) throw error;
    await create({});
  }
}

import polylineCodec from '@googlemaps/polyline-codec';
import type { Document } from 'mongodb';

import type { JsonObject } from '../../../src/domain/json.ts';
import type { Flat } from '../../domain/routes/tracks.ts';
import { placed, winding } from '../../domain/routes/tracks.ts';
import type { Adapter } from '../adapter.ts';
import { recordOf } from '../pages.ts';

export function polylineOf(points: readonly Flat[]): string {
  return polylineCodec.encode(
    placed(points).map(([lng, lat]) => [lat, lng]),
    5,
  );
}

/** The day's ride along a way; each way is moved by some metres each day. */
export function ride(day: number, way: readonly Flat[], changes: JsonObject = {}): JsonObject {
  const moved = way.map(([x, y]): Flat => [x + (day % 7), y - (day % 5)]);
  const start_date = new Date(Date.UTC(2026, 0, day, 6)).toISOString().replace('.000Z', 'Z');
  const map = { summary_polyline: polylineOf(moved) };
  return recordOf(100 + day, { start_date, map, moving_time: 1_000 + 10 * day, ...changes });
}

/** Each another route. */
export const ways = [winding(1), winding(2), winding(1).toReversed(), winding(3, 4_000)];
export const days = Array.from({ length: 24 }, (_, index) => index + 1);
/** The ways in turn. */
export const rides = days.map((day) => ride(day, ways[day % ways.length] ?? []));

/** The {@link partition} of the rides. */
export const ridesByWay = ways
  .map((_, way) => days.filter((day) => day % ways.length === way).map((day) => 100 + day))
  .map((ids) => ids.join())
  .toSorted();

/** The ids of the activities of each route, in order. */
export async function partition({ database }: Adapter): Promise<string[]> {
  const routes = await database.db
    .collection('activities')
    .aggregate<{ ids: number[] }>([
      { $match: { 'derived.route': { $exists: true } } },
      { $sort: { _id: 1 } },
      { $group: { _id: '$derived.route', ids: { $push: '$_id' } } },
    ])
    .toArray();
  return routes.map(({ ids }) => ids.join()).toSorted();
}

/** Each route and each activity's route with how many there are, from the one and from the other. */
export async function countsOf({ database: { db } }: Adapter): Promise<{
  readonly routes: readonly string[];
  readonly members: readonly string[];
}> {
  const routes = await db.collection('routes').find().toArray();
  const members = await db
    .collection('activities')
    .aggregate([
      { $match: { 'derived.route': { $exists: true } } },
      { $group: { _id: '$derived.route', count: { $sum: 1 }, last_at: { $max: '$start_date' } } },
    ])
    .toArray();
  const shape = (all: Document[]): string[] =>
    all.map(({ _id, count, last_at }) => `${_id} ${count} ${last_at}`).toSorted();
  return { routes: shape(routes), members: shape(members) };
}

import { Long, type Document, type ObjectId } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { JsonObject } from '../../../src/domain/json.ts';
import { deleteGoneActivity } from '../../../src/mongo/deletion/missing.ts';
import { createDeletionStore } from '../../../src/mongo/deletion/deletion-store.ts';
import { createActivityStore } from '../../../src/mongo/streams/activity-store.ts';
import { winding } from '../../domain/routes/tracks.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { athleteId, pageOf } from '../pages.ts';
import { countsOf, partition, ride, rides, ridesByWay, ways } from './rides.ts';

const adapter = useAdapter();

beforeEach(() => adapter.empty());

const at = new Date('2026-11-01T10:00:00Z');
const write = { athleteId, epoch: 1, at };

async function stored(): Promise<Document[]> {
  return adapter.database.db.collection('routes').find().sort({ first_at: 1 }).toArray();
}

async function routeOf(id: number): Promise<ObjectId | undefined> {
  const found = await adapter.store.activities.findOne({ _id: Long.fromNumber(id) });
  return found?.derived?.route;
}

describe('the routes of activities', () => {
  it('the routes of a page are those of its tracks, each with count, times and distance', async () => {
    await adapter.activities.storePage(pageOf(rides));
    expect(await partition(adapter)).toEqual(ridesByWay);
    const [first] = await stored();
    // The days 1, 5, … 21.
    expect(first).toMatchObject({
      count: 6,
      first_at: new Date('2026-01-01T06:00:00Z'),
      last_at: new Date('2026-01-21T06:00:00Z'),
      best_moving_time: 1_010,
      usual_moving_time: 1_110,
      distance: 24_931.4,
      sport_type: 'Ride',
    });
    expect(first?.['stale']).toBeUndefined();
  });

  it('the routes are the same where activities come one by one in any order', async () => {
    const shuffled = rides.toSorted((one, other) => hash(one) - hash(other));
    for (const record of shuffled) await adapter.activities.storePage(pageOf([record]));
    expect(await partition(adapter)).toEqual(ridesByWay);
    const counts = (await stored()).map(({ count, best_moving_time: best }) => [
      count as unknown,
      best as unknown,
    ]);
    expect(counts).toEqual([1, 2, 3, 4].map((day) => [6, 1_000 + 10 * day]));
    expect((await stored()).filter(({ stale }) => stale !== undefined)).toEqual([]);
  });

  it('another sport and another athlete on the same way have routes of their own', async () => {
    const [way = []] = ways;
    const run = ride(2, way, { sport_type: 'Run' });
    await adapter.activities.storePage(pageOf([ride(1, way), run]));
    await adapter.activities.storePage(pageOf([ride(3, way)], { athleteId: 1002 }));
    expect(await partition(adapter)).toEqual(['101', '102', '103']);
  });

  it('an activity without a track is on no route', async () => {
    await adapter.activities.storePage(pageOf([ride(1, [], { map: {} })]));
    expect(await stored()).toEqual([]);
    expect(await routeOf(101)).toBeUndefined();
  });

  it('a changed sport or track moves the activity to another route, and an empty route goes', async () => {
    const [way = [], other = []] = ways;
    await adapter.activities.storePage(pageOf([ride(1, way), ride(2, way), ride(3, other)]));
    const before = await routeOf(101);
    await adapter.activities.storePage(pageOf([ride(1, other), ride(3, other)]));
    expect(await partition(adapter)).toEqual(['101,103', '102']);
    expect(await routeOf(102)).toEqual(before);
    const [left] = (await stored()).filter(({ _id }) => before?.equals(_id as ObjectId));
    // The activity whose track stood for it has left.
    expect(left).toMatchObject({ count: 1, activity_id: 102, best_moving_time: 1_020 });
    await adapter.activities.storePage(pageOf([ride(2, way, { sport_type: 'Run' })]));
    expect(
      (await stored()).map(({ sport_type, count }) => [sport_type as unknown, count as unknown]),
    ).toEqual([
      ['Ride', 2],
      ['Run', 1],
    ]);
  });

  it('a changed time changes the times of the route', async () => {
    const [way = []] = ways;
    await adapter.activities.storePage(pageOf([ride(1, way), ride(2, way)]));
    await adapter.activities.storePage(pageOf([ride(2, way, { moving_time: 500 })]));
    expect(await stored()).toMatchObject([{ best_moving_time: 500, usual_moving_time: 755 }]);
  });

  it('a deleted activity leaves its route, and the last one takes the route along', async () => {
    const [way = []] = ways;
    await adapter.activities.storePage(pageOf([ride(1, way), ride(2, way)]));
    await deleteGoneActivity(adapter.store, write, 101);
    expect(await stored()).toMatchObject([{ count: 1, activity_id: 102 }]);
    await deleteGoneActivity(adapter.store, write, 102);
    expect(await stored()).toEqual([]);
  });

  it('a document of another program among the routes changes nothing', async () => {
    await adapter.database.db
      .collection('routes')
      .insertOne({ any: 1 }, { bypassDocumentValidation: true });
    const foreign = { athlete_id: Long.fromNumber(athleteId), sport_type: 'Ride', cells: 'x' };
    await adapter.database.db
      .collection('routes')
      .insertOne(foreign, { bypassDocumentValidation: true });
    await adapter.activities.storePage(pageOf(rides));
    expect(await partition(adapter)).toEqual(ridesByWay);
  });

  it.each(Array.from({ length: 16 }, (_, index) => index))(
    'a page that is cut off after %i operations leaves at most stale routes, which the next sweep makes true',
    async (completed) => {
      const [way = [], other = []] = ways;
      await adapter.activities.storePage(pageOf([ride(1, way), ride(2, other)]));
      let operations = 0;
      const cutOff = storeWith(adapter.database.db, (operation) => {
        operations += 1;
        return operations > completed ? Promise.reject(new Error('cut off')) : operation();
      });
      const page = pageOf([ride(3, way), ride(2, way), ride(4, winding(3))]);
      await createActivityStore(cutOff)
        .storePage(page)
        .catch(() => undefined);
      const sweep = createDeletionStore(adapter.store, { retentionDays: undefined });
      await sweep.expire(write);
      await assertTrue();
      await adapter.activities.storePage(page);
      await sweep.expire(write);
      expect(await partition(adapter)).toEqual(['101,102,103', '104']);
      await assertTrue();
    },
  );

  it('two pages at once found no route twice', async () => {
    await Promise.all(rides.map((record) => adapter.activities.storePage(pageOf([record]))));
    expect(await partition(adapter)).toEqual(ridesByWay);
    await assertTrue();
  });
});

/** Each route has the activities that name it, and each activity names a route. */
async function assertTrue(): Promise<void> {
  const { routes, members } = await countsOf(adapter);
  expect(routes).toEqual(members);
}

function hash({ id }: JsonObject): number {
  return (Number(id) * 7_919) % 101;
}

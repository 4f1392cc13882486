import { Long, ObjectId, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { JsonObject } from '../../../src/domain/json.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { createDeletionStore } from '../../../src/mongo/deletion/deletion-store.ts';
import { rebuildRoutes } from '../../../src/mongo/routes/rebuild-routes.ts';
import { areRoutesTrue } from '../../../src/mongo/routes/untrue-routes.ts';
import type { Store } from '../../../src/mongo/schema/collections.ts';
import { createRandom } from '../../support/faults/random.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { athleteId, pageOf } from '../pages.ts';
import { countsOf, partition, ride, rides, ridesByWay, ways } from './rides.ts';

const adapter = useAdapter();

beforeEach(() => adapter.empty());

/** A lease after that of the pages, so that each write shows. */
const write = { athleteId, epoch: 2 };

async function rebuild(store: Store = adapter.store, signal?: AbortSignal): Promise<number[]> {
  let [activities, moved] = [0, 0];
  for await (const done of rebuildRoutes(store, write, signal))
    [activities, moved] = [activities + done.activities, moved + done.moved];
  return [activities, moved];
}

const stored = (name: 'routes' | 'activities'): Promise<Document[]> =>
  adapter.database.db.collection(name).find().sort({ _id: 1 }).toArray();

const change = (name: 'routes' | 'activities', filter: Document, update: Document) =>
  adapter.database.db
    .collection(name)
    .updateMany(filter, update, { bypassDocumentValidation: true });

/** As it was before there were routes. */
async function forgetRoutes(): Promise<void> {
  await adapter.database.db.collection('routes').deleteMany({});
  await change('activities', {}, { $unset: { 'derived.route': '' } });
}

async function assertTrue(): Promise<void> {
  const { routes, members } = await countsOf(adapter);
  expect(routes).toEqual(members);
}

/** What the routes say of their activities, without their ids and without which stands for each. */
async function figures(): Promise<unknown[]> {
  const routes = await stored('routes');
  return routes
    .map(
      ({
        sport_type,
        count,
        first_at,
        last_at,
        best_moving_time,
        usual_moving_time,
      }): unknown[] => [
        ...([
          sport_type,
          count,
          first_at,
          last_at,
          best_moving_time,
          usual_moving_time,
        ] as unknown[]),
      ],
    )
    .toSorted((one, other) => Number(one[2]) - Number(other[2]));
}

/** In random order, in pages of random length. */
async function storeShuffled(records: readonly JsonObject[], seed: number): Promise<void> {
  const random = createRandom(seed);
  const left = records
    .map((record) => ({ record, place: random.integer(0, 1_000_000) }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ record }) => record);
  while (left.length > 0)
    await adapter.activities.storePage(pageOf(left.splice(0, random.integer(1, 8))));
}

describe('a rebuild of routes', () => {
  it.each([1, 2])(
    'a rebuild from nothing makes the routes that activities in random order have made (seed %i)',
    async (seed) => {
      const [way = []] = ways;
      const runs = [31, 32].map((day) => ride(day, way, { sport_type: 'Run' }));
      await storeShuffled([...rides, ...runs], seed);
      const [routes, all] = [await partition(adapter), await figures()];
      expect(routes).toEqual([...ridesByWay, '131,132'].toSorted());
      await forgetRoutes();
      expect(await rebuild()).toEqual([26, 26]);
      expect(await partition(adapter)).toEqual(routes);
      expect(await figures()).toEqual(all);
      await assertTrue();
    },
  );

  it('a rebuild changes no document of a history that nobody changed, whatever came first', async () => {
    await storeShuffled(rides, 5);
    const before = [await stored('routes'), await stored('activities')];
    expect(await areRoutesTrue(adapter.store, athleteId)).toBe(true);
    expect(await rebuild()).toEqual([24, 0]);
    expect([await stored('routes'), await stored('activities')]).toEqual(before);
  });

  it('a rebuilt route keeps its id where the activity that stands for it is the same', async () => {
    await storeShuffled(rides, 6);
    const before = await stored('routes');
    await change('activities', {}, { $unset: { 'derived.route': '' } });
    expect(await rebuild()).toEqual([24, 24]);
    expect(await stored('routes')).toEqual(before.map((route) => ({ ...route, epoch: 2 })));
    await assertTrue();
  });

  it('odd, edited, lost and needless routes are as before after a rebuild', async () => {
    await adapter.activities.storePage(pageOf(rides));
    const before = await stored('routes');
    const [lost, odd, counted, moved] = before.map(({ _id }) => ({ _id: _id as ObjectId }));
    const routes = adapter.database.db.collection('routes');
    await routes.deleteOne(lost ?? {});
    await change('routes', odd ?? {}, { $set: { cells: 'odd', epoch: 'new', by_hand: 1 } });
    await change('routes', counted ?? {}, { $set: { count: 'many', last_at: 5 } });
    await change('routes', moved ?? {}, { $set: { track: 'elsewhere', cells: [7] } });
    const needless = { ...before[1], _id: new ObjectId() };
    const foreign = { athlete_id: Long.fromNumber(athleteId), sport_type: 'Ride', cells: 'x' };
    const others = [needless, { any: 1 }, foreign];
    await routes.insertMany(others, { bypassDocumentValidation: true });
    expect(await areRoutesTrue(adapter.store, athleteId)).toBe(false);
    await rebuild();
    expect(await partition(adapter)).toEqual(ridesByWay);
    const after = (await stored('routes')).filter((route) => 'activity_id' in route);
    // The lost one comes last, under a new id.
    const inOrder = [...before.slice(1), before[0] ?? {}].map((route) => ({ ...route, epoch: 2 }));
    const last = after.at(-1)?.['_id'] as ObjectId;
    expect(after).toEqual([...inOrder.slice(0, -1), { ...inOrder.at(-1), _id: last }]);
    expect(await areRoutesTrue(adapter.store, athleteId)).toBe(true);
  });

  it.each(Array.from({ length: 13 }, (_, index) => index))(
    'a rebuild that is cut off after %i operations leaves routes that a sweep makes true, and the next rebuild completes it',
    async (completed) => {
      const { db } = adapter.database;
      await adapter.activities.storePage(pageOf(rides.slice(0, 8)));
      await db.collection('routes').deleteOne({ activity_id: 102 });
      const lost = { _id: { $in: [102, 106] } };
      await change('activities', lost, { $unset: { 'derived.route': '' } });
      // It stood for its route, and now follows another one.
      const [followed] = await stored('activities');
      await change('activities', { _id: 104 }, { $set: { track: followed?.['track'] as unknown } });
      await assertTrue();
      let operations = 0;
      const cutOff = storeWith(db, (operation) => {
        operations += 1;
        return operations > completed ? Promise.reject(new Error('cut off')) : operation();
      });
      await rebuild(cutOff).catch(() => undefined);
      const sweep = createDeletionStore(adapter.store, { retentionDays: undefined });
      await sweep.expire({ ...write, at: new Date() });
      await assertTrue();
      await rebuild();
      expect(await partition(adapter)).toEqual(['101,104,105', '102,106', '103,107', '108']);
      await assertTrue();
    },
  );

  it('a rebuild loses the lease where a newer one has written a route that it would change', async () => {
    await storeShuffled(rides, 1);
    await change('routes', {}, { $set: { epoch: write.epoch + 1, length: 1 } });
    await expect(rebuild()).rejects.toThrow(LeaseLostError);
    expect((await stored('routes')).every(({ length }) => length === 1)).toBe(true);
  });

  it('a rebuild that is stopped leaves the rest as it was, and the next one completes it', async () => {
    await adapter.activities.storePage(pageOf(rides));
    await forgetRoutes();
    expect(await rebuild(adapter.store, AbortSignal.abort())).toEqual([0, 0]);
    expect(await stored('routes')).toEqual([]);
    expect(await rebuild()).toEqual([24, 24]);
  });
});

describe('whether the routes are true', () => {
  const [way = []] = ways;
  it.each<[string, 'routes' | 'activities', Document, Document]>([
    ['an activity has no route', 'activities', { _id: 101 }, { $unset: { 'derived.route': '' } }],
    ['a route is stale', 'routes', {}, { $set: { stale: new ObjectId() } }],
    ['a route counts another number', 'routes', {}, { $set: { count: 7 } }],
    [
      'an activity names no route',
      'activities',
      { _id: 101 },
      { $set: { 'derived.route': new ObjectId() } },
    ],
    ['a time was changed', 'activities', { _id: 102 }, { $set: { moving_time: 9 } }],
  ])('routes are not true where %s', async (_, name, filter, update) => {
    await adapter.activities.storePage(pageOf([ride(1, way), ride(2, way)]));
    expect(await areRoutesTrue(adapter.store, athleteId)).toBe(true);
    await change(name, filter, update);
    expect(await areRoutesTrue(adapter.store, athleteId)).toBe(false);
    await rebuild();
    expect(await areRoutesTrue(adapter.store, athleteId)).toBe(true);
    expect(await partition(adapter)).toEqual(['101,102']);
  });

  it('the activities of true routes are read from an index alone, and a track that is too short is no lack', async () => {
    const short = ride(3, way.slice(0, 5));
    await adapter.activities.storePage(pageOf([ride(1, way), ride(2, way), short]));
    const { db } = adapter.database;
    await db.command({ profile: 2 });
    expect(await areRoutesTrue(adapter.store, athleteId)).toBe(true);
    await db.command({ profile: 0 });
    const reads = await db
      .collection('system.profile')
      .find({ ns: `${db.databaseName}.activities` })
      .toArray();
    await db.collection('system.profile').drop();
    expect(reads.map(({ docsExamined }) => docsExamined as unknown)).toEqual([0, 3]);
  });
});

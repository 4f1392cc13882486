import type { ObjectId } from 'mongodb';
import { Long } from 'mongodb';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import type { KillPoint } from '../support/faults/kill-points.ts';
import { killAt, unhurried, withMongoProxy } from '../support/faults/killed-runs.ts';
import { lossesOf } from '../support/faults/losses.ts';
import { faultSeed } from '../support/faults/random.ts';
import type { MongoProxy } from '../support/mongodb/mongo-proxy.ts';
import { commandOn } from '../support/mongodb/mongo-proxy.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';

const openScene = useScene();
const proxies: MongoProxy[] = [];
afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

const beforeTheActivity: KillPoint = {
  name: 'between the mark of a route and the write of its activity',
  isAboutTokens: false,
  arm: async (_strava, proxy, isArmed) => {
    const isMark = commandOn('update', 'routes');
    const held = await proxy.holdReply((command) => isArmed() && isMark(command));
    return () => {
      held.drop();
    };
  },
};

/** Each route with its count, as it says and as the activities say. */
async function countsOf({ db }: Scene): Promise<readonly (readonly string[])[]> {
  const said = await db.collection('routes').find().toArray();
  const members = await db
    .collection('activities')
    .aggregate([
      { $match: { 'derived.route': { $exists: true } } },
      { $group: { _id: '$derived.route', count: { $sum: 1 } } },
    ])
    .toArray();
  return [said, members].map((all) => all.map(({ _id, count }) => `${_id} ${count}`).toSorted());
}

interface Routed {
  readonly _id: Long;
  readonly derived: { readonly route: ObjectId };
}

async function routeOf({ db }: Scene, id: number): Promise<ObjectId | undefined> {
  const found = await db.collection<Routed>('activities').findOne({ _id: Long.fromNumber(id) });
  return found?.derived.route;
}

/** An activity that is on a route, with that route: not every one of the simulator's has a track. */
async function routedActivity({ db }: Scene) {
  const onRoute = { 'derived.route': { $exists: true } };
  const found = await db.collection<Routed>('activities').findOne(onRoute, { sort: { _id: 1 } });
  if (found === null) throw new Error('No activity is on a route.');
  return { id: Number(found._id), route: found.derived.route };
}

describe(`kill -9 in a write of routes (seed ${faultSeed})`, { timeout: 120_000 }, () => {
  it('a run that is killed between the mark of a route and the write of its activity leaves a mark, and the next run makes the routes true', async () => {
    const options = { seed: faultSeed, activities: 12, env: unhurried };
    const scene = await withMongoProxy(await openScene(options));
    proxies.push(scene.proxy);
    const { simulator, db } = scene;
    const first = await scene.run('sync');
    expect(first.exitCode, first.stderr).toBe(0);
    const routes = db.collection('routes');
    const { id, route: left } = await routedActivity(scene);
    simulator.world.cropActivity(id, { from: 0.3, to: 0.8 });

    await killAt(beforeTheActivity, scene);
    expect(await routeOf(scene, id)).toEqual(left);
    expect(await routes.countDocuments({ _id: left, stale: { $exists: true } })).toBe(1);

    const next = await scene.run('sync');
    expect(next.exitCode, next.stderr).toBe(0);
    expect(await routeOf(scene, id)).not.toEqual(left);
    expect(await routes.countDocuments({ stale: { $exists: true } })).toBe(0);
    const [said, members] = await countsOf(scene);
    expect(said?.length).toBeGreaterThan(5);
    expect(said).toEqual(members);
    const { lost, doubled } = await lossesOf(db, simulator, athleteId);
    const overLimit = simulator.requests.overLimit().length;
    reportFaults(inject('faultReport'), {
      scenario: beforeTheActivity.name,
      seed: faultSeed,
      kills: 1,
      requests: scene.countedRequests(),
      overLimit,
      fetchedTwice: simulator.requests.fetchedTwice().length,
      lost: lost.length,
      doubled,
    });
    expect({ lost, doubled, overLimit }).toEqual({ lost: [], doubled: 0, overLimit: 0 });
  });
});

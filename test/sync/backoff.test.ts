import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { MongoProxy } from '../support/mongodb/mongo-proxy.ts';
import { commandOn, startMongoProxy } from '../support/mongodb/mongo-proxy.ts';
import { useRounds } from '../support/rounds.ts';

/** Longer than the backoff after a first failure. */
const pastEveryBackoffMs = 1_500;

interface DueFilter {
  readonly _id?: { readonly $nin?: readonly unknown[] };
  readonly 'sync.streams.state'?: unknown;
}

describe('what backs off after a transient failure', () => {
  const open = useRounds();
  const proxies: MongoProxy[] = [];
  afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

  it('is fetched again although its backoff ends while MongoDB is queried for what is due', async () => {
    const scene = await open({ activities: 1 });
    await scene.round();
    const proxy = await startMongoProxy(inject('mongoUri'));
    proxies.push(proxy);
    const { faults, world } = scene.simulator;
    const id = world.addActivity(1001);
    faults.next('html-502', 1, { endpoint: 'streams', activityId: id });
    const queriesWhatIsDue = commandOn('find', 'activities', (body) => {
      const filter = body['filter'] as DueFilter;
      const isAboutDue = filter['sync.streams.state'] !== undefined;
      return isAboutDue && filter._id?.$nin?.length === 1 && faults.count() === 1;
    });
    const holding = proxy.holdReply(queriesWhatIsDue);
    const round = scene.round({ MONGODB_URI: proxy.uri });
    const held = await holding;
    await sleep(pastEveryBackoffMs);
    held.release();
    const { exitCode, program } = await round;
    expect(exitCode, program.logged()).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });
});

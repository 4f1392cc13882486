import type { Db, Document } from 'mongodb';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import type { Running } from '../support/command/command.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { lossesOf } from '../support/faults/losses.ts';
import type { MongoProxy } from '../support/mongodb/mongo-proxy.ts';
import { commandOn, startMongoProxy } from '../support/mongodb/mongo-proxy.ts';
import type { Random } from '../support/faults/random.ts';
import { createRandom, faultSeed } from '../support/faults/random.ts';
import type { Scene, SceneOptions } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';

/** A stop is promised within ten seconds; the rest is for a busy machine. */
const maxMs = 30_000;
const interruptedBySigterm = 143;
/** So long that a lease left behind would be noticed. */
const unhurried = { LEASE_DURATION: '30m', STRAVA_TIMEOUT: '5m', LOG_LEVEL: 'debug' };

interface Stage extends Scene {
  readonly proxy: MongoProxy;
}

const openScene = useScene();
const proxies: MongoProxy[] = [];
afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));

async function open(options: SceneOptions): Promise<Stage> {
  const scene = await openScene({
    seed: faultSeed,
    ...options,
    env: { ...unhurried, ...options.env },
  });
  const proxy = await startMongoProxy(inject('mongoUri'));
  proxies.push(proxy);
  return { ...scene, proxy };
}

function launch(stage: Stage, command = 'sync'): Running {
  return stage.launch([command], { MONGODB_URI: stage.proxy.uri });
}

const maxStop = { ms: 0 };

/** Sends SIGTERM, and only then releases the held request. */
async function stop(
  running: Running,
  held?: { release(): void },
  expected = interruptedBySigterm,
): Promise<void> {
  const sentAt = performance.now();
  running.kill('SIGTERM');
  held?.release();
  const { exitCode, stderr } = await running.ended;
  const tookMs = performance.now() - sentAt;
  maxStop.ms = Math.max(maxStop.ms, tookMs);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect({ exitCode }, stderr).toEqual({ exitCode: expected });
  expect(tookMs).toBeLessThan(maxMs);
}

async function heldLeases(db: Db): Promise<readonly string[]> {
  const held = await db
    .collection<{ _id: string }>('leases')
    .find({ owner: { $exists: true } } as never)
    .toArray();
  return held.map(({ _id }) => _id);
}

/** The requests that the quota takes to be in flight. */
async function inFlight(db: Db): Promise<readonly Document[]> {
  const quotas = await db.collection('quota').find().toArray();
  return quotas.flatMap(({ in_flight }) => in_flight as readonly Document[]);
}

/** The next start syncs the rest at once. */
async function expectContinued(stage: Stage, scenario: string, stops: number): Promise<void> {
  const { simulator, db } = stage;
  const next = await stage.run('sync');
  expect(next.exitCode, next.stderr).toBe(0);
  expect(await inFlight(db)).toEqual([]);
  const { lost, doubled } = await lossesOf(db, simulator, athleteId);
  const overLimit = simulator.requests.overLimit().length;
  const fetchedTwice = simulator.requests.fetchedTwice();
  reportFaults(inject('faultReport'), {
    scenario,
    seed: faultSeed,
    faults: { SIGTERM: stops },
    requests: stage.countedRequests(),
    overLimit,
    fetchedTwice: fetchedTwice.length,
    lost: lost.length,
    doubled,
    note: `longest stop ${Math.round(maxStop.ms)} ms`,
  });
  expect({ lost, doubled, overLimit, fetchedTwice }).toEqual({
    lost: [],
    doubled: 0,
    overLimit: 0,
    fetchedTwice: [],
  });
}

const isAboutRefresh = ({ filter }: Document): boolean =>
  (filter as { _id: { $in: string[] } })._id.$in.some((name) => name.startsWith('refresh:'));

/** Lets a run reach a random place. */
async function comeSomewhere(
  { simulator }: Stage,
  running: Running,
  random: Random,
): Promise<void> {
  const { requests } = simulator;
  const before = requests.entries.length;
  const wanted = random.integer(1, 8);
  const isThere = requests.waitFor((log) => log.entries.length >= before + wanted, maxMs);
  await Promise.race([isThere, running.ended]);
  await new Promise((resolve) => setTimeout(resolve, random.integer(0, 15)));
}

describe.concurrent(`SIGTERM (seed ${faultSeed})`, { timeout: 120_000 }, () => {
  it(
    'SIGTERM ends a run anywhere with its leases released, and the next start continues',
    { timeout: scaled(120_000, 900_000) },
    async () => {
      const random = createRandom(faultSeed);
      const stops = scaled(6, 50);
      const stage = await open({ activities: scaled(120, 600) });
      for (let done = 0; done < stops; done += 1) {
        const running = launch(stage);
        await comeSomewhere(stage, running, random);
        await stop(running);
        expect(await heldLeases(stage.db)).toEqual([]);
        expect(await inFlight(stage.db)).toEqual([]);
      }
      await expectContinued(stage, 'SIGTERM in random phases', stops);
    },
  );

  it('SIGTERM ends a run that is held in any step, and keeps the result of the step', async () => {
    const stage = await open({ activities: 25 });
    const { simulator, proxy, db } = stage;
    const steps: readonly (() => Promise<{ release(): void }>)[] = [
      () => simulator.hold({ endpoint: 'token' }),
      () => proxy.holdReply(commandOn('update', 'workers')),
      () => proxy.holdReply(commandOn('update', 'leases')),
      () => proxy.holdReply(commandOn('update', 'athletes')),
      () => proxy.holdCommand(commandOn('update', 'quota')),
      () => proxy.holdCommand(commandOn('update', 'activities')),
      () => proxy.holdCommand(commandOn('insert', 'streams')),
      () => simulator.hold({ endpoint: 'streams' }),
    ];
    for (const hold of steps) {
      const held = hold();
      const running = launch(stage);
      await stop(running, await held);
      expect(await heldLeases(db)).toEqual([]);
    }
    await expectContinued(stage, 'SIGTERM in a held step', steps.length);
  });

  it('SIGTERM ends a run that waits for the quota', async () => {
    const stage = await open({ activities: 15, quota: { short: 10, daily: 1_000 } });
    const running = stage.launch(['sync'], { STRAVA_QUOTA_SHORT: '10' });
    await running.shown('Quota spent, waiting');
    await stop(running);
    expect(await heldLeases(stage.db)).toEqual([]);
    await stage.db.collection('quota').drop();
    stage.simulator.setQuota({ short: 1_000 });
    await expectContinued(stage, 'SIGTERM while waiting for the quota', 1);
  });

  it('SIGTERM ends a run with a request that never gets a response', async () => {
    const stage = await open({ activities: 5 });
    const held = stage.simulator.hold({ endpoint: 'streams' });
    const running = launch(stage);
    await held;
    await stop(running);
    expect(await heldLeases(stage.db)).toEqual([]);
    await expectContinued(stage, 'SIGTERM in a hanging request', 1);
  });

  it("SIGTERM ends a run that waits for another machine's refresh", async () => {
    const stage = await open({ activities: 5 });
    const elsewhere = { _id: `refresh:${athleteId}`, epoch: 1, owner: 'other' };
    const worker = { host: 'elsewhere', pid: 1, process: 'elsewhere|boot||1' };
    const expiry = { started_at: new Date(), expires_at: new Date(2 ** 42) };
    await stage.db.collection('workers').insertOne({ _id: 'other', ...worker, ...expiry } as never);
    await stage.db.collection('leases').insertOne({ ...elsewhere } as never);
    const held = stage.proxy.holdReply(commandOn('find', 'leases', isAboutRefresh));
    const running = launch(stage);
    const waiting = await held;
    await stop(running, waiting);
    expect(await heldLeases(stage.db)).toEqual([elsewhere._id]);
  });

  it('SIGTERM ends a run with a silent MongoDB, and the next start does not wait for its leases', async () => {
    const stage = await open({ activities: 12 });
    const { simulator, proxy } = stage;
    const running = launch(stage);
    await simulator.requests.waitFor((log) => log.count('streams') >= 4, maxMs);
    proxy.freeze();
    await stop(running);
    proxy.thaw();
    const next = await stage.run('sync', '--no-wait');
    expect(next.exitCode, next.stderr).toBe(0);
    expect(await stage.differences()).toEqual([]);
  });

  it('SIGTERM ends the daemon between two ticks and during a run', async () => {
    const stage = await open({ activities: 12, env: { SYNC_SCHEDULE: '0 0 1 1 *' } });
    const { simulator } = stage;
    const held = simulator.hold({ endpoint: 'streams' });
    const busy = launch(stage, 'start');
    const waiting = await busy.reach(held);
    await stop(busy, waiting, 0);
    expect(await heldLeases(stage.db)).toEqual([]);
    const idle = launch(stage, 'start');
    await idle.shown('Run done');
    await stop(idle, undefined, 0);
    expect(await heldLeases(stage.db)).toEqual([]);
    expect(await stage.differences()).toEqual([]);
  });
});

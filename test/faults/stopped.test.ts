import { describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import type { Running } from '../support/command.ts';
import { lossesOf } from '../support/losses.ts';
import { commandOn, startMongoProxy } from '../support/mongo-proxy.ts';
import { faultSeed } from '../support/random.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';

const open = useScene();
/** The lease is short, so that the stopped process is soon not believed any more. */
const brief = { LEASE_DURATION: '1s', LOG_LEVEL: 'info' };

/** Everything of the database that a stale writer could spoil. */
async function picture({ db }: Scene): Promise<unknown> {
  const collections = ['activities', 'streams', 'athletes', 'parked'] as const;
  return Promise.all(
    collections.map((name) => db.collection(name).find().sort({ _id: 1 }).toArray()),
  );
}

/** Lets another process take over and store what was changed meanwhile. */
async function takeOver(scene: Scene): Promise<void> {
  const other = await scene.run('sync');
  expect(other.exitCode, other.stderr).toBe(0);
  expect(await scene.differences()).toEqual([]);
}

async function wake(running: Running): Promise<void> {
  running.kill('SIGCONT');
  const { exitCode, stderr } = await running.ended;
  expect(stderr).toContain('LEASE_LOST');
  expect(exitCode, stderr).toBe(75);
}

async function expectNothingStale(scene: Scene, before: unknown, scenario: string): Promise<void> {
  const { simulator, db } = scene;
  const { lost, doubled } = await lossesOf(db, simulator, athleteId);
  const overLimit = simulator.requests.overLimit().length;
  reportFaults(inject('faultReport'), {
    scenario,
    seed: faultSeed,
    faults: { SIGSTOP: 1 },
    requests: scene.countedRequests(),
    overLimit,
    fetchedTwice: simulator.requests.fetchedTwice().length,
    lost: lost.length,
    doubled,
  });
  expect({ lost, doubled, overLimit }).toEqual({ lost: [], doubled: 0, overLimit: 0 });
  expect(await picture(scene)).toEqual(before);
}

describe.concurrent(
  `a process that was stopped and replaced (seed ${faultSeed})`,
  { timeout: 120_000 },
  () => {
    it('does not store the older page that it had in hand', async () => {
      const scene = await open({ seed: faultSeed, activities: 12, env: brief });
      const { simulator } = scene;
      const held = simulator.hold({ endpoint: 'list' });
      const running = scene.launch(['sync', '--no-wait']);
      const waiting = await held;
      running.kill('SIGSTOP');
      waiting.release();
      for (const { id } of simulator.world.activities(athleteId).slice(0, 6)) {
        simulator.world.editActivity(id, { name: 'Renamed meanwhile' });
      }
      await takeOver(scene);
      const before = await picture(scene);
      await wake(running);
      await expectNothingStale(scene, before, 'SIGSTOP with an old page in hand');
    });

    it('does not store the older streams that it had in hand', async () => {
      const scene = await open({ seed: faultSeed, activities: 12, env: brief });
      const { simulator } = scene;
      const held = simulator.hold({ endpoint: 'streams' });
      const running = scene.launch(['sync', '--no-wait']);
      const waiting = await held;
      running.kill('SIGSTOP');
      waiting.release();
      simulator.world.cropActivity(waiting.request.activityId ?? 0, { from: 0.3, to: 0.8 });
      await takeOver(scene);
      const before = await picture(scene);
      await wake(running);
      await expectNothingStale(scene, before, 'SIGSTOP with old streams in hand');
    });

    it.each(['activities', 'streams'])(
      'overwrites nothing in %s by a write that arrives when another has taken over',
      async (collection) => {
        const scene = await open({ seed: faultSeed, activities: 12, env: brief });
        const { simulator } = scene;
        const proxy = await startMongoProxy(inject('mongoUri'));
        const held = proxy.holdCommand(commandOn('update', collection));
        const running = scene.launch(['sync', '--no-wait'], { MONGODB_URI: proxy.uri });
        const waiting = await held;
        running.kill('SIGSTOP');
        for (const { id, isManual } of simulator.world.activities(athleteId)) {
          if (!isManual) simulator.world.cropActivity(id, { from: 0.3, to: 0.8 });
        }
        await takeOver(scene);
        const before = await picture(scene);
        waiting.release();
        await wake(running);
        await expectNothingStale(scene, before, `SIGSTOP in a write to ${collection}`);
        await proxy.close();
      },
    );

    it('goes on by itself with what is true, where it may wait', async () => {
      const scene = await open({ seed: faultSeed, activities: 12, env: brief });
      const { simulator } = scene;
      const held = simulator.hold({ endpoint: 'streams' });
      const running = scene.launch(['sync']);
      const waiting = await held;
      running.kill('SIGSTOP');
      waiting.release();
      simulator.world.cropActivity(waiting.request.activityId ?? 0, { from: 0.3, to: 0.8 });
      await takeOver(scene);
      running.kill('SIGCONT');
      const { exitCode, stderr } = await running.ended;
      expect(exitCode, stderr).toBe(0);
      expect(await scene.differences()).toEqual([]);
      expect(simulator.requests.overLimit()).toEqual([]);
    });
  },
);

import { describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import type { Running } from '../support/command/command.ts';
import { lossesOf } from '../support/faults/losses.ts';
import { commandOn, startMongoProxy } from '../support/mongodb/mongo-proxy.ts';
import { faultSeed } from '../support/faults/random.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';

const open = useScene();
/** A short lease, so that the stopped process soon loses it. */
const brief = { LEASE_DURATION: '1s', LOG_LEVEL: 'info' };

/** All data that a stale writer could spoil. */
async function picture({ db }: Scene): Promise<unknown> {
  const collections = ['activities', 'streams', 'athletes', 'parked'] as const;
  return Promise.all(
    collections.map((name) => db.collection(name).find().sort({ _id: 1 }).toArray()),
  );
}

/** Lets another process take over and store the changes. */
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
    it('a replaced process does not store the older page that it has read', async () => {
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

    it('a replaced process does not store the older streams that it has read', async () => {
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

    it.each([
      ['update', 'activities'],
      ['insert', 'streams'],
    ])(
      'a replaced process overwrites nothing by a delayed %s of %s',
      async (command, collection) => {
        const scene = await open({ seed: faultSeed, activities: 12, env: brief });
        const { simulator } = scene;
        const proxy = await startMongoProxy(inject('mongoUri'));
        const held = proxy.holdCommand(commandOn(command, collection));
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

    it('a replaced process continues with the new state if it may wait', async () => {
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

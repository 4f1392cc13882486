import { describe, expect, it } from 'vitest';

import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, useScene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';

const onceAYear = { SYNC_SCHEDULE: '0 0 1 1 *' };
const collection = (scene: Scene, name: string) => scene.db.collection(name).find().toArray();

describe('webhook', () => {
  const openScene = useScene();

  it('subscribes, lists, receives events and unsubscribes beside the daemon', async () => {
    const scene = await openScene({ activities: 1 });
    const { simulator } = scene;
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    const daemon = scene.begin(['start'], { ...onceAYear, HTTP_PORT: String(port) });
    await daemon.shown(`listens at ${url}`);
    await eventually(async () => (await scene.differences()).length === 0);

    const made = await scene.run('webhook', 'subscribe', '--callback-url', url, '--json');
    expect(made.exitCode).toBe(0);
    const { id, callbackUrl } = JSON.parse(made.stdout) as { id: number; callbackUrl: string };
    const { pathname } = new URL(callbackUrl);
    expect(pathname).toMatch(/^\/[\w-]{32}$/);
    const listed = await scene.call('webhook', 'list', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id, callbackUrl, isOurs: true }]);

    const requested = simulator.requests.count();
    const forged = JSON.stringify({
      object_type: 'activity',
      object_id: 1,
      aspect_type: 'create',
      owner_id: 4711,
      subscription_id: id,
      event_time: 1,
    });
    const post = (path: string) => fetch(`${url}${path}`, { method: 'POST', body: forged });
    const responses = await Promise.all(
      Array.from({ length: 100 }, (_, index) => post(index % 2 === 0 ? pathname : '/guessed')),
    );
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([404]));
    expect(await collection(scene, 'events')).toEqual([]);
    expect(simulator.requests.count()).toBe(requested);

    const added = simulator.world.addActivity(athleteId);
    await simulator.eventsSettled();
    expect(simulator.events).toMatchObject([{ attempts: [200] }]);
    expect(await collection(scene, 'events')).toMatchObject([
      { _id: `activity:${added}`, owner_id: athleteId },
    ]);

    const ended = await scene.call('webhook', 'unsubscribe');
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).toContain(`Unsubscribed (${id}).`);
    expect(await collection(scene, 'subscriptions')).toEqual([]);

    daemon.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await daemon.ended;
    expect(exitCode).toBe(0);
    expect(`${stdout}${stderr}`).not.toContain(pathname);
    expect(`${made.stderr}${listed.stderr}${ended.stderr}`).toBe('');
  });
});

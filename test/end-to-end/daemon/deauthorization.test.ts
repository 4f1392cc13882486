import { describe, expect, it } from 'vitest';

import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import { useScene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';

const delivered = { 'sync.deauthorization_notified_at': { $exists: true } };
const withdrawn = { 'sync.deauthorized_at': { $exists: true } };

describe('a deauthorization event', () => {
  const openScene = useScene();

  it('is handled by the next start if the daemon is killed after acknowledging it', async () => {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    const env = { SYNC_SCHEDULE: '0 0 1 1 *', HTTP_PORT: String(port) };
    const scene = await openScene({ activities: 2, env });
    const { simulator, db } = scene;
    const daemon = scene.launch(['start']);
    await daemon.shown(`listens at ${url}`);
    await daemon.shown('Run done');
    const made = await scene.call('webhook', 'subscribe', '--callback-url', url);
    expect(made.exitCode, made.stderr).toBe(0);

    const holding = simulator.hold({ endpoint: 'token' });
    simulator.deauthorize(1001);
    const verifying = await daemon.reach(holding);
    await simulator.eventsSettled();
    // The daemon may not know a new subscription yet: then Strava sends the event again.
    expect(simulator.events.map(({ attempts }) => attempts.at(-1))).toEqual([200]);
    daemon.kill('SIGKILL');
    await daemon.ended;
    verifying.drop();
    expect(await db.collection('athletes').countDocuments(delivered)).toBe(1);
    expect(await db.collection('tokens').countDocuments()).toBe(1);

    const next = scene.begin(['start']);
    await eventually(async () => (await db.collection('tokens').countDocuments()) === 0);
    await eventually(async () => (await db.collection('athletes').countDocuments(delivered)) === 0);
    expect(await db.collection('athletes').countDocuments(withdrawn)).toBe(1);
    expect(await scene.differences()).toEqual([]);
    next.kill('SIGTERM');
    expect((await next.ended).exitCode).toBe(0);
  });
});

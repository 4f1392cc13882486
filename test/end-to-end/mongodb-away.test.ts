import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { findFreePort } from '../../src/embedded-mongodb/loopback-port.ts';
import { startMemoryServer } from '../support/memory-server.ts';
import { logIn } from '../support/mirror.ts';
import { athleteId, useScene } from '../support/scene.ts';

describe.concurrent('while MongoDB is away', () => {
  const openScene = useScene();

  it('the daemon reports it and retries until MongoDB appears', async () => {
    const scene = await openScene({ activities: 4, isLoggedIn: false });
    const port = await findFreePort();
    const uri = `mongodb://127.0.0.1:${port}`;
    const daemon = scene.launch(['start'], { MONGODB_URI: uri, SYNC_SCHEDULE: '* * * * * *' });
    await daemon.shown('MongoDB is away');
    const mongod = await startMemoryServer({ port });
    const client = new MongoClient(uri);
    try {
      await daemon.shown('Domestique is running');
      const db = client.db(scene.mongodb.name);
      await logIn(db, scene.simulator, athleteId);
      await daemon.shown(/Run done: 4 new/);
      daemon.kill('SIGTERM');
      expect((await daemon.ended).exitCode).toBe(0);
    } finally {
      await client.close();
      await mongod.stop();
    }
  });

  it.each([
    ['start', 0],
    ['sync', 143],
    ['status', 143],
  ])('%s that SIGTERM ends while MongoDB is away has exit code %i', async (command, expected) => {
    const scene = await openScene({ activities: 1, isLoggedIn: false });
    const uri = `mongodb://user:canary@127.0.0.1:${await findFreePort()}`;
    const waiting = scene.launch([command], { MONGODB_URI: uri });
    await waiting.shown('MongoDB is away');
    waiting.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await waiting.ended;
    expect(exitCode).toBe(expected);
    expect(`${stdout}${stderr}`).not.toContain('canary');
  });
});

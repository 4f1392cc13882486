import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import { startMemoryServer } from '../../support/mongodb/memory-server.ts';
import { logIn } from '../../support/mirror.ts';
import { athleteId, useScene } from '../../support/scene.ts';

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
    ['backup --out never', 143],
  ])('%s that SIGTERM ends while MongoDB is away has exit code %i', async (command, expected) => {
    const scene = await openScene({ activities: 1, isLoggedIn: false });
    const uri = `mongodb://user:canary@127.0.0.1:${await findFreePort()}`;
    const waiting = scene.launch(command.split(' '), { MONGODB_URI: uri });
    await waiting.shown('MongoDB is away');
    waiting.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await waiting.ended;
    expect(exitCode).toBe(expected);
    expect(`${stdout}${stderr}`).not.toContain('canary');
  });

  /** Accepts connections and never responds. */
  async function startSilentServer() {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const close = (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    return { uri: `mongodb://127.0.0.1:${port}`, [Symbol.dispose]: close };
  }

  it.each([
    ['status', 'run'],
    ['query totals-by-month', 'run'],
    ['list', 'call'],
    ['show 1', 'call'],
    ['accounts', 'call'],
  ] as const)('%s does not wait for it, and says the reason', async (command, how) => {
    using silent = await startSilentServer();
    const scene = await openScene({ activities: 1, isLoggedIn: false });
    const reasons = new Map([
      [silent.uri, /timed out|no response/],
      [`mongodb://127.0.0.1:${await findFreePort()}`, /ECONNREFUSED/],
      ['mongodb://mongodb.invalid', /mongodb\.invalid|no response/],
    ]);
    const answers = [...reasons].map(async ([uri, reason]) => {
      const { exitCode, stderr } = await scene[`${how}With`](
        { MONGODB_URI: uri },
        ...command.split(' '),
      );
      expect(exitCode, stderr).toBe(1);
      expect(stderr).toMatch(/^MongoDB does not answer \(.*\)\. Check that it runs/);
      expect(stderr).toMatch(reason);
    });
    await Promise.all(answers);
  });
});

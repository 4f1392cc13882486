import { MongoClient } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { findFreePort } from '../../src/embedded-mongodb/loopback-port.ts';
import type { Running } from '../support/command.ts';
import { logIn } from '../support/mirror.ts';
import { startOwnMongod } from '../support/own-mongod.ts';
import type { Scene } from '../support/scene.ts';
import { printedJson, athleteId, useScene } from '../support/scene.ts';
import { eventually } from '../support/waiting.ts';

const onceAYear = { SYNC_SCHEDULE: '0 0 1 1 *' };

interface Probed {
  readonly status: number;
  readonly reasons: string;
}

interface Daemon {
  readonly port: string;
  readonly url: string;
  readonly command: Running;
  probe(path: string): Promise<Probed>;
  /** Resolves when the path answers so. */
  reaches(path: string, status: number): Promise<void>;
  stop(): Promise<void>;
}

async function startDaemon(scene: Scene, env: Record<string, string> = {}): Promise<Daemon> {
  const port = String(await findFreePort());
  const url = `http://127.0.0.1:${port}`;
  const command = scene.launch(['start'], { ...onceAYear, HTTP_PORT: port, ...env });
  const probe = async (path: string): Promise<Probed> => {
    const answer = await fetch(`${url}${path}`).catch(() => undefined);
    if (answer === undefined) return { status: 0, reasons: '' };
    const { reasons } = (await answer.json()) as { reasons: readonly string[] };
    return { status: answer.status, reasons: reasons.join(' ') };
  };
  return {
    port,
    url,
    command,
    probe,
    reaches: (path, status) =>
      command.reach(eventually(async () => (await probe(path)).status === status, 60_000)),
    stop: async () => {
      command.kill('SIGTERM');
      expect((await command.ended).exitCode).toBe(0);
    },
  };
}

/** Bounds on hanging: the pauses between two tries to reach MongoDB grow to ten seconds. */
describe.concurrent('the health of the daemon', { timeout: 180_000 }, () => {
  const openScene = useScene();

  it('is good while it waits for the quota, and health ends with 0', async () => {
    const env = { STRAVA_QUOTA_SHORT: '10', STRAVA_QUOTA_SHORT_WINDOW: '1m' };
    const scene = await openScene({ activities: 40, env: { ...env, STRAVA_QUOTA_DAILY: '10' } });
    const daemon = await startDaemon(scene);
    await daemon.command.shown('Quota spent, waiting until');
    await daemon.reaches('/readyz', 200);
    expect((await daemon.probe('/readyz')).reasons).toBe('MongoDB answers; logged in: 1.');
    const text = await scene.runWith({ HTTP_PORT: daemon.port }, 'health');
    expect(text.exitCode, text.stdout).toBe(0);
    expect(text.stdout).toMatch(/^Live\. All is in motion: .*\nReady\. MongoDB answers; .*\n$/);
    // The run's loop goes on telling that it turns: its silence is shorter than the run is long.
    const startedMs = performance.now();
    await eventually(async () => {
      const { reasons } = await daemon.probe('/livez');
      const isRecent = /run's loop turned [0-2] seconds? ago/.test(reasons);
      return performance.now() - startedMs > 4_000 && isRecent;
    });
    await daemon.stop();
  });

  it('is bad while MongoDB is away, at the start and later, and good again when it is back', async () => {
    const scene = await openScene({ activities: 2, isLoggedIn: false });
    const mongod = await startOwnMongod();
    try {
      {
        // It is killed at once.
        await using client = new MongoClient(mongod.uri, { writeConcern: { journal: true } });
        await logIn(client.db(scene.mongodb.name), scene.simulator, athleteId);
      }
      await mongod.kill();
      const daemon = await startDaemon(scene, { MONGODB_URI: mongod.uri });
      await daemon.reaches('/readyz', 503);
      expect((await daemon.probe('/readyz')).reasons).toContain('The database is not open yet');
      expect(await daemon.probe('/livez')).toMatchObject({ status: 200 });
      await mongod.restart();
      await daemon.reaches('/readyz', 200);

      await mongod.kill();
      await daemon.reaches('/readyz', 503);
      expect((await daemon.probe('/readyz')).reasons).toBe('MongoDB does not answer.');
      expect(await daemon.probe('/livez')).toMatchObject({ status: 200 });
      const ended = await scene.runWith({ HTTP_PORT: daemon.port }, 'health', '--json');
      expect(ended.exitCode).toBe(1);
      expect(printedJson(ended)).toMatchObject({
        address: daemon.url,
        isHealthy: false,
        live: { isAnswered: true, isHealthy: true },
        ready: { isAnswered: true, isHealthy: false, reasons: ['MongoDB does not answer.'] },
      });
      await mongod.restart();
      await daemon.reaches('/readyz', 200);
      await daemon.stop();
    } finally {
      await mongod.remove();
    }
  });
});

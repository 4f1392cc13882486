import { describe, expect, it } from 'vitest';
import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import type { Running } from '../../support/command/command.ts';
import { startKilledMongod } from '../../support/mongodb/killed-mongod.ts';
import type { Scene } from '../../support/scene.ts';
import { printedJson, useScene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';

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
  /** Resolves when the path responds with the status. */
  reaches(path: string, status: number): Promise<void>;
  stop(): Promise<void>;
}

async function startDaemon(
  scene: Scene,
  env: Record<string, string> = {},
  start = scene.begin,
): Promise<Daemon> {
  const port = String(await findFreePort());
  const url = `http://127.0.0.1:${port}`;
  const command = start(['start'], { ...onceAYear, HTTP_PORT: port, ...env });
  const probe = async (path: string): Promise<Probed> => {
    const response = await fetch(`${url}${path}`).catch(() => undefined);
    if (response === undefined) return { status: 0, reasons: '' };
    const { reasons } = (await response.json()) as { reasons: readonly string[] };
    return { status: response.status, reasons: reasons.join(' ') };
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

/** A generous bound: the pauses between attempts to reach MongoDB grow to ten seconds. */
describe.concurrent('the health of the daemon', { timeout: 180_000 }, () => {
  const openScene = useScene();

  it('is healthy while waiting for the quota, and health ends with 0', async () => {
    const env = { STRAVA_QUOTA_SHORT: '10', STRAVA_QUOTA_SHORT_WINDOW: '1m' };
    const scene = await openScene({ activities: 40, env: { ...env, STRAVA_QUOTA_DAILY: '10' } });
    const daemon = await startDaemon(scene, {}, scene.launch);
    await daemon.command.shown('Quota spent, waiting until');
    await daemon.reaches('/readyz', 200);
    expect((await daemon.probe('/readyz')).reasons).toBe('MongoDB responds; logged in: 1.');
    const text = await scene.callWith({ HTTP_PORT: daemon.port }, 'health');
    expect(text.exitCode, text.stdout).toBe(0);
    expect(text.stdout).toMatch(
      /^Live\. All loops are running: .*\nReady\. MongoDB responds; .*\n$/,
    );
    // The run's loop keeps reporting iterations: its silence is shorter than the run.
    const startedMs = performance.now();
    await eventually(async () => {
      const { reasons } = await daemon.probe('/livez');
      const isRecent = /run's loop ran [0-2] seconds? ago/.test(reasons);
      return performance.now() - startedMs > 4_000 && isRecent;
    });
    await daemon.stop();
  });

  it('is unhealthy while MongoDB is away, at the start and later, and recovers', async () => {
    const scene = await openScene({ activities: 2, isLoggedIn: false });
    const mongod = await startKilledMongod(scene);
    try {
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

import { afterEach, describe, expect, it } from 'vitest';
import { start } from '../../../src/features/daemon/command.ts';
import { logIn } from '../../support/mirror.ts';
import type { TestProgram } from '../../support/command/program.ts';
import type { Rounds } from '../../support/rounds.ts';
import { useRounds } from '../../support/rounds.ts';
import { athleteNamed } from '../../support/scene.ts';
import { packageVersion } from '../../support/command/command.ts';
import { eventually } from '../../support/waiting.ts';

const open = useRounds();
const running: { readonly program: TestProgram; readonly ended: Promise<unknown> }[] = [];

afterEach(async () => {
  for (const { program } of running) program.stop();
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});

/** A daemon of this process; resolves with its address. */
async function startDaemon(scene: Rounds, schedule: string): Promise<string> {
  const program = scene.program({ SYNC_SCHEDULE: schedule, HTTP_PORT: '0' });
  running.push({ program, ended: start(program) });
  const listening = /The HTTP server listens at (http:[^"]*?)\."/;
  await eventually(() => listening.test(program.logged()));
  return listening.exec(program.logged())?.[1] ?? '';
}

async function readiness(url: string): Promise<{ status: number; reasons: readonly string[] }> {
  const response = await fetch(`${url}/readyz`);
  const { reasons } = (await response.json()) as { reasons: readonly string[] };
  return { status: response.status, reasons };
}

describe('the health of the daemon', () => {
  it('responds to GET and HEAD only, names no athlete, and leaves other paths unknown', async () => {
    const url = await startDaemon(await open({ activities: 2 }), '0 0 1 1 *');
    for (const path of ['/livez', '/readyz']) {
      const got = await fetch(`${url}${path}`);
      const text = await got.text();
      expect(got.headers.get('content-type')).toContain('application/json');
      expect(JSON.parse(text)).toMatchObject({ status: 'ok' });
      expect(text).not.toContain('1001');
      const head = await fetch(`${url}${path}`, { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
      const posted = await fetch(`${url}${path}`, { method: 'POST', body: '{}' });
      expect(posted.status).toBe(404);
    }
    expect((await fetch(`${url}/livez/more`)).status).toBe(404);
    const live: unknown = await (await fetch(`${url}/livez`)).json();
    expect(live).toMatchObject({ version: packageVersion() });
  });

  it('fails after two failed runs, and names the code of the failure', async () => {
    const scene = await open({ activities: 2 });
    const url = await startDaemon(scene, '0 0 1 1 *');
    const failed = { reason: 'schedule', command: 'start', host: 'here', pid: 7 };
    const now = Date.now() + 60_000;
    const runs = [1, 2].map((index) => ({
      ...failed,
      client_id: scene.simulator.clientId,
      started_at: new Date(now + index),
      ended_at: new Date(now + index),
      outcome: 'failed',
      error: 'No key opens the login of athlete 1001.',
      error_code: 'TOKEN_KEY',
    }));
    await scene.db.collection('runs').insertMany(runs);
    const reasons = ['Every run fails (TOKEN_KEY). Run: npm run status'];
    await eventually(async () => (await readiness(url)).status === 503);
    expect(await readiness(url)).toEqual({ status: 503, reasons });
  });

  it('fails if no athlete is logged in or all have to log in again, and passes if only some have to', async () => {
    const athletes = [athleteNamed('Ada', 1001, 2), athleteNamed('Bob', 1002, 2)];
    const scene = await open({ athletes });
    await scene.db.collection('tokens').deleteMany({});
    const url = await startDaemon(scene, '* * * * * *');
    expect(await readiness(url)).toEqual({
      status: 503,
      reasons: ['Nobody is logged in. Run: npm run auth'],
    });
    for (const { id } of athletes) await logIn(scene.db, scene.simulator, id);
    const reaches = (status: number, reason: string): Promise<void> =>
      eventually(async () => {
        const found = await readiness(url);
        return found.status === status && found.reasons.includes(reason);
      });
    await reaches(200, 'MongoDB responds; logged in: 2.');
    scene.simulator.deauthorize(1001);
    await reaches(200, 'MongoDB responds; logged in: 1; to log in again: 1.');
    scene.simulator.deauthorize(1002);
    await reaches(503, 'Every athlete (2) has to log in again. Run: npm run auth');
  });
});

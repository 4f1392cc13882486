import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../../../src/embedded-mongodb/loopback-port.ts';
import { printedJson, useScene } from '../../support/scene.ts';
import { terminalOf } from '../../support/command/typed-terminal.ts';

interface Line {
  readonly check: string;
  readonly mark: string;
  readonly found: string;
}

describe.concurrent('doctor', () => {
  const openScene = useScene();
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-doctor-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('doctor finds all well without a request that counts, and changes nothing', async () => {
    const scene = await openScene({ activities: 1 });
    const collections = await scene.db.listCollections().toArray();
    const { exitCode, stdout, stderr } = await scene.run('doctor');
    expect(exitCode, `${stdout}${stderr}`).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/).slice(0, 2).join(' '))).toEqual([
      'ok Node.js',
      'ok Settings',
      'ok Files',
      'ok MongoDB',
      'ok MongoDB',
      'ok Logins',
      'ok Strava',
      'ok Strava',
      'ok Webhook',
      ...lines.slice(9).map(() => expect.stringMatching(/^(ok|warning) Disk$/) as string),
    ]);
    expect(lines.length).toBeGreaterThan(9);
    expect(stderr).toBe('');
    expect(scene.countedRequests()).toBe(0);
    expect(await scene.db.listCollections().toArray()).toHaveLength(collections.length);
  });

  it('doctor says with 1 that MongoDB is away, and still checks Strava', async () => {
    const scene = await openScene({ activities: 1 });
    const uri = `mongodb://user:canary@127.0.0.1:${await findFreePort()}`;
    const ended = await scene.runWith({ MONGODB_URI: uri }, 'doctor', '--json');
    expect(ended.exitCode).toBe(1);
    const { result, checks } = printedJson(ended) as { result: string; checks: readonly Line[] };
    expect(result).toBe('failed');
    const marks = new Map(checks.map(({ check, mark }) => [check, mark]));
    expect(Object.fromEntries(marks)).toMatchObject({
      MongoDB: 'failed',
      Logins: 'skipped',
      Webhook: 'skipped',
      Strava: 'ok',
    });
    const mongo = checks.find(({ check }) => check === 'MongoDB');
    expect(mongo?.found).toContain('MongoDB does not answer (connect ECONNREFUSED');
    expect(`${ended.stdout}${ended.stderr}`).not.toContain('canary');
  });

  it('doctor warns with 0 of a secret that others can read', async () => {
    const scene = await openScene({ activities: 1 });
    const file = join(folder, 'secret');
    await writeFile(file, scene.simulator.clientSecret, { mode: 0o644 });
    const env = { STRAVA_CLIENT_SECRET: '', STRAVA_CLIENT_SECRET_FILE: file };
    const { exitCode, stdout } = await scene.runWith(env, 'doctor');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^warning +Files +The file of STRAVA_CLIENT_SECRET_FILE can be read by other users/m,
    );
    expect(stdout).not.toContain(scene.simulator.clientSecret);
  });

  it.each([60, 80, 120])('doctor breaks its lines between words at %i columns', async (columns) => {
    const scene = await openScene({ activities: 1 });
    const args = terminalOf(columns, 'bin/domestique', 'doctor');
    const env = { MONGODB_URI: `mongodb://127.0.0.1:${await findFreePort()}` };
    const { exitCode, stdout } = await scene.launch(args, env, { program: 'python3' }).ended;
    expect(exitCode, stdout).toBe(1);
    const lines = stdout.trimEnd().split(/\r?\n/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    expect(lines.filter((line) => /^failed +MongoDB /.test(line))).toHaveLength(1);
  });

  it('doctor names every wrong setting with 2, and still checks the others', async () => {
    const scene = await openScene({ activities: 1 });
    const env = { SYNC_SINCE: 'never', HTTP_PORT: 'x', HTTPS_PROXY: '::', LOG_LEVEL: 'loud' };
    const { exitCode, stdout, stderr } = await scene.runWith(env, 'doctor');
    expect(exitCode).toBe(2);
    expect(stdout.match(/^failed +Settings/gm)).toHaveLength(4);
    expect(stdout).toMatch(/^failed +Settings +SYNC_SINCE: /m);
    expect(stdout).toMatch(/^ok +Node\.js/m);
    expect(stdout).toMatch(/^ok +Files/m);
    expect(stdout).toMatch(/^skipped +Others/m);
    expect(stderr).toBe('');
  });

  it('doctor names a login that the key file does not open', async () => {
    const scene = await openScene({ activities: 1 });
    const keyFile = join(folder, 'keys');
    await writeFile(keyFile, 'no key\n', { mode: 0o600 });
    const { exitCode, stdout } = await scene.runWith({ TOKEN_KEY_FILE: keyFile }, 'doctor');
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^failed +Logins +TOKEN_KEY_FILE: line 1 is not 32 bytes as base64/m);
  });

  it('doctor looks at the embedded MongoDB without starting it', async () => {
    const scene = await openScene({ activities: 1 });
    const dataDir = join(folder, 'data');
    await mkdir(dataDir);
    const port = String(await findFreePort());
    const env = { MONGODB_URI: '', MONGODB_PORT: port, DATA_DIR: dataDir };
    const { exitCode, stdout } = await scene.runWith(env, 'doctor');
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toMatch(/^ok +MongoDB +The embedded MongoDB does not run/m);
    expect(stdout).toMatch(/^skipped +Logins .* Start the embedded one with npm run db/m);
  });
});

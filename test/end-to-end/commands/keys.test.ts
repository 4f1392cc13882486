import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openVault } from '../../../src/mongo/tokens/token-vault.ts';
import { createTokenStore } from '../../../src/mongo/tokens/tokens.ts';
import type { Tokens } from '../../../src/sync/ports/tokens.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { open } from '../../mongo/base/connection-of.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, useScene } from '../../support/scene.ts';

describe.concurrent('encrypted logins', () => {
  const openScene = useScene();
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-keys-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function stored({ db }: Scene): Promise<string> {
    return JSON.stringify(await db.collection('tokens').find().toArray());
  }

  /** The login as a process with the key reads it. */
  async function openedLogin({ mongodb }: Scene, path: string): Promise<Tokens | undefined> {
    const store = await open(mongodb);
    try {
      const vault = await openVault(path, () => undefined);
      return await createTokenStore(store, everyApplication, vault).load(athleteId);
    } finally {
      await store.close();
    }
  }

  it('encrypted logins are made from plain ones, and survive a key rotation beside a running sync', async () => {
    const path = join(folder, 'rotated');
    const env = { TOKEN_KEY_FILE: path };
    const scene = await openScene({ activities: 40, accessTokenLifetimeMs: 3_000, env });
    const plain = await scene.db.collection('tokens').findOne({});
    const made = await scene.run('keys', 'new');
    expect(made.exitCode, made.stderr).toBe(0);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const key = (await readFile(path, 'utf8')).split('\n')[1] ?? '';
    expect(key).toMatch(/^[\w+/]{43}=$/);

    scene.simulator.setQuota({ short: 15, shortWindowMs: 2_000 });
    const quota = { STRAVA_QUOTA_SHORT: '15', STRAVA_QUOTA_SHORT_WINDOW: '2s' };
    const command = scene.launch(['sync'], quota);
    await command.reach(
      scene.simulator.requests.waitFor((log) => log.count('streams') >= 5, 60_000),
    );
    expect(await stored(scene)).not.toContain(String(plain?.['refresh_token']));
    const rotation = await scene.call('keys', 'rotate');
    expect(rotation.exitCode, rotation.stderr).toBe(0);
    expect(rotation.stdout).toMatch(
      /^The key \w+ is the current one: 1 login .* 1 old key removed/,
    );
    const { exitCode, stdout, stderr } = await command.ended;
    expect(exitCode, stderr).toBe(0);
    expect(scene.simulator.requests.tokenRefreshes()).toBeGreaterThan(1);
    expect(await scene.differences()).toEqual([]);

    const content = await readFile(path, 'utf8');
    expect(content).not.toContain(key);
    const all = await stored(scene);
    const login = await openedLogin(scene, path);
    expect(scene.simulator.isRefreshTokenLive(login?.refreshToken ?? '')).toBe(true);
    for (const token of [login?.accessToken, login?.refreshToken]) expect(all).not.toContain(token);
    for (const { stdout: out, stderr: err } of [made, rotation, { stdout, stderr }]) {
      expect(out + err).not.toContain(key);
      expect(out + err).not.toContain(content.split('\n')[1]);
    }
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(JSON.parse(all)).toMatchObject([{ refresh_token: { v: 1 }, access_token: { v: 1 } }]);
  });

  it('encrypted logins stay unchanged with one error sentence where the key is wrong, missing or invalid', async () => {
    const path = join(folder, 'wrong');
    const env = { TOKEN_KEY_FILE: path };
    const scene = await openScene({ activities: 3 });
    await scene.callWith(env, 'keys', 'new');
    expect((await scene.callWith(env, 'sync')).exitCode).toBe(0);
    const before = await stored(scene);
    await rename(path, `${path}-right`);

    const rejections: [Record<string, string>, RegExp][] = [
      [
        {},
        /^The login in tokens \(athlete 1001\) is encrypted, and TOKEN_KEY_FILE is not set\. .*$/,
      ],
      [env, /^TOKEN_KEY_FILE: the file cannot be read \(there is no such file or folder\); .*$/],
    ];
    for (const [variables, sentence] of rejections) {
      const { exitCode, stderr } = await scene.runWith(variables, 'sync');
      expect(exitCode).toBe(2);
      expect(stderr.trim()).toMatch(sentence);
    }
    await scene.callWith(env, 'keys', 'new');
    await chmod(path, 0o644);
    const other = await scene.callWith({ ...env, LOG_LEVEL: 'warn' }, 'sync');
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain('can be read by other users');
    expect(other.stderr).toMatch(
      /encrypted with the key \w+, which TOKEN_KEY_FILE does not hold\./,
    );
    await writeFile(path, 'no key\n');
    expect((await scene.callWith(env, 'keys', 'rotate')).stderr).toMatch(
      /^TOKEN_KEY_FILE: line 1 is not 32 bytes/,
    );
    expect(await stored(scene)).toBe(before);

    await rename(`${path}-right`, path);
    expect((await scene.callWith(env, 'sync')).exitCode).toBe(0);
  });

  it('keys new prints the setting, and overwrites no key', async () => {
    const scene = await openScene({ activities: 0 });
    const unset = await scene.call('keys', 'new');
    expect(unset.exitCode).toBe(2);
    expect(unset.stderr).toContain('TOKEN_KEY_FILE: is not set');
    const path = join(folder, 'mine');
    await writeFile(path, 'mine');
    const over = await scene.callWith({ TOKEN_KEY_FILE: path }, 'keys', 'new');
    expect(over.exitCode).toBe(2);
    expect(await readFile(path, 'utf8')).toBe('mine');
  });
});

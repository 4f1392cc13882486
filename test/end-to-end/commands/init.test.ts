import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { projectFolder } from '../../support/command/command.ts';
import { useScene } from '../../support/scene.ts';
import type { Step } from '../../support/command/typed-terminal.ts';
import { typedTerminal } from '../../support/command/typed-terminal.ts';

describe('init on a terminal', () => {
  const openScene = useScene();
  const clones: string[] = [];
  afterAll(() => Promise.all(clones.map((clone) => rm(clone, { recursive: true }))));

  /** A clone without a configuration of its own. */
  async function makeClone(): Promise<string> {
    const clone = await mkdtemp(join(tmpdir(), 'domestique-clone-'));
    clones.push(clone);
    await mkdir(join(clone, 'config'));
    for (const name of ['src', 'bin', 'package.json', 'config/default.json']) {
      await cp(join(projectFolder, name), join(clone, name), { recursive: true });
    }
    await symlink(join(projectFolder, 'node_modules'), join(clone, 'node_modules'));
    return clone;
  }

  async function runInit(steps: readonly Step[]) {
    const clone = await makeClone();
    const scene = await openScene({ activities: 1, isLoggedIn: false, env: { TERM: 'xterm' } });
    const env = { STRAVA_CLIENT_ID: '', STRAVA_CLIENT_SECRET: '', AUTH_PORT: '0' };
    const args = typedTerminal(steps, join(clone, 'bin/domestique'), 'init');
    const ended = await scene.launch(args, env, { program: 'python3' }).ended;
    return { ...ended, file: join(clone, 'config/secrets.json') };
  }

  const secret = 'c0ffee'.padEnd(40, 'c0ffee');

  it('init on a terminal writes the file without showing the secret, and goes on with the login', async () => {
    const { stdout, exitCode, file } = await runInit([
      ['Client ID: ', '12345\r'],
      ['Client Secret (not shown): ', `${secret}\r`],
      ['Notifications (not shown): ', '\r'],
      ['[Y/n] ', 'y\r'],
      ['client_id=12345', '\u0003'],
    ]);
    expect(stdout).toContain('MongoDB is set already (variable MONGODB_URI).');
    expect(stdout).toContain('Stopped. Nothing was changed.');
    expect(stdout).not.toContain('c0ffee');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      strava: { clientId: '12345', clientSecret: secret },
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(exitCode).toBe(130);
  });

  it.each(['<&-', '< /dev/null'])(
    'init on a terminal with its input from %s ends with 2',
    async (input) => {
      const scene = await openScene({ activities: 1, isLoggedIn: false });
      const program = join(projectFolder, 'bin/domestique');
      const env = { STRAVA_CLIENT_ID: '', STRAVA_CLIENT_SECRET: '' };
      const line = `exec '${program}' init ${input}`;
      const { exitCode, stderr } = await scene.launch(['-c', line], env, { program: '/bin/sh' })
        .ended;
      expect(stderr).toMatch(
        /^init asks questions, and there is no terminal: set STRAVA_CLIENT_ID/,
      );
      expect(exitCode).toBe(2);
    },
  );

  it.each([
    ['Client ID: ', '\u0003'],
    ['Client Secret (not shown): ', '\u0003'],
    ['Client Secret (not shown): ', '\u0004'],
  ])('a stop at %s writes nothing', async (question, typed) => {
    const before: readonly Step[] = question.startsWith('Client ID')
      ? []
      : [['Client ID: ', '1\r']];
    const { stdout, file, exitCode } = await runInit([...before, [question, typed]]);
    expect(stdout).toContain('Stopped. Nothing was written.');
    expect(exitCode).toBe(130);
    expect(existsSync(file)).toBe(false);
  });
});

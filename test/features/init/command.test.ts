import { readFileSync, statSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import type { UserFolders } from '../../../src/config/user-folders.ts';
import { UsageError } from '../../../src/errors.ts';
import { init } from '../../../src/features/init/command.ts';
import type { ProjectFolder } from '../../config/project-folder.ts';
import { createProjectFolder } from '../../config/project-folder.ts';
import { capture, createTestProgram } from '../../support/command/program.ts';

type Step = readonly [prompt: RegExp, reply: string];

const secret = 'c0ffee'.padEnd(40, 'c0ffee');
const noLogin: Step = [/Log an athlete in/, 'n'];

/** Answers each question as it is asked. */
async function answer(
  project: ProjectFolder,
  steps: readonly Step[],
  env = {},
  userFolders?: UserFolders,
) {
  const input = Object.assign(new PassThrough(), { isTTY: true as const });
  const terminal = capture();
  const base = createTestProgram({ isTerminal: true });
  const program = {
    ...base,
    configSource: { env, configDir: project.configDir, ...(userFolders && { userFolders }) },
    print: (text: string) => void terminal.stream.write(`${text}\n`),
    stderr: terminal.stream as unknown as NodeJS.WriteStream,
  };
  const running = init(program, input);
  let seen = 0;
  for (const [prompt, reply] of steps) {
    await Promise.race([terminal.waitFor(prompt, seen), running]);
    seen = terminal.text().length;
    input.write(reply === '\u0003' ? reply : `${reply}\r`);
  }
  return { next: await running, transcript: terminal.text() };
}

const secretsOf = ({ configDir }: ProjectFolder): unknown =>
  JSON.parse(readFileSync(join(configDir, 'secrets.json'), 'utf8'));

describe('init', () => {
  it('init writes what was replied to config/secrets.json, readable by its owner only', async () => {
    using project = createProjectFolder();
    const { next, transcript } = await answer(project, [
      [/Client ID: /, '12345'],
      [/Client Secret \(not shown\): /, secret],
      [/MongoDB \(not shown\): /, 'mongodb://127.0.0.1:27017'],
      [/Notifications \(not shown\): /, '/usr/local/bin/tell me'],
      noLogin,
    ]);
    expect(secretsOf(project)).toEqual({
      strava: { clientId: '12345', clientSecret: secret },
      mongodb: { uri: 'mongodb://127.0.0.1:27017' },
      notify: { command: '/usr/local/bin/tell me' },
    });
    expect(statSync(join(project.configDir, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(transcript).toContain('https://www.strava.com/settings/api');
    expect(transcript).toContain('npm run auth');
    expect(transcript).not.toContain('c0ffee');
    expect(next).toBe(0);
  });

  it('init asks again after an invalid reply, and says what is right', async () => {
    using project = createProjectFolder();
    const { transcript } = await answer(project, [
      [/Client ID: /, 'my app'],
      [/Client ID must be digits only[^]*Client ID: /, ''],
      [/Client ID is needed[^]*Client ID: /, '12345'],
      [/Client Secret[^]*: /, 'two words'],
      [/one word[^]*Client Secret \(not shown\): /, secret],
      [/MongoDB \(not shown\): /, 'http://localhost'],
      [/must begin with mongodb:[^]*MongoDB \(not shown\): /, ''],
      [/Notifications \(not shown\): /, 'ftp://example.org'],
      [/an http\(s\) address[^]*Notifications \(not shown\): /, ''],
      noLogin,
    ]);
    expect(secretsOf(project)).toEqual({ strava: { clientId: '12345', clientSecret: secret } });
    expect(transcript).not.toContain('two words');
  });

  it('init keeps what stands in the file, and replaces a value only after a yes', async () => {
    using project = createProjectFolder();
    project.write('config/secrets.json', {
      strava: { clientId: '1', clientSecret: 'old' },
      notify: { command: 'tell' },
      sync: { since: '2019' },
    });
    const { next } = await answer(project, [
      [/Client ID is set already[^]*\[y\/N\] /, ''],
      [/Client Secret is set already[^]*\[y\/N\] /, 'y'],
      [/Client Secret \(not shown\): /, secret],
      [/MongoDB \(not shown\): /, ''],
      [/Notifications is set already[^]*\[y\/N\] /, 'y'],
      [/Notifications \(not shown\): /, 'https://ntfy.example.org/me'],
      [/Log an athlete in/, ''],
    ]);
    expect(secretsOf(project)).toEqual({
      strava: { clientId: '1', clientSecret: secret },
      notify: { url: 'https://ntfy.example.org/me' },
      sync: { since: '2019' },
    });
    expect(next).toMatchObject({ config: { strava: { clientId: '1', clientSecret: secret } } });
  });

  it('init does not ask for what a variable sets', async () => {
    using project = createProjectFolder();
    const env = {
      STRAVA_CLIENT_ID: '7',
      STRAVA_CLIENT_SECRET: 's',
      NOTIFY_URL: 'https://x.example',
    };
    const { transcript } = await answer(project, [[/MongoDB \(not shown\): /, ''], noLogin], env);
    expect(transcript).toContain('Client ID is set already (variable STRAVA_CLIENT_ID).');
    expect(transcript).toContain('Nothing was changed.');
    expect(existsSync(join(project.configDir, 'secrets.json'))).toBe(false);
  });

  it('init writes nothing after Ctrl-C', async () => {
    using project = createProjectFolder();
    const { next, transcript } = await answer(project, [
      [/Client ID: /, '12345'],
      [/Client Secret \(not shown\): /, '\u0003'],
    ]);
    expect(transcript).toContain('Stopped. Nothing was written.');
    expect(existsSync(join(project.configDir, 'secrets.json'))).toBe(false);
    expect(next).toBe(130);
  });

  it('init leaves an existing file as it was after Ctrl-C', async () => {
    using project = createProjectFolder();
    const before = { strava: { clientId: '1', clientSecret: 'old' }, sync: { since: '2019' } };
    project.write('config/secrets.json', before);
    const { next } = await answer(project, [
      [/Client ID is set already[^]*\[y\/N\] /, 'y'],
      [/Client ID: /, '2'],
      [/Client Secret is set already[^]*\[y\/N\] /, 'y'],
      [/Client Secret \(not shown\): /, '\u0003'],
    ]);
    expect(next).toBe(130);
    expect(secretsOf(project)).toEqual(before);
  });

  it('init asks for a value of the file that is wrong, and keeps the others', async () => {
    using project = createProjectFolder();
    project.write('config/secrets.json', {
      strava: { clientId: 'my app', clientSecret: 'old' },
      sync: { since: '2019' },
    });
    const { transcript } = await answer(project, [
      [/Client ID in config\/secrets\.json is wrong: it must be digits only[^]*Client ID: /, '1'],
      [/Client Secret is set already[^]*\[y\/N\] /, ''],
      [/MongoDB \(not shown\): /, ''],
      [/Notifications \(not shown\): /, ''],
      noLogin,
    ]);
    expect(secretsOf(project)).toEqual({
      strava: { clientId: '1', clientSecret: 'old' },
      sync: { since: '2019' },
    });
    expect(transcript).not.toContain('my app');
  });

  it.each<readonly [string, object | string, string]>([
    ['another setting', { strava: { clientId: 'my app' }, sync: { since: 'never' } }, 'sync.since'],
    ['the JSON', '{"strava": ', 'is not JSON'],
  ])('init asks nothing and keeps the file where %s of it is wrong', async (_, content, text) => {
    using project = createProjectFolder();
    const path = project.write('config/secrets.json', content);
    const before = readFileSync(path, 'utf8');
    const failure: unknown = await answer(project, []).catch((error: unknown) => error);
    expect(failure).toMatchObject({ exitCode: 2, problems: [expect.stringContaining(text)] });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('init says in one sentence that the folder cannot be written', async () => {
    using project = createProjectFolder();
    // For root, too, nothing can be made there.
    const userFolders = { config: '/proc/domestique/config', data: project.dir };
    const asked = answer(
      project,
      [
        [/Client ID: /, '1'],
        [/Client Secret[^]*: /, 'abc'],
        [/MongoDB[^]*: /, ''],
        [/Notifications[^]*: /, ''],
      ],
      {},
      userFolders,
    );
    await expect(asked).rejects.toThrow(
      /^(The folder )?\/proc\/domestique\/config cannot be written/,
    );
  });

  it('init without a terminal ends with 2 and one sentence', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true as const });
    const failure = await init(createTestProgram({}), input).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UsageError);
    expect(failure).toMatchObject({ exitCode: 2 });
    const piped = init(createTestProgram({ isTerminal: true }), new PassThrough());
    await expect(piped).rejects.toThrow(/no terminal: set STRAVA_CLIENT_ID/);
  });
});

import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/errors.ts';
import { projectFolder } from '../support/command/command.ts';
import { variableNames } from '../../src/config/settings.ts';
import { commandNames, readProjectFile } from './project.ts';

/** Where docs/deployment.md installs the program. */
const installFolder = '/opt/domestique';
const page = readProjectFile('docs/deployment.md');

function expectToStartTheDaemon([program = '', ...args]: readonly string[]): void {
  const path = relative(installFolder, program);
  accessSync(join(projectFolder, path), constants.X_OK);
  expect(args).toEqual(['start']);
  expect(commandNames()).toContain('start');
  expect(page).toContain(installFolder);
}

describe('the systemd unit', () => {
  const sections = new Map<string, Map<string, string>>();
  for (const part of readProjectFile('deploy/domestique.service').split(/^(?=\[)/m)) {
    const [head = '', ...lines] = part.split('\n');
    const entries = lines
      .filter((line) => line.includes('=') && !line.startsWith('#'))
      .map(
        (line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const,
      );
    const names = entries.map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    sections.set(head, new Map(entries));
  }
  const service = sections.get('[Service]') ?? new Map<string, string>();

  it('the systemd unit runs the start command', () => {
    expectToStartTheDaemon((service.get('ExecStart') ?? '').split(' '));
    expect([...sections.keys()]).toEqual(['[Unit]', '[Service]', '[Install]']);
  });

  it('the systemd unit sets only known settings, with the data in a writable folder', () => {
    const [name = '', value = ''] = (service.get('Environment') ?? '').split('=');
    expect(variableNames).toContain(name);
    expect(value).toBe(`/var/lib/${service.get('StateDirectory') ?? ''}`);
    expect(service.get('ProtectSystem')).toBe('strict');
  });

  it('the systemd unit runs as its own unprivileged user, which docs/deployment.md creates', () => {
    const user = service.get('User') ?? '';
    expect(page).toMatch(new RegExp(`useradd .* ${user}\\n`));
    expect(page).toContain(`--home-dir /var/lib/${user} `);
    expect(service.get('NoNewPrivileges')).toBe('yes');
    expect(service.get('CapabilityBoundingSet')).toBe('');
  });

  it('the systemd unit restarts the daemon after a failure, except for wrong settings', () => {
    expect(service.get('Restart')).toBe('on-failure');
    expect(service.get('RestartPreventExitStatus')).toBe(String(exitCodes.usage));
  });

  it.each([
    ['its own folder, where it can be written', true, 'clone/node_modules/.cache/domestique'],
    [
      "the user's folder, where its own cannot be written",
      false,
      'home/.cache/domestique/compiled',
    ],
  ])('a clone keeps what Node compiled in %s', (_, isWritable, cache) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'domestique-service-')));
    try {
      for (const path of ['clone/bin', 'clone/src', 'programs']) {
        mkdirSync(join(folder, path), { recursive: true });
      }
      if (isWritable) mkdirSync(join(folder, 'clone/node_modules'));
      const program = join(folder, 'clone/bin/domestique');
      copyFileSync(join(projectFolder, 'bin/domestique'), program);
      writeFileSync(join(folder, 'clone/src/cli.ts'), '');
      const node =
        '#!/bin/sh\n[ "$1" = --version ] && echo v24.0.0 || echo "$NODE_COMPILE_CACHE"\n';
      writeFileSync(join(folder, 'programs/node'), node, { mode: 0o755 });
      const env = { PATH: `${folder}/programs:/usr/bin:/bin`, HOME: join(folder, 'home') };
      const { stdout, stderr } = spawnSync(program, ['start'], { env, encoding: 'utf8' });
      expect({ stdout, stderr }).toEqual({ stdout: `${join(folder, cache)}\n`, stderr: '' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('signals only the daemon, which shuts down its MongoDB itself', () => {
    expect(service.get('KillMode')).toBe('mixed');
    expect(Number(service.get('TimeoutStopSec'))).toBeGreaterThan(10);
  });
});

describe('the launchd file', () => {
  const script =
    'import json, plistlib, sys; json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)';
  const { stdout, stderr } = spawnSync('python3', ['-c', script], {
    input: readProjectFile('deploy/domestique.plist'),
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`The file cannot be read: ${stderr}`);
  const plist = JSON.parse(stdout) as {
    readonly Label: string;
    readonly ProgramArguments: readonly string[];
    readonly EnvironmentVariables: Readonly<Record<string, string>>;
    readonly KeepAlive: { readonly SuccessfulExit: boolean };
    readonly ExitTimeOut: number;
    readonly StandardErrorPath: string;
  };

  it('the launchd file starts the daemon, and restarts it after a failure', () => {
    expectToStartTheDaemon(plist.ProgramArguments);
    expect(plist.KeepAlive).toEqual({ SuccessfulExit: false });
    expect(plist.ExitTimeOut).toBeGreaterThan(10);
  });

  it('the launchd file sets only known settings besides the PATH', () => {
    const names = Object.keys(plist.EnvironmentVariables).filter((name) => name !== 'PATH');
    for (const name of names) expect(variableNames).toContain(name);
  });

  it('the launchd file logs to the file that docs/deployment.md names, which git ignores', () => {
    const path = plist.StandardErrorPath;
    expect(relative(installFolder, path)).toMatch(/^[\w-]+\.log$/);
    expect(page).toContain(path);
    expect(page).toContain(`deploy/${plist.Label}.plist`);
  });
});

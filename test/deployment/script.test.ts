import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nodeOptions, readerOptions } from '../../bench/sync/contenders.ts';
import { projectFolder } from '../support/command/command.ts';

interface Started {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a copy of the script without the pinned Node, on a Node of this version that prints its arguments. */
function started(version: string, ...args: string[]): Started {
  const folder = mkdtempSync(join(tmpdir(), 'domestique-script-'));
  try {
    for (const path of ['bin', 'dist', 'programs']) mkdirSync(join(folder, path));
    copyFileSync(join(projectFolder, 'bin/domestique'), join(folder, 'bin/domestique'));
    const node = `#!/bin/sh\n[ "$1" = --version ] && echo "${version}" || echo "$@"\n`;
    writeFileSync(join(folder, 'programs/node'), node, { mode: 0o755 });
    const env = { PATH: `${folder}/programs:/usr/bin:/bin`, HOME: folder };
    const run = spawnSync(join(folder, 'bin/domestique'), args, { env, encoding: 'utf8' });
    const [stdout, stderr] = [run.stdout, run.stderr].map((text) => text.replaceAll(folder, ''));
    return { status: run.status, stdout: stdout ?? '', stderr: stderr ?? '' };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.each([
  ['v24.0.0', ['sync', '--json'], nodeOptions],
  ['v24.21.0', ['export', '--json'], [...nodeOptions, ...readerOptions]],
  ['v25.0.0-nightly20260101', ['start', '--json'], nodeOptions.slice(0, 1)],
  ['v26.1.0', ['rebuild', '--json'], [...nodeOptions.slice(0, 1), ...readerOptions]],
])('on Node %s, the script starts %j with the options %j', (version, args, options) => {
  expect(started(version, ...args)).toEqual({
    status: 0,
    stdout: `${[...options, '/dist/cli.js', ...args].join(' ')}\n`,
    stderr: '',
  });
});

it('the script rejects an older Node, and names what to do', () => {
  expect(started('v22.1.0', 'sync')).toEqual({
    status: 2,
    stdout: '',
    stderr: 'Domestique needs Node 24 and found v22.1.0: install it from https://nodejs.org.\n',
  });
});

it('the pinned Node has the major version whose options the script knows', () => {
  const text = readFileSync(join(projectFolder, 'package.json'), 'utf8');
  const { devDependencies } = JSON.parse(text) as { devDependencies: { node: string } };
  expect(devDependencies.node).toMatch(/^24\./);
});

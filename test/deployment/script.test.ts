import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

interface Setup {
  readonly isPinned?: boolean;
  readonly more?: Readonly<Record<string, string>>;
}

/** Starts a copy of the script on a Node of this version, pinned or of the PATH, that prints its arenas and arguments. */
function started(
  version: string,
  args: readonly string[],
  { isPinned = false, more = {} }: Setup = {},
): Started {
  // Without links, as the script names it.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'domestique-script-')));
  try {
    const programs = isPinned ? 'node_modules/node/bin' : 'programs';
    for (const path of ['bin', programs]) mkdirSync(join(folder, path), { recursive: true });
    copyFileSync(join(projectFolder, 'bin/domestique'), join(folder, 'bin/domestique'));
    const node = `#!/bin/sh\n[ "$1" = --version ] && echo "${version}" || echo "$MALLOC_ARENA_MAX" "$@"\n`;
    writeFileSync(join(folder, programs, 'node'), node, { mode: 0o755 });
    const env = { PATH: `${folder}/programs:/usr/bin:/bin`, HOME: folder, ...more };
    const run = spawnSync(join(folder, 'bin/domestique'), args, { env, encoding: 'utf8' });
    const [stdout = '', stderr = ''] = [run.stdout, run.stderr].map((text) =>
      text.replaceAll(folder, ''),
    );
    return { status: run.status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function printed(arenas: string, options: readonly string[], args: readonly string[]): Started {
  const stdout = `${[arenas, ...options, '/dist/cli.js', ...args].join(' ')}\n`;
  return { status: 0, stdout, stderr: '' };
}

const [semiSpaces = ''] = nodeOptions;

it.each([
  ['v24.0.0', ['sync', '--json'], nodeOptions],
  ['v24.21.0', ['export', '--json'], [...nodeOptions, ...readerOptions]],
  ['v24.21.0', ['backup', '--json'], [...nodeOptions, ...readerOptions]],
  ['v25.0.0-nightly20260101', ['start', '--json'], [semiSpaces]],
  ['v26.1.0', ['rebuild', '--json'], [semiSpaces, ...readerOptions]],
])('on Node %s, the script starts %j with the options %j', (version, args, options) => {
  expect(started(version, args)).toEqual(printed('2', options, args));
});

it("the script gives the pinned Node all options, and keeps the caller's MALLOC_ARENA_MAX", () => {
  const setup = { isPinned: true, more: { MALLOC_ARENA_MAX: '7' } };
  expect(started('', ['sync'], setup)).toEqual(printed('7', nodeOptions, ['sync']));
});

it('the script rejects an older Node, and names what to do', () => {
  expect(started('v22.1.0', ['sync'])).toEqual({
    status: 2,
    stdout: '',
    stderr: 'Domestique needs Node 24 and found v22.1.0: install it from https://nodejs.org.\n',
  });
});

it('the pinned Node has the major version that the script takes it for', () => {
  const read = (path: string): string => readFileSync(join(projectFolder, path), 'utf8');
  const { devDependencies } = JSON.parse(read('package.json')) as {
    devDependencies: { node: string };
  };
  const [, major] = /^major=(\d+)$/m.exec(read('bin/domestique')) ?? [];
  expect(devDependencies.node.split('.')[0]).toBe(major);
});

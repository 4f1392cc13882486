import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, onTestFinished, test, vi } from 'vitest';

import { browserCommand, openBrowser } from '../../../src/features/shared/open-browser.ts';

const linux = { platform: 'linux', isTerminal: true };

test.each([
  ['X11', { ...linux, env: { DISPLAY: ':0' } }, 'xdg-open'],
  ['Wayland', { ...linux, env: { WAYLAND_DISPLAY: 'wayland-0' } }, 'xdg-open'],
  ['a server', { ...linux, env: {} }, undefined],
  ['a server with an empty DISPLAY', { ...linux, env: { DISPLAY: '' } }, undefined],
  ['a Mac', { platform: 'darwin', isTerminal: true, env: {} }, 'open'],
  ['a pipe on X11', { platform: 'linux', isTerminal: false, env: { DISPLAY: ':0' } }, undefined],
  ['a pipe on a Mac', { platform: 'darwin', isTerminal: false, env: {} }, undefined],
])('on %s the browser is opened by the right program, or by none', (_where, desktop, command) => {
  expect(browserCommand(desktop)).toBe(command);
});

function createBin() {
  const dir = mkdtempSync(path.join(tmpdir(), 'domestique-browser-'));
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

test('the address reaches the browser as one argument, and no shell reads it', async () => {
  const dir = createBin();
  const seen = path.join(dir, 'seen');
  const script = path.join(dir, 'xdg-open');
  writeFileSync(
    script,
    `#!/bin/sh\nprintf '%s|%s' "$#" "$1" > "${seen}.part"\n/bin/mv "${seen}.part" "${seen}"\n`,
  );
  chmodSync(script, 0o700);
  const url = `http://127.0.0.1:1/authorize?a=1&b=$(touch ${dir}/harm)'"`;
  expect(openBrowser(url, { ...linux, env: { DISPLAY: ':0', PATH: dir } })).toBe(true);
  await vi.waitUntil(() => existsSync(seen), 10_000);
  expect(readFileSync(seen, 'utf8')).toBe(`1|${url}`);
  expect(existsSync(path.join(dir, 'harm'))).toBe(false);
});

test('a browser that cannot be started has no effect', async () => {
  const env = { DISPLAY: ':0', PATH: createBin() };
  expect(openBrowser('http://127.0.0.1:1/', { ...linux, env })).toBe(true);
  // The failure comes as an event: unhandled, it would end the process.
  await new Promise((resolve) => setImmediate(resolve));
});

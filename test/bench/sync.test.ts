import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

it('the benchmark of the sync runs, and prints its table', { timeout: 120_000 }, async () => {
  const args = ['bench/sync.ts', '5', '--rounds', '1', '--idle-seconds', '0'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  expect(stdout).toMatch(
    /^\| 5 activities with streams \| bare loop \| durable loop \| `sync` \| to the bare loop \| to the durable loop \|$/m,
  );
  const figures = ['requests', 'CPU', 'wall time', 'peak RSS', 'commands', 'journal'];
  for (const figure of figures) {
    expect(stdout).toMatch(new RegExp(`^\\| ${figure}[^|]*(?:\\| [1-9\\d.]+ ){5}\\|$`, 'm'));
  }
});

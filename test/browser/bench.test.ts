import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { projectFolder } from '../support/command/command.ts';

it('the benchmark of the page runs, and prints a figure for every view', async () => {
  const run = promisify(execFile)(process.execPath, ['bench/page/bench.ts', '20'], {
    cwd: projectFolder,
  });
  // On a busy machine a time is over its limit, and the benchmark ends with 1.
  const { stdout } = await run.catch((error: unknown) => error as { readonly stdout: string });
  const views = ['now', 'calendar', 'map', 'activities', 'an activity of ten hours'];
  for (const view of views) {
    for (const figure of ['first paint', 'complete', 'longest task', 'without data', 'with data'])
      expect(stdout).toMatch(new RegExp(`^\\| ${view}: ${figure} \\| [\\d.]+ \\w+ \\| \\d+ `, 'm'));
  }
  expect(stdout).toMatch(/^\| map: redrawn after a zoom \| 100 ms \| \d+ ms/m);
});

import { describe, expect, it } from 'vitest';
import type { Running } from '../../support/command/command.ts';
import { projectFolder } from '../../support/command/command.ts';
import type { Scene } from '../../support/scene.ts';
import { useScene } from '../../support/scene.ts';

/** Runs a line of the shell in which `domestique` is the command line. */
function shell({ launch }: Scene, line: string): Running {
  const script = `set -o pipefail\ndomestique() { ${projectFolder}/bin/domestique "$@"; }\n${line}`;
  return launch(['-c', script], {}, { program: 'bash' });
}

describe.concurrent('a standard stream that cannot be written', () => {
  const openScene = useScene();

  it.each(['config', 'status --json', 'sync', 'query', '--help'])(
    '%s on a full disk ends with 1 and one sentence',
    async (command) => {
      const scene = await openScene({ activities: 1, env: { LOG_LEVEL: 'error' } });
      const { exitCode, stderr } = await shell(scene, `domestique ${command} > /dev/full`).ended;
      expect(stderr).toBe('standard output cannot be written (ENOSPC).\n');
      expect(exitCode).toBe(1);
    },
  );

  it('a failure of the command itself is told although stdout is full', async () => {
    const scene = await openScene({ activities: 1 });
    const line = 'domestique sync --since tomorrow > /dev/full';
    const { exitCode, stderr } = await shell(scene, line).ended;
    expect(stderr).toMatch(/^--since takes .*\n$/);
    expect(exitCode).toBe(2);
  });

  it('status ends quietly when the reader of its output has gone', async () => {
    const scene = await openScene({ activities: 1, env: { LOG_LEVEL: 'error' } });
    const { exitCode, stderr } = await shell(scene, 'domestique status | sleep 0').ended;
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it('a command does its work although neither stream can be written', async () => {
    const scene = await openScene({ activities: 3 });
    const { exitCode } = await shell(scene, 'domestique sync > /dev/full 2> /dev/full').ended;
    expect(exitCode).toBe(1);
    expect(await scene.differences()).toEqual([]);
  });

  it.each([
    ['is on a full disk', 'exec domestique start 2> /dev/full'],
    ['has lost its reader', 'exec domestique start 2> >(exec sleep 0)'],
  ])('the daemon works on and stops in order when its log %s', async (_, line) => {
    const scene = await openScene({ activities: 3 });
    const { requests } = scene.simulator;
    const daemon = shell(scene, line.replace('domestique', `${projectFolder}/bin/domestique`));
    await daemon.reach(requests.waitFor((log) => log.count('streams') >= 3, 30_000));
    daemon.kill('SIGTERM');
    const { exitCode } = await daemon.ended;
    expect(exitCode).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { useScene } from '../support/scene.ts';

describe('a command that Ctrl-C interrupts', () => {
  const openScene = useScene();

  it('ends sync with 130, after the summary that names what is left', async () => {
    const scene = await openScene({ activities: 5 });
    const held = scene.simulator.hold({ endpoint: 'streams' });
    const sync = scene.launch(['sync']);
    const waiting = await sync.reach(held);
    sync.kill('SIGINT');
    waiting.release();
    const { exitCode, stdout, stderr } = await sync.ended;
    expect(exitCode, stderr).toBe(130);
    expect(stdout).toContain('5 new');
    expect(stdout).toContain('Stopped; the next run goes on from here.');
    expect((await scene.run('sync')).exitCode).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });

  it('ends verify with 130 and the reason why there is no result', async () => {
    const scene = await openScene({ activities: 2 });
    await scene.call('sync');
    const held = scene.simulator.hold({ endpoint: 'list' });
    const verify = scene.launch(['verify']);
    const waiting = await verify.reach(held);
    verify.kill('SIGINT');
    waiting.release();
    const { exitCode, stdout, stderr } = await verify.ended;
    expect(exitCode, stderr).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      'Interrupted: part of a list proves nothing. Give the same command again.\n',
    );
  });
});

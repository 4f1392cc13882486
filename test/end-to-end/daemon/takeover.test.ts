import { describe, expect, it } from 'vitest';
import { useScene } from '../../support/scene.ts';

const leaseMs = 3_000;
/** The daemons poll by themselves only at their start. */
const env = {
  SYNC_SCHEDULE: '0 0 1 1 *',
  LEASE_DURATION: `${leaseMs}ms`,
};

describe.concurrent('an idle daemon', () => {
  const openScene = useScene();

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'begins the work of another daemon within two lease durations after its %s',
    async (signal) => {
      const scene = await openScene({ activities: 12, env });
      const { requests } = scene.simulator;
      // As many as may be in flight: the first daemon sends no more.
      const holding = Array.from({ length: 4 }, () =>
        scene.simulator.hold({ endpoint: 'streams' }),
      );
      const first = scene.launch(['start']);
      const held = await first.reach(Promise.all(holding));
      const second = scene.launch(['start']);
      await second.shown('Run done');
      const sent = requests.entries.length;

      first.kill(signal);
      const startMs = performance.now();
      await second.reach(requests.waitFor(({ entries }) => entries.length > sent));
      // Threefold, for a busy machine.
      expect(performance.now() - startMs).toBeLessThan(3 * 2 * leaseMs);
      await second.shown('Another process died while it held athletes; taking over.');
      await second.shown(/Run done[^]*Run done/);
      expect(await scene.differences()).toEqual([]);
      expect(requests.overLimit()).toEqual([]);

      for (const each of held) each.drop();
      first.kill('SIGKILL');
      second.kill('SIGTERM');
      expect((await second.ended).exitCode).toBe(0);
    },
    120_000,
  );
});

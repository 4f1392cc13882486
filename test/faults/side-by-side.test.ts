import { describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import { scaled } from '../support/fault-scale.ts';
import { lossesOf } from '../support/losses.ts';
import { faultSeed } from '../support/random.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';

const open = useScene();
/** The daemon looks by itself only at its start. */
const daemonEnv = { SYNC_SCHEDULE: '0 0 1 1 *', LOG_LEVEL: 'info' };

function pagesAskedTwice({ simulator }: Scene): number {
  const walked = simulator.requests.entries
    .filter(({ endpoint, query }) => endpoint === 'list' && query.has('before'))
    .map(({ query }) => query.toString());
  return walked.length - new Set(walked).size;
}

async function expectNothingTwice(
  scene: Scene,
  { scenario, processes }: { scenario: string; processes: number },
): Promise<void> {
  const { simulator, db } = scene;
  const { lost, doubled } = await lossesOf(db, simulator, athleteId);
  const overLimit = simulator.requests.overLimit().length;
  const fetchedTwice = simulator.requests.fetchedTwice();
  reportFaults(inject('faultReport'), {
    scenario,
    seed: faultSeed,
    faults: { processes },
    requests: scene.countedRequests(),
    overLimit,
    fetchedTwice: fetchedTwice.length,
    lost: lost.length,
    doubled,
  });
  expect({ lost, doubled, overLimit, fetchedTwice }).toEqual({
    lost: [],
    doubled: 0,
    overLimit: 0,
    fetchedTwice: [],
  });
}

async function wishesLeft({ db }: Scene): Promise<unknown> {
  const athlete = await db.collection('athletes').findOne();
  return (athlete?.['sync'] as { backfills?: unknown[] } | undefined)?.backfills ?? [];
}

describe.concurrent(`processes side by side (seed ${faultSeed})`, { timeout: 180_000 }, () => {
  it('share the quota and the athlete: a daemon, two syncs, and a second daemon by mistake', async () => {
    const windowMs = 2_000;
    const activities = scaled(60, 400);
    const scene = await open({
      seed: faultSeed,
      activities,
      quota: { short: 25, shortWindowMs: windowMs, daily: 50_000 },
      env: { STRAVA_QUOTA_SHORT: '25', STRAVA_QUOTA_SHORT_WINDOW: `${windowMs}ms` },
    });
    const { simulator } = scene;
    const held = simulator.hold({ endpoint: 'streams' });
    const daemon = scene.launch(['start'], daemonEnv);
    const waiting = await held;
    const years = scene.launch(['sync', '--since', '730d', '--json']);
    const everything = scene.launch(['sync', '--since', '2000', '--json']);
    const second = scene.launch(['start'], daemonEnv);

    await second.shown('leaving it alone');
    for (const one of [years, everything]) await one.shown('it was asked to do this as well');
    waiting.release();
    for (const { ended } of [years, everything]) {
      const { exitCode, stderr } = await ended;
      expect(exitCode, stderr).toBe(0);
    }
    await daemon.shown('Run done');
    expect(await wishesLeft(scene)).toEqual([]);
    // Each wish lists its period anew, for edits and late uploads; the empty page at the end is one more.
    const pages = Math.ceil(activities / 200) + 1;
    expect(pagesAskedTwice(scene)).toBeLessThanOrEqual(2 * pages);
    for (const one of [daemon, second]) one.kill('SIGTERM');
    for (const { ended } of [daemon, second]) expect((await ended).exitCode).toBe(0);
    await expectNothingTwice(scene, { scenario: 'daemon, two syncs, second daemon', processes: 4 });
  });

  it('hand a wish on when its holder is killed', async () => {
    const scene = await open({ seed: faultSeed, activities: 40 });
    const { simulator } = scene;
    const held = simulator.hold({ endpoint: 'streams' });
    const holder = scene.launch(['start'], daemonEnv);
    const waiting = await held;
    const wisher = scene.launch(['sync', '--since', '2000']);
    await wisher.shown('it was asked to do this as well');
    holder.kill('SIGKILL');
    await holder.ended;
    waiting.drop();
    const { exitCode, stderr } = await wisher.ended;
    expect(exitCode, stderr).toBe(0);
    expect(await wishesLeft(scene)).toEqual([]);
    const { lost } = await lossesOf(scene.db, simulator, athleteId);
    expect(lost).toEqual([]);
    expect(simulator.requests.overLimit()).toEqual([]);
  });
});

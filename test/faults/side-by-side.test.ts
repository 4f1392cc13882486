import { describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import { lossesOf } from '../support/faults/losses.ts';
import { faultSeed } from '../support/faults/random.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';

const open = useScene();
/** The daemon polls by itself only at its start. */
const daemonEnv = { SYNC_SCHEDULE: '0 0 1 1 *', LOG_LEVEL: 'info' };

function pagesRequestedTwice({ simulator }: Scene): number {
  const pages = simulator.requests.entries
    .filter(({ endpoint, query }) => endpoint === 'list' && query.has('before'))
    .map(({ query }) => query.toString());
  return pages.length - new Set(pages).size;
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

async function pendingBackfills({ db }: Scene): Promise<unknown> {
  const athlete = await db.collection('athletes').findOne();
  return (athlete?.['sync'] as { backfills?: unknown[] } | undefined)?.backfills ?? [];
}

describe.concurrent(`processes side by side (seed ${faultSeed})`, { timeout: 180_000 }, () => {
  it('two daemons and two syncs share the quota and the athlete', async () => {
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

    await second.shown('1 athlete left to process');
    for (const one of [years, everything]) await one.shown('it will also complete this request');
    waiting.release();
    for (const { ended } of [years, everything]) {
      const { exitCode, stderr } = await ended;
      expect(exitCode, stderr).toBe(0);
    }
    await daemon.shown('Run done');
    expect(await pendingBackfills(scene)).toEqual([]);
    // Each backfill request reads its period again, for edits and late uploads, and an empty last page.
    const pages = Math.ceil(activities / 200) + 1;
    expect(pagesRequestedTwice(scene)).toBeLessThanOrEqual(2 * pages);
    for (const one of [daemon, second]) one.kill('SIGTERM');
    for (const { ended } of [daemon, second]) expect((await ended).exitCode).toBe(0);
    await expectNothingTwice(scene, { scenario: 'daemon, two syncs, second daemon', processes: 4 });
  });

  it('a waiting sync takes over its backfill request when the lease holder is killed', async () => {
    const scene = await open({ seed: faultSeed, activities: 40 });
    const { simulator } = scene;
    const held = simulator.hold({ endpoint: 'streams' });
    const holder = scene.launch(['start'], daemonEnv);
    const waiting = await held;
    const requesting = scene.launch(['sync', '--since', '2000']);
    await requesting.shown('it will also complete this request');
    holder.kill('SIGKILL');
    await holder.ended;
    waiting.drop();
    const { exitCode, stderr } = await requesting.ended;
    expect(exitCode, stderr).toBe(0);
    expect(await pendingBackfills(scene)).toEqual([]);
    const { lost } = await lossesOf(scene.db, simulator, athleteId);
    expect(lost).toEqual([]);
    expect(simulator.requests.overLimit()).toEqual([]);
  });
});

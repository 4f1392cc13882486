import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../src/simulator/api/fault-kinds.ts';
import { printedJson, athleteId, storedIds, trueIds, useScene } from '../../support/scene.ts';

const passing: readonly FaultKind[] = [
  'error-json',
  'html-502',
  '597',
  'reset',
  'reset-mid-body',
  'truncated',
  'cut-json',
  'wrong-content-type',
  'html-200',
  'hang',
  'drip',
  'malformed',
  'wrong-shape',
];
/** A 429 closes a window: a short one keeps the test fast. */
const quota = { short: 500, daily: 5_000, shortWindowMs: 1_000, dailyWindowMs: 10_000 };
const env = {
  STRAVA_TIMEOUT: '1500ms',
  STRAVA_QUOTA_SHORT: '500',
  STRAVA_QUOTA_SHORT_WINDOW: '1s',
  STRAVA_QUOTA_DAILY_WINDOW: '10s',
};

describe.concurrent('sync with faulty responses', () => {
  const openScene = useScene();

  it('sync with faulty responses stores everything after one faulty response of each kind for streams', async () => {
    const scene = await openScene({ activities: 60, quota, env });
    const { faults, world } = scene.simulator;
    const recorded = world.activities(athleteId).filter(({ isManual }) => !isManual);
    const kinds: readonly FaultKind[] = [...passing, 'rate-limit'];
    for (const [index, kind] of kinds.entries()) {
      faults.next(kind, 1, { endpoint: 'streams', activityId: recorded[index * 4]?.id ?? 0 });
    }
    const { exitCode, stderr } = await scene.run('sync');
    expect(exitCode, stderr).toBe(0);
    expect(kinds.filter((kind) => faults.count(kind) !== 1)).toEqual([]);
    expect(await scene.differences()).toEqual([]);
    expect(stderr).not.toContain('    at ');
  });

  it('sync with faulty responses fetches the last streams again after a 429', async () => {
    const scene = await openScene({ activities: 6, quota, env });
    const oldest = scene.simulator.world.activities(athleteId).at(-1)?.id ?? 0;
    scene.simulator.faults.next('rate-limit', 1, { endpoint: 'streams', activityId: oldest });
    const { exitCode, stderr } = await scene.call('sync');
    expect(exitCode, stderr).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });

  it('sync with faulty responses stores everything despite random faulty responses', async () => {
    const scene = await openScene({ activities: 50, quota, env });
    scene.simulator.faults.rate(0.2);
    const { exitCode, stderr } = await scene.call('sync');
    expect(exitCode, stderr).toBe(0);
    expect(scene.simulator.faults.count()).toBeGreaterThan(4);
    expect(await scene.differences()).toEqual([]);
  });

  it('sync with faulty responses parks an activity after five failures, and stores the others', async () => {
    const scene = await openScene({ activities: 12 });
    const { faults, world, requests } = scene.simulator;
    const sick = world.activities(athleteId)[4]?.id ?? 0;
    faults.activity(sick, 'error-json');
    const first = await scene.call('sync');
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stdout).toContain('Parked after failures: 1.');
    expect(first.stdout).toContain(`Parked, tried again in a day or later: ${sick}.`);
    expect(requests.count({ activityId: sick, endpoint: 'streams' })).toBe(5);
    expect(await scene.differences()).toEqual([
      `${sick} has its streams parked`,
      expect.stringContaining(`${sick} has other streams`),
    ]);
    expect((await scene.call('status')).stdout).toMatch(new RegExp(`Parked\\s+${sick}`));
    expect(printedJson(await scene.call('status', '--json'))).toMatchObject({
      parkedActivities: [sick],
      athletes: [{ streams: { parked: 1, pending: 0 } }],
    });

    requests.clear();
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(requests.count('streams')).toBe(0);

    faults.clear();
    const retried = await scene.call('sync', '--retry-parked', '--json');
    expect(printedJson(retried)).toMatchObject({ streamsStored: 1, parkedActivities: [] });
    expect(await scene.differences()).toEqual([]);
  });

  it('sync with faulty responses parks records without id or start with a reason, and stores them once corrected', async () => {
    const scene = await openScene({ activities: 20 });
    const { world } = scene.simulator;
    const [, startless = 0, nameless = 0] = trueIds(scene.simulator);
    const { start_date } = world.summary(startless);
    world.editActivity(startless, { start_date: undefined });
    world.editActivity(nameless, { id: undefined });
    const { exitCode, stdout } = await scene.call('sync');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Not stored: 2 new records of the list, see the collection parked.');
    expect(stdout).not.toContain('Parked after failures');
    const healthy = trueIds(scene.simulator).filter((id) => id !== startless && id !== nameless);
    expect(await storedIds(scene.db)).toEqual(healthy);
    const parked = await scene.db.collection('parked').find().sort({ reason: 1 }).toArray();
    expect(parked.map(({ reason }): unknown => reason)).toEqual([
      'its id is not a positive integer',
      'its start_date is not an instant',
    ]);
    expect((await scene.call('status')).stdout).toMatch(/unusable\s+2 records/);

    world.editActivity(startless, { start_date });
    expect((await scene.call('sync')).stdout).not.toContain('Not stored');
    expect(await storedIds(scene.db)).toContain(startless);
    expect((await scene.call('status')).stdout).toMatch(/unusable\s+1 record,/);
  });

  it('sync with faulty responses retries through a longer fault', async () => {
    const scene = await openScene({ activities: 10 });
    const { faults, requests } = scene.simulator;
    faults.rate(1, ['reset', 'html-502']);
    const command = scene.begin(['sync']);
    await requests.waitFor((log) => log.count('list') >= 4, 30_000);
    faults.clear();
    const { exitCode, stderr } = await command.ended;
    expect(exitCode, stderr).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });
});

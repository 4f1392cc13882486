import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { printedJson, athleteId, athleteNamed, useScene } from '../../support/scene.ts';

const quick = { short: 8, daily: 200, shortWindowMs: 2_000, dailyWindowMs: 20_000 };
const quickEnv = {
  STRAVA_QUOTA_SHORT: '8',
  STRAVA_QUOTA_SHORT_WINDOW: '2s',
  STRAVA_QUOTA_DAILY: '200',
  STRAVA_QUOTA_DAILY_WINDOW: '20s',
};
/** Windows that do not end while a test runs. */
const lastingEnv = { STRAVA_QUOTA_SHORT_WINDOW: '24h', STRAVA_QUOTA_DAILY: '20' };
const lasting = { short: 20, daily: 20, shortWindowMs: 86_400_000 };

describe.concurrent('sync under the quota', () => {
  const openScene = useScene();

  it('sync under the quota waits for the quota, says so, and never exceeds it', async () => {
    const scene = await openScene({ activities: 30, quota: quick, env: quickEnv });
    const { exitCode, stderr } = await scene.run('sync');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(
      /Quota spent, waiting until .* UTC \(in .*\); \d+ streams to go: about /,
    );
    expect(await scene.differences()).toEqual([]);
    expect(scene.simulator.requests.overLimit()).toEqual([]);
    expect(scene.simulator.requests.fetchedTwice()).toEqual([]);
  });

  it('sync under the quota ends with 75 with --no-wait, and knows the spent quota after a restart', async () => {
    const scene = await openScene({ activities: 60, quota: lasting, env: lastingEnv });
    const first = await scene.call('sync', '--no-wait', '--json');
    expect(first.exitCode, first.stderr).toBe(75);
    expect(typeof printedJson(first)['opensAt']).toBe('string');
    const counted = scene.countedRequests();
    expect(counted).toBeGreaterThan(10);
    expect(counted).toBeLessThanOrEqual(20);

    const second = await scene.call('sync', '--no-wait');
    expect(second.exitCode).toBe(75);
    expect(second.stdout).toMatch(/The quota is spent until .* \(in .*\): run it again then\./);
    expect(second.stdout).toMatch(/; [1-9]\d* left, kept for today's activities, until /);
    expect(scene.simulator.requests.overLimit()).toEqual([]);
    expect(scene.countedRequests()).toBeLessThanOrEqual(20);
    const waiting = scene.begin(['sync']);
    await waiting.shown(
      /Quota spent, waiting until .*; [1-9]\d* left, kept for today's activities\./,
    );
    waiting.kill('SIGINT');
    await waiting.ended;
    const { stdout } = await scene.call('status');
    expect(stdout).toMatch(
      /Quota, 1 day\s+\d+ of 20 used; \d+ left, kept for today's activities; resets /,
    );
  });

  it('sync under the quota says until when at once where nothing is left for a dry run', async () => {
    const quota = { short: 1, daily: 1, shortWindowMs: 86_400_000 };
    const env = { STRAVA_QUOTA_SHORT_WINDOW: '24h', STRAVA_QUOTA_SHORT: '1' };
    const scene = await openScene({ activities: 3, quota, env });
    await scene.call('sync', '--dry-run');
    expect(scene.countedRequests()).toBe(1);
    const { exitCode, stdout, stderr } = await scene.run('sync', '--dry-run');
    expect(exitCode, stderr).toBe(75);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^The quota is spent until .* \(in .*\): run it again then\.$/m);
    expect(scene.countedRequests()).toBe(1);
  });

  it('sync under the quota counts the requests of a killed process', async () => {
    const scene = await openScene({ activities: 60, quota: lasting, env: lastingEnv });
    const { requests } = scene.simulator;
    const killed = scene.launch(['sync']);
    await requests.waitFor((log) => log.count('streams') >= 6, 30_000);
    killed.kill('SIGKILL');
    await killed.ended;
    const { exitCode } = await scene.call('sync', '--no-wait');
    expect(exitCode).toBe(75);
    expect(requests.overLimit()).toEqual([]);
    expect(scene.countedRequests()).toBeLessThanOrEqual(20);
  });

  it('sync under the quota continues over several windows where a killed process stopped', async () => {
    const scene = await openScene({ activities: 30, quota: quick, env: quickEnv });
    const { requests } = scene.simulator;
    for (const streams of [8, 22]) {
      const killed = scene.launch(['sync']);
      await requests.waitFor((log) => log.count('streams') >= streams, 90_000);
      killed.kill('SIGKILL');
      await killed.ended;
    }
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await scene.differences()).toEqual([]);
    expect(requests.overLimit()).toEqual([]);
  });

  it('sync under the quota shares the quota between two processes that sync two athletes', async () => {
    const athletes = [athleteNamed('Ada', 1001, 14), athleteNamed('Bob', 1002, 14)];
    const scene = await openScene({ athletes, quota: quick, env: quickEnv });
    const ended = await Promise.all([
      scene.call('sync', '--athlete', '1001'),
      scene.call('sync', '--athlete', '1002'),
    ]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(scene.simulator.requests.overLimit()).toEqual([]);
    expect(await scene.differences(1001)).toEqual([]);
    expect(await scene.differences(1002)).toEqual([]);
  });

  it('sync under the quota uses a limit of Strava that is lower than the configured one', async () => {
    const scene = await openScene({ activities: 30, quota: lasting });
    const env = { STRAVA_QUOTA_SHORT_WINDOW: '24h' };
    const { exitCode } = await scene.callWith(env, 'sync', '--no-wait');
    expect(exitCode).toBe(75);
    expect(scene.simulator.requests.overLimit()).toEqual([]);
  });

  it.each([3_700, -45_300])(
    'sync under the quota counts the quota on Strava’s clock, %i ms from ours',
    async (skewMs) => {
      const clock = { ...systemClock, nowMs: () => Date.now() + skewMs };
      const shortWindow = { short: 12, daily: 500, shortWindowMs: 5_000, dailyWindowMs: 60_000 };
      const env = {
        ...quickEnv,
        STRAVA_QUOTA_SHORT: '12',
        STRAVA_QUOTA_SHORT_WINDOW: '5s',
        STRAVA_QUOTA_DAILY_WINDOW: '60s',
      };
      const scene = await openScene({ activities: 30, clock, quota: shortWindow, env });
      const { exitCode, stderr } = await scene.call('sync');
      expect(exitCode, stderr).toBe(0);
      expect(scene.simulator.requests.overLimit()).toEqual([]);
      expect(await scene.differences()).toEqual([]);
    },
  );

  it.each(['none', 'overall', 'none-on-streams', 'rubbish'] as const)(
    'sync under the quota keeps the quota with rate limit headers of the kind "%s"',
    async (headers) => {
      const scene = await openScene({ activities: 18, headers, quota: quick, env: quickEnv });
      const { exitCode, stderr } = await scene.call('sync');
      expect(exitCode, stderr).toBe(0);
      expect(scene.simulator.requests.overLimit()).toEqual([]);
      expect(await scene.differences()).toEqual([]);
    },
  );

  it('sync under the quota leaves requests for a new upload during a backfill', async () => {
    const env = { ...quickEnv, SYNC_SCHEDULE: '* * * * * *' };
    const scene = await openScene({ activities: 80, quota: quick, env });
    const daemon = scene.begin(['start']);
    await daemon.shown('Quota spent, waiting until');
    const fresh = scene.simulator.world.addActivity(athleteId, {}, { samples: 5 });
    const { requests } = scene.simulator;
    await requests.waitFor((log) => log.count({ activityId: fresh }) > 0, 30_000);
    const pending = { 'sync.streams.state': 'pending' };
    const left = await scene.db.collection('activities').countDocuments(pending);
    expect(left).toBeGreaterThan(40);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    expect(requests.overLimit()).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../support/command/command.ts';
import { logIn } from '../../support/mirror.ts';
import type { Scene } from '../../support/scene.ts';
import { athleteId, athleteNamed, useScene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';

const everySecond = { SYNC_SCHEDULE: '* * * * * *' };
const onceAYear = { SYNC_SCHEDULE: '0 0 1 1 *' };
const dayMs = 86_400_000;
/** A stop is promised within ten seconds; the rest is for a busy machine. */
const maxStopMs = 30_000;

async function isTrue(scene: Scene): Promise<boolean> {
  return (await scene.differences()).length === 0;
}

describe.concurrent('the daemon', () => {
  const openScene = useScene();

  it('stores a new upload, and ends with 0 on SIGTERM', async () => {
    const scene = await openScene({ activities: 8, env: { SYNC_SCHEDULE: '*/2 * * * * *' } });
    const daemon = scene.launch(['start']);
    await daemon.shown('Run done');
    scene.simulator.world.addActivity(athleteId, {}, { samples: 10 });
    await eventually(() => isTrue(scene));
    daemon.kill('SIGTERM');
    const { exitCode, signal, stdout, stderr } = await daemon.ended;
    expect({ exitCode, signal }).toEqual({ exitCode: 0, signal: null });
    expect(stdout).toBe('');
    expect(stderr).toContain('Domestique has stopped.');
  });

  it('logs one line for a run that did something, and none above debug for an idle tick', async () => {
    const scene = await openScene({ activities: 4, env: { ...everySecond, LOG_LEVEL: 'info' } });
    const daemon = scene.launch(['start']);
    const runs = scene.db.collection('runs');
    const isIdle = { outcome: 'done', 'counts.added': 0, 'counts.streams_stored': 0 };
    await eventually(async () => (await runs.countDocuments(isIdle)) >= 2);
    daemon.kill('SIGTERM');
    const lines = (await daemon.ended).stderr.trimEnd().split('\n');
    const logged = lines.map((line) => JSON.parse(line) as { level: string; msg: string });
    expect(logged.filter(({ msg }) => msg.startsWith('Run ')).map(({ msg }) => msg)).toEqual([
      expect.stringContaining('Run done: 4 new, 0 changed, 4 streams'),
    ]);
    expect(new Set(logged.map(({ level }) => level))).toEqual(new Set(['info']));
    expect(logged.length, lines.join('\n')).toBeLessThanOrEqual(6);
  });

  it('makes one run at a time, regardless of ticks', async () => {
    const scene = await openScene({ activities: 5, env: everySecond });
    const holding = scene.simulator.hold({ endpoint: 'streams' });
    const daemon = scene.begin(['start']);
    const held = await holding;
    await scene.simulator.requests.waitFor((log) => log.count('list') >= 4, 50_000);
    const runs = scene.db.collection('runs');
    expect(await runs.countDocuments()).toBe(1);
    held.release();
    await eventually(() => isTrue(scene));
    await eventually(async () => (await runs.countDocuments()) > 1);
    daemon.kill('SIGTERM');
    await daemon.ended;
    const made = await runs.find().sort({ started_at: 1 }).toArray();
    for (const [index, { started_at }] of made.entries()) {
      const before = made[index - 1] as { ended_at?: Date } | undefined;
      if (before)
        expect(before.ended_at?.getTime()).toBeLessThanOrEqual((started_at as Date).getTime());
    }
    expect(scene.simulator.requests.fetchedTwice()).toEqual([]);
  });

  it('logs a failed run with its cause, and succeeds at the next tick', async () => {
    const scene = await openScene({ activities: 5, env: everySecond });
    scene.simulator.setApplicationInactive(true);
    const daemon = scene.begin(['start']);
    await daemon.shown('The run failed: Strava says that the application is inactive');
    scene.simulator.setApplicationInactive(false);
    await eventually(() => isTrue(scene));
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    expect(await scene.db.collection('runs').countDocuments({ outcome: 'failed' })).toBeGreaterThan(
      0,
    );
  });

  it('continues after Strava was unavailable for several ticks', async () => {
    const scene = await openScene({ activities: 5, env: everySecond });
    const { faults, requests } = scene.simulator;
    faults.rate(1, ['html-502', 'reset']);
    const daemon = scene.begin(['start']);
    await requests.waitFor((log) => log.count('list') >= 4, 90_000);
    faults.clear();
    await eventually(() => isTrue(scene), 90_000);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
  }, 200_000);

  it('syncs the others when an athlete has revoked the access', async () => {
    const athletes = [athleteNamed('Ada', 1001, 4), athleteNamed('Bob', 1002, 4)];
    const scene = await openScene({ athletes, env: everySecond });
    scene.simulator.deauthorize(1001);
    const daemon = scene.begin(['start']);
    await daemon.shown('Athlete 1001 has to log in again');
    await eventually(async () => (await scene.differences(1002)).length === 0);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
  });

  it('syncs an athlete who logs in while it runs', async () => {
    const scene = await openScene({ activities: 4, isLoggedIn: false, env: everySecond });
    const daemon = scene.begin(['start']);
    await daemon.shown('Nobody has logged in yet. Run: npm run auth');
    await logIn(scene.db, scene.simulator, athleteId);
    await eventually(() => isTrue(scene));
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
  });

  it('makes a run at start if one was missed', async () => {
    const scene = await openScene({ activities: 4, env: onceAYear });
    await scene.call('sync');
    const longAgo = { $set: { 'sync.polled_at': new Date(Date.now() - 400 * dayMs) } };
    await scene.db.collection('athletes').updateOne({}, longAgo);
    scene.simulator.world.addActivity(athleteId, {}, { samples: 5 });
    const daemon = scene.begin(['start']);
    await daemon.shown('Run done: 1 new');
    expect(await scene.differences()).toEqual([]);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
  });

  it('makes no run at start if none was missed', async () => {
    const scene = await openScene({ activities: 4, env: onceAYear });
    await scene.call('sync');
    scene.simulator.requests.clear();
    const daemon = scene.begin(['start']);
    await daemon.shown('Domestique is running');
    daemon.kill('SIGTERM');
    const { exitCode, stderr } = await daemon.ended;
    expect(exitCode).toBe(0);
    expect(stderr.split('\n')[0]).toContain(`Domestique ${String(packageVersion())} starts.`);
    expect(await scene.db.collection('runs').countDocuments()).toBe(1);
    expect(scene.simulator.requests.entries).toHaveLength(0);
  });

  it("completes another command's backfill request without fetching anything twice", async () => {
    const quota = { short: 10, daily: 500, shortWindowMs: 2_000, dailyWindowMs: 60_000 };
    const scene = await openScene({
      athletes: [{ ...athleteNamed('Ada', athleteId, 60), years: 4 }],
      quota,
      env: {
        ...onceAYear,
        STRAVA_QUOTA_SHORT: '10',
        STRAVA_QUOTA_SHORT_WINDOW: '2s',
        STRAVA_QUOTA_DAILY: '500',
        STRAVA_QUOTA_DAILY_WINDOW: '60s',
      },
    });
    // As many as may be in flight: the daemon sends no more before the backfill request is stored.
    const holding = Array.from({ length: 4 }, () => scene.simulator.hold({ endpoint: 'streams' }));
    const daemon = scene.launch(['start']);
    const held = await daemon.reach(Promise.all(holding));
    const requesting = scene.begin(['sync', '--until', '1200d', '--json']);
    const left = { 'sync.backfills.0': { $exists: true } };
    await eventually(
      async () => (await scene.db.collection('athletes').countDocuments(left)) === 1,
    );
    for (const each of held) each.release();
    const command = await requesting.ended;
    expect(command.exitCode, command.stderr).toBe(0);
    expect(command.stderr).toMatch(
      /Process \d+ on .* is syncing athlete 1001; it will also complete this request/,
    );
    const until = new Date(Date.now() - 1_200 * dayMs);
    const activities = scene.db.collection('activities');
    const pending = { 'sync.streams.state': 'pending' };
    const requested = await activities.find({ start_date: { $lte: until } }).toArray();
    expect(requested.length).toBeGreaterThan(5);
    expect(await activities.countDocuments({ start_date: { $lte: until }, ...pending })).toBe(0);
    await daemon.shown('Run done');
    expect(await scene.differences()).toEqual([]);
    // The oldest activities, which the daemon would otherwise fetch last.
    const fetched = scene.requestedStreams();
    const lastRequested = Math.max(...requested.map(({ _id }) => fetched.indexOf(Number(_id))));
    expect(fetched.length - lastRequested).toBeGreaterThan(5);
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    expect(scene.simulator.requests.fetchedTwice()).toEqual([]);
    expect(scene.simulator.requests.overLimit()).toEqual([]);
  }, 120_000);

  it('ends a backfill command with --no-wait at once with 75, and completes its request', async () => {
    const scene = await openScene({ activities: 5, env: onceAYear });
    const holding = scene.simulator.hold({ endpoint: 'streams' });
    const daemon = scene.begin(['start']);
    const held = await holding;
    const { exitCode, stdout } = await scene.call('sync', '--since', '2024', '--no-wait');
    expect(exitCode).toBe(75);
    expect(stdout).toMatch(/Athlete 1001 is being synced by process \d+/);
    held.release();
    await eventually(() => isTrue(scene));
    daemon.kill('SIGTERM');
    await daemon.ended;
  });

  it('aborts a hanging request, and ends with 0 within ten seconds', async () => {
    const scene = await openScene({ activities: 5, env: onceAYear });
    scene.simulator.faults.next('hang', 1, { endpoint: 'streams' });
    const daemon = scene.launch(['start']);
    await scene.simulator.requests.waitFor((log) => log.count('streams') >= 1, 50_000);
    const stoppedAtMs = performance.now();
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    expect(performance.now() - stoppedAtMs).toBeLessThan(maxStopMs);
    const [last] = await scene.db.collection('runs').find().toArray();
    expect(last).toMatchObject({ outcome: 'stopped' });
    const next = await scene.call('sync', '--no-wait');
    expect(next.exitCode, next.stderr).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });

  it('stops waiting for the quota on SIGTERM', async () => {
    const scene = await openScene({
      activities: 40,
      env: { ...onceAYear, STRAVA_QUOTA_SHORT: '10', STRAVA_QUOTA_SHORT_WINDOW: '24h' },
    });
    const daemon = scene.begin(['start']);
    await daemon.shown('Quota spent, waiting until');
    const stoppedAtMs = performance.now();
    daemon.kill('SIGTERM');
    expect((await daemon.ended).exitCode).toBe(0);
    expect(performance.now() - stoppedAtMs).toBeLessThan(maxStopMs);
  });

  it('ends at once on a second signal after more than a second', async () => {
    const scene = await openScene({ activities: 5, env: onceAYear });
    scene.simulator.faults.next('hang', 1, { endpoint: 'streams' });
    const daemon = scene.launch(['start']);
    await scene.simulator.requests.waitFor((log) => log.count('streams') >= 1, 50_000);
    daemon.kill('SIGINT');
    const firstAtMs = performance.now();
    await eventually(() => performance.now() - firstAtMs > 1_100);
    daemon.kill('SIGINT');
    const { exitCode } = await daemon.ended;
    expect(exitCode).toBe(130);
    expect(performance.now() - firstAtMs).toBeLessThan(maxStopMs);
  });
});

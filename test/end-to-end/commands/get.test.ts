import { Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { athleteId, athleteNamed, trueIds, useScene } from '../../support/scene.ts';

const two = [athleteNamed('Ada', 1001, 2), athleteNamed('Bob', 1002, 2)];
/** Windows that do not end while a test runs. */
const lastingEnv = { STRAVA_QUOTA_SHORT_WINDOW: '24h', STRAVA_QUOTA_DAILY: '3' };
const lasting = { short: 3, daily: 3, shortWindowMs: 86_400_000 };

describe.concurrent('get', () => {
  const openScene = useScene();

  it('get prints only the JSON of the response, in a child process through npm', async () => {
    const scene = await openScene({ activities: 5 });
    const args = ['run', '-s', 'get', '--', '/athlete/activities', '--param', 'per_page=3'];
    const { exitCode, stdout, stderr } = await scene.launch(args, {}, { program: 'npm' }).ended;
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toHaveLength(3);
    expect(stdout.endsWith('\n')).toBe(true);
    expect(scene.countedRequests()).toBe(1);
    expect(scene.simulator.requests.entries.map(({ method }) => method)).not.toContain('PUT');
    expect(await scene.db.collection('activities').countDocuments()).toBe(0);
  });

  it('get prints ids beyond 2^53 exactly', async () => {
    const scene = await openScene({ activities: 12 });
    const printed: string[] = [];
    for (const id of trueIds(scene.simulator)) {
      const { stdout } = await scene.call('get', `/activities/${id}`);
      printed.push(...[...stdout.matchAll(/"id":(\d{16,})/g)].map(([, long = '']) => long));
    }
    // A text that was parsed into doubles would print the same again.
    const exact = printed.filter((long) => String(Number(long)) !== long);
    expect(exact.length).toBeGreaterThan(0);
  });

  it('get charges the quota like any request, and never exceeds it', async () => {
    const scene = await openScene({ activities: 2, quota: lasting, env: lastingEnv });
    const codes: (number | null)[] = [];
    for (let count = 0; count < 4; count += 1)
      codes.push((await scene.call('get', '/athlete', '--no-wait')).exitCode);
    expect(codes).toEqual([0, 0, 0, 75]);
    expect(scene.countedRequests()).toBe(3);
    expect(scene.simulator.requests.overLimit()).toEqual([]);
  });

  it('get waits for the quota without --no-wait, and says until when', async () => {
    const quota = { short: 1, daily: 100, shortWindowMs: 2_000, dailyWindowMs: 60_000 };
    const env = {
      STRAVA_QUOTA_SHORT: '1',
      STRAVA_QUOTA_SHORT_WINDOW: '2s',
      STRAVA_QUOTA_DAILY: '100',
      STRAVA_QUOTA_DAILY_WINDOW: '60s',
    };
    const scene = await openScene({ activities: 2, quota, env });
    const texts: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      const { exitCode, stdout, stderr } = await scene.call('get', '/athlete');
      expect(exitCode, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ id: athleteId });
      texts.push(stderr);
    }
    expect(texts.join('')).toContain('Quota spent, waiting until');
    expect(scene.simulator.requests.overLimit()).toEqual([]);
  });

  it('get refreshes a token that Strava rejects', async () => {
    const scene = await openScene({ activities: 2 });
    scene.simulator.expireAccessTokens();
    const { exitCode, stderr } = await scene.call('get', '/athlete');
    expect(exitCode, stderr).toBe(0);
    expect(scene.simulator.requests.tokenRefreshes()).toBe(1);
  });

  it('get retries transient failures, and names them on stderr', async () => {
    const scene = await openScene({ activities: 2 });
    scene.simulator.faults.next('html-502', 1);
    scene.simulator.faults.next('truncated', 1);
    const { exitCode, stdout, stderr } = await scene.call('get', '/athlete');
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: athleteId });
    expect(stderr).toContain('Strava is away');
    expect(scene.simulator.requests.count('athlete')).toBe(3);
  });

  it("get ends with 1 and Strava's own message for a 404 and a 500, after one request", async () => {
    const scene = await openScene({ activities: 2 });
    const unknown = await scene.call('get', '/activities/1');
    scene.simulator.faults.next('error-json', 1);
    const broken = await scene.call('get', '/athlete');
    expect(unknown.stderr).toMatch(/^Strava returned 404 for \/activities\/1: ".+"/m);
    expect(broken.stderr).toMatch(/^Strava returned 500 for \/athlete: "error"\.$/m);
    for (const { exitCode, stdout } of [unknown, broken]) {
      expect(exitCode).toBe(1);
      expect(stdout).toBe('');
    }
    expect(scene.countedRequests()).toBe(2);
  });

  it('get ends with 2 and the ids of the athletes if several have logged in', async () => {
    const scene = await openScene({ athletes: two });
    const { exitCode, stdout, stderr } = await scene.call('get', '/athlete');
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^Several athletes have logged in: 1001, 1002\. Name one with --athlete/m,
    );
    const chosen = await scene.call('get', '/athlete', '--athlete', '1002');
    expect(JSON.parse(chosen.stdout)).toMatchObject({ id: 1002 });
    const strange = await scene.call('get', '/athlete', '--athlete', '7');
    expect(strange.exitCode).toBe(3);
  });

  it('get ends with 3 for a scope that was not granted, and leaves the login valid', async () => {
    const scene = await openScene({ activities: 2, isLoggedIn: false });
    const { simulator, db } = scene;
    const token = simulator.issueRefreshToken(athleteId, ['read', 'activity:read_all']);
    expect((await scene.call('auth', '--refresh-token', token)).exitCode).toBe(0);
    const { exitCode, stderr } = await scene.call('get', '/athlete/zones');
    expect(exitCode, stderr).toBe(3);
    expect(stderr).toContain('profile:read');
    expect((await scene.call('sync')).exitCode).toBe(0);
    const id = Long.fromNumber(athleteId);
    const login = await db.collection<{ _id: Long }>('tokens').findOne({ _id: id });
    expect(login).not.toBeNull();
  });

  it('get ends with 2 for a path of another host, without a request', async () => {
    const scene = await openScene({ activities: 2 });
    const { exitCode, stderr } = await scene.call('get', 'https://evil.example/api/v3/athlete');
    expect(exitCode).toBe(2);
    expect(stderr).toContain("The URL is not of Strava's API");
    expect(scene.simulator.requests.entries).toEqual([]);
  });
});

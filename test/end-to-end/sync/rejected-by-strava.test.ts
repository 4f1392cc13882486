/**
 * What no waiting cures ends a command soon, with its cause; what may pass is shown at the first failure.
 */
import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../../../src/simulator/api/fault-kinds.ts';
import { storedIds, trueIds, useScene } from '../../support/scene.ts';

const env = { LOG_LEVEL: 'warn' };

describe.concurrent('sync against an address that is not the API', () => {
  const openScene = useScene();

  it.each<[FaultKind, 'list' | 'token', RegExp]>([
    [
      'redirect',
      'list',
      /the list of activities is redirected to https:\/\/api\.example\.org \(302\)/,
    ],
    ['page-400', 'list', /rejects the request for the list of activities \(400, text\/html\)/],
    ['page-403', 'list', /rejects the request for the list of activities \(403, text\/html\)/],
    ['page-404', 'list', /\(404, text\/html\)\. Check STRAVA_API_URL/],
    ['redirect', 'token', /the token is redirected to https:\/\/api\.example\.org \(302\)/],
    ['page-404', 'token', /\(404, text\/html\)\. Check STRAVA_OAUTH_URL/],
  ])(
    'sync against an address that is not the API ends with its cause after three times %s for the %s',
    async (kind, endpoint, cause) => {
      const scene = await openScene({ activities: 3 });
      scene.simulator.faults.next(kind, 1_000, { endpoint });
      const { exitCode, stderr } = await scene.callWith(env, 'sync');
      expect(exitCode, stderr).toBe(1);
      expect(stderr).toMatch(cause);
      expect(stderr.trim().split('\n')).toHaveLength(2);
      expect(stderr).not.toContain('secret');
      expect(scene.simulator.requests.count({ endpoint })).toBe(3);
    },
  );

  it.each(['page-403', 'redirect'] as const)(
    'sync against an address that is not the API goes on after one %s for the list',
    async (kind) => {
      const scene = await openScene({ activities: 3 });
      scene.simulator.faults.next(kind, 1, { endpoint: 'list' });
      const { exitCode, stderr } = await scene.callWith(env, 'sync');
      expect(exitCode, stderr).toBe(0);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(await scene.differences()).toEqual([]);
    },
  );

  it.each(['page-403', 'redirect'] as const)(
    'sync against an address that is not the API fetches the streams of one activity once their lasting %s is over',
    async (kind) => {
      const scene = await openScene({ activities: 6 });
      const [{ id } = { id: 0 }] = scene.simulator.world
        .activities(1001)
        .filter(({ hasStreams }) => hasStreams);
      scene.simulator.faults.activity(id, kind);
      const command = scene.begin(['sync'], env);
      await scene.simulator.requests.waitFor((log) => log.count({ activityId: id }) >= 3, 30_000);
      scene.simulator.faults.clear();
      const { exitCode, stderr } = await command.ended;
      expect(exitCode, stderr).toBe(0);
      expect(await scene.differences()).toEqual([]);
    },
  );

  it.each([
    [
      'http://127.0.0.1:9/api/v3',
      /127\.0\.0\.1:9 refuses the connection \(ECONNREFUSED\)\. Trying again/,
    ],
    [
      'https://strava.invalid/api/v3',
      /The host strava\.invalid is not found \(\w+\)\. Trying again/,
    ],
  ])(
    'sync against an address that is not the API shows at the first failure why %s does not answer',
    async (url, cause) => {
      const scene = await openScene({ activities: 3 });
      const command = scene.begin(['sync'], { ...env, STRAVA_API_URL: url });
      await command.shown(cause);
      command.kill('SIGINT');
      await command.ended;
    },
  );

  it('sync against an address that is not the API shows at the first failure that a page came instead of the list', async () => {
    const scene = await openScene({ activities: 3 });
    scene.simulator.faults.next('html-200', 1_000, { endpoint: 'list' });
    const command = scene.begin(['sync'], env);
    await command.shown(/the list of activities is not JSON \(text\/html\)\. Trying again/);
    command.kill('SIGINT');
    await command.ended;
  });

  it('sync against an address that is not the API ends where the list shows the same page again, spends no quota on it, and leaves no hole', async () => {
    const scene = await openScene({ activities: 230, env: { SYNC_STREAMS: 'false' } });
    const { faults, requests } = scene.simulator;
    faults.next('same-page', 1_000, { endpoint: 'list' });
    const { exitCode, stderr } = await scene.callWith(env, 'sync');
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toMatch(/list of activities does not get on: pages \d and \d show the same/);
    expect(requests.count('list')).toBeLessThanOrEqual(6);
    faults.clear();
    expect((await scene.callWith(env, 'sync')).exitCode).toBe(0);
    expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator));
  });
});

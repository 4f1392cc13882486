import { describe, expect, it } from 'vitest';
import { athleteId, useScene } from '../../support/scene.ts';

describe.concurrent('an access token', () => {
  const openScene = useScene();

  it('an access token is refreshed once for all requests in flight when Strava rejects it', async () => {
    const scene = await openScene({ activities: 40 });
    const { requests } = scene.simulator;
    const command = scene.begin(['sync']);
    await requests.waitFor((log) => log.count('streams') >= 10, 30_000);
    scene.simulator.expireAccessTokens();
    const { exitCode, stderr } = await command.ended;
    expect(exitCode, stderr).toBe(0);
    expect(requests.tokenRefreshes()).toBe(2);
    expect(await scene.differences()).toEqual([]);
  });

  it('an access token of a few seconds is refreshed as often as needed, and no grant is lost', async () => {
    const scene = await openScene({ activities: 60, accessTokenLifetimeMs: 3_000 });
    const { requests } = scene.simulator;
    scene.simulator.setQuota({ short: 20, shortWindowMs: 2_000 });
    const env = { STRAVA_QUOTA_SHORT: '20', STRAVA_QUOTA_SHORT_WINDOW: '2s' };
    const { exitCode, stderr } = await scene.callWith(env, 'sync');
    expect(exitCode, stderr).toBe(0);
    expect(requests.tokenRefreshes()).toBeGreaterThan(1);
    expect(await scene.differences()).toEqual([]);
    const grant = await scene.db.collection('tokens').findOne({});
    expect(scene.simulator.isRefreshTokenLive(String(grant?.['refresh_token']))).toBe(true);
  });

  it('an access token is refreshed once for two concurrent commands', async () => {
    const scene = await openScene({ activities: 25 });
    const ended = await Promise.all([
      scene.run('sync'),
      scene.call('sync'),
      scene.call('sync', '--since', '400d'),
    ]);
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(scene.simulator.requests.tokenRefreshes()).toBe(1);
    expect(scene.simulator.requests.fetchedTwice()).toEqual([]);
    expect(await scene.differences()).toEqual([]);
  });

  it('an access token is checked by one request where there are no activities', async () => {
    const scene = await openScene({ activities: 0 });
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(scene.countedRequests()).toBe(1);
    const first = scene.simulator.world.addActivity(athleteId, {}, { samples: 5 });
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(scene.requestedStreams()).toEqual([first]);
    expect(await scene.differences()).toEqual([]);
  });
});

import { afterEach, describe, expect, inject, it } from 'vitest';
import { reportFaults } from '../fault-report.ts';
import { scaled } from '../support/faults/fault-scale.ts';
import type { Requester } from '../support/faults/requesters.ts';
import {
  exchangesOf,
  needlessExchanges,
  startRequester,
  sumOutcomes,
} from '../support/faults/requesters.ts';
import { useScene } from '../support/scene.ts';

const lifetimeMs = 1_000;
const expiries = scaled(6, 30);
const processes = 4;
const running = new Set<Requester>();

describe('the refresh of tokens that last a second and always rotate', () => {
  const open = useScene();
  afterEach(async () => {
    const left = [...running];
    running.clear();
    for (const { kill } of left) kill('SIGKILL');
    await Promise.allSettled(left.map(({ output }) => output));
  });

  it('the refresh of tokens that last a second and always rotate refreshes once for each expiry across four processes', async () => {
    const scene = await open({
      activities: scaled(20, 200),
      accessTokenLifetimeMs: lifetimeMs,
      rotation: 'always',
      quota: { short: 100_000, daily: 1_000_000 },
      env: { STRAVA_QUOTA_SHORT: '100000', STRAVA_QUOTA_DAILY: '1000000' },
    });
    const { simulator, db } = scene;
    const requesters = Array.from({ length: processes - 1 }, () => startRequester(scene));
    for (const requester of requesters) running.add(requester);
    const command = scene.launch(['sync']);
    await simulator.requests.waitFor((log) => log.tokenRefreshes() >= expiries, 120_000);
    for (const { kill } of requesters) kill('SIGTERM');
    const outcomes = await Promise.all(requesters.map(({ output }) => output));
    const ended = await command.ended;

    const refreshes = exchangesOf(simulator, lifetimeMs);
    const needless = needlessExchanges(refreshes, lifetimeMs);
    const rejected = refreshes.filter(({ status }) => status !== 200);
    const revoked = await db
      .collection('tokens')
      .countDocuments({ needs_authorization: { $exists: true } });
    const { '200': succeeded = 0, ...failed } = sumOutcomes(outcomes);
    const rejectedRequests = simulator.requests.count(({ status }) => status === 401);
    reportFaults(inject('faultReport'), {
      scenario: `${processes} processes, tokens of a second, rotation always`,
      requests: scene.countedRequests(),
      overLimit: simulator.requests.overLimit().length,
      fetchedTwice: simulator.requests.fetchedTwice().length,
      note: `${refreshes.length} refreshes, ${needless.length} without an expiry, ${rejected.length} rejected, ${revoked} false "revoked"; ${rejectedRequests} requests met an expired token`,
    });
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect({ needless, rejected, revoked, failed }).toEqual({
      needless: [],
      rejected: [],
      revoked: 0,
      failed: {},
    });
    expect(succeeded).toBeGreaterThan(refreshes.length);
    expect(await scene.differences()).toEqual([]);
  });
});

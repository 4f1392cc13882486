import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { reportFaults } from '../fault-report.ts';
import { scaled } from '../support/fault-scale.ts';
import type { Scene } from '../support/scene.ts';
import { athleteId, useScene } from '../support/scene.ts';
import type { RequesterInput, RequesterOutput } from './fixtures/requester-protocol.ts';

const lifetimeMs = 1_000;
/** A sixth of the token's lifetime. */
const marginMs = lifetimeMs / 6;
const expiries = scaled(6, 30);
const processes = 4;

interface Requester {
  readonly output: Promise<RequesterOutput>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

const running = new Set<Requester>();

function startRequester({ simulator, mongodb }: Scene): Requester {
  const { apiUrl, oauthUrl, clientId, clientSecret } = simulator;
  const strava = { apiUrl, oauthUrl, clientId, clientSecret };
  const { uri, name } = mongodb;
  const input: RequesterInput = { mongodb: { uri, name }, strava, athleteId };
  const script = join(import.meta.dirname, 'fixtures/requester.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = Promise.all([text(child.stdout), once(child, 'close')]).then(
    ([printed]) => JSON.parse(printed) as RequesterOutput,
  );
  const requester = { output, kill: (signal: NodeJS.Signals) => void child.kill(signal) };
  running.add(requester);
  void output.finally(() => running.delete(requester)).catch(() => undefined);
  return requester;
}

/** The time of each refresh, and the expiry of its new token. */
function refreshesOf({ requests }: Simulator) {
  return requests.entries
    .filter(({ endpoint }) => endpoint === 'token')
    .map(({ at, status }) => ({
      atMs: at.getTime(),
      status,
      expiresAtMs: Math.floor((at.getTime() + lifetimeMs) / 1_000) * 1_000,
    }));
}

describe('the refresh of tokens that last a second and always rotate', () => {
  const open = useScene();
  afterEach(async () => {
    const left = [...running];
    for (const { kill } of left) kill('SIGKILL');
    await Promise.allSettled(left.map(({ output }) => output));
  });

  it('refreshes once for each expiry across four processes', async () => {
    const scene = await open({
      activities: scaled(20, 200),
      accessTokenLifetimeMs: lifetimeMs,
      rotation: 'always',
      quota: { short: 100_000, daily: 1_000_000 },
      env: { STRAVA_QUOTA_SHORT: '100000', STRAVA_QUOTA_DAILY: '1000000' },
    });
    const { simulator, db } = scene;
    const requesters = Array.from({ length: processes - 1 }, () => startRequester(scene));
    const command = scene.launch(['sync']);
    await simulator.requests.waitFor((log) => log.tokenRefreshes() >= expiries, 120_000);
    for (const { kill } of requesters) kill('SIGTERM');
    const outcomes = await Promise.all(requesters.map(({ output }) => output));
    const ended = await command.ended;

    const refreshes = refreshesOf(simulator);
    const needless = refreshes
      .slice(1)
      .filter(({ atMs }, index) => atMs < (refreshes[index]?.expiresAtMs ?? 0) - marginMs);
    const rejected = refreshes.filter(({ status }) => status !== 200);
    const revoked = await db
      .collection('tokens')
      .countDocuments({ needs_authorization: { $exists: true } });
    const succeeded = outcomes.reduce((sum, outcome) => sum + (outcome['200'] ?? 0), 0);
    const failed = outcomes.flatMap((outcome) =>
      Object.entries(outcome).filter(([kind]) => kind !== '200'),
    );
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
      failed: [],
    });
    expect(succeeded).toBeGreaterThan(refreshes.length);
    expect(await scene.differences()).toEqual([]);
  });
});

import { inspect } from 'node:util';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { DomestiqueError } from '../../src/errors.ts';
import { StravaTransientError } from '../../src/strava-errors.ts';
import type { FaultKind } from '../../src/simulator/api/fault-kinds.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createHttp } from '../../src/strava/http.ts';
import { useAdapter } from '../mongo/adapter.ts';
import { athleteId, createStack, free, logIn, thrownBy, type Stack } from './stack.ts';

const adapter = useAdapter();
let simulator: Simulator;
let stack: Stack;
let activityId = 0;

beforeAll(async () => {
  const athletes = [
    { id: athleteId, firstname: 'A', lastname: 'M', activities: 5, manualShare: 0 },
  ];
  simulator = await startSimulator({ athletes });
  activityId = simulator.world.activities(athleteId).find((one) => one.hasStreams)?.id ?? 0;
});

beforeEach(async () => {
  await adapter.empty();
  simulator.faults.clear();
  stack = await createStack({ simulator, store: adapter.store, requestTimeoutMs: 400 });
  await logIn(stack, simulator);
});

afterAll(() => simulator.close());

/** The errors of the list and the streams under that fault. */
async function failuresOf(kind: FaultKind): Promise<readonly [Error, Error]> {
  simulator.faults.next(kind, 2);
  const list = await thrownBy(stack.source.listPage(athleteId, { page: 1 }, free));
  const streams = await thrownBy(stack.source.streams(athleteId, activityId, free));
  return [list, streams];
}

/** Everything of an error that a log could show. */
function everythingOf(error: Error): string {
  const json = JSON.stringify(error, [...Object.getOwnPropertyNames(error), 'cause', 'options']);
  return [inspect(error, { depth: 10, showHidden: true }), json, error.stack].join('\n');
}

async function secrets(): Promise<readonly string[]> {
  const grant = await stack.tokens.load(athleteId);
  if (grant === undefined) throw new Error('No grant.');
  return [grant.accessToken, grant.refreshToken, simulator.clientSecret, 'Bearer'];
}

const kinds: readonly [FaultKind, string, string][] = [
  ['error-json', 'STRAVA_RECORD', 'STRAVA_RECORD'],
  ['html-502', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['597', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['reset', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['reset-mid-body', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['truncated', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['cut-json', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['wrong-content-type', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['html-200', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['hang', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['drip', 'STRAVA_TRANSIENT', 'STRAVA_TRANSIENT'],
  ['wrong-shape', 'MALFORMED_RESPONSE', 'MALFORMED_RESPONSE'],
];

describe('a request', () => {
  it.each(kinds)(
    'a request fails a request that meets %s with a typed error without a secret',
    async (...row) => {
      const [kind, listCode, streamsCode] = row;
      const [list, streams] = await failuresOf(kind);
      const codes = [list, streams].map((error) => Reflect.get(error, 'code') as unknown);
      expect(codes).toEqual([listCode, streamsCode]);
      for (const error of [list, streams]) {
        expect(error).toBeInstanceOf(DomestiqueError);
        for (const secret of await secrets()) expect(everythingOf(error)).not.toContain(secret);
      }
      expect(simulator.faults.count(kind)).toBeGreaterThanOrEqual(2);
      await expect(stack.source.listPage(athleteId, { page: 1 }, free)).resolves.toHaveLength(5);
    },
  );

  it('a request closes the window after a 429', async () => {
    const [list, streams] = await failuresOf('rate-limit');
    expect(list).toMatchObject({ code: 'RATE_LIMITED' });
    expect(streams).toMatchObject({ code: 'QUOTA_SPENT' });
  });

  it('a request reads a page with odd values record by record', async () => {
    simulator.faults.next('malformed', 2);
    const records = await stack.source.listPage(athleteId, { page: 1 }, free);
    expect(records.map(({ isUsable }) => isUsable)).toEqual([false, false]);
    const streams = await thrownBy(stack.source.streams(athleteId, activityId, free));
    expect(streams).toMatchObject({ code: 'MALFORMED_RESPONSE' });
  });

  it('a request reports an unknown activity as not found', async () => {
    const error = await thrownBy(stack.source.streams(athleteId, 7, free));
    expect(error).toMatchObject({ code: 'NOT_FOUND', isTransient: false });
  });

  it('a request names the missing scope', async () => {
    const refreshToken = simulator.issueRefreshToken(athleteId, ['read']);
    const grant = { athleteId, accessToken: 'x', refreshToken, expiresAt: new Date(0) };
    await stack.tokens.save(grant);
    const error = await thrownBy(stack.source.listPage(athleteId, { page: 1 }, free));
    expect(error).toMatchObject({ code: 'SCOPE_MISSING' });
    expect(error.message).toContain('activity:read_permission');
  });

  it('a request rejects an inactive application without marking the athlete', async () => {
    await stack.source.listPage(athleteId, { page: 1 }, free);
    simulator.setApplicationInactive(true);
    try {
      const error = await thrownBy(stack.source.listPage(athleteId, { page: 1 }, free));
      expect(error).toMatchObject({ code: 'APPLICATION_REJECTED' });
      simulator.expireAccessTokens();
      await stack.tokens.save({
        athleteId,
        accessToken: 'old',
        refreshToken: simulator.issueRefreshToken(athleteId),
        expiresAt: new Date(0),
      });
      const rejected = await thrownBy(stack.source.listPage(athleteId, { page: 1 }, free));
      expect(rejected).toMatchObject({ code: 'APPLICATION_REJECTED' });
      expect(await stack.tokens.load(athleteId)).not.toHaveProperty('needsAuthorization');
    } finally {
      simulator.setApplicationInactive(false);
    }
  });
});

describe('an exchange', () => {
  it('an exchange reports an unreachable server as transient, and names only its host', async () => {
    const http = createHttp(1_000);
    const url = 'http://127.0.0.1:9/oauth?client_secret=geheim';
    const error = await thrownBy(
      http({ method: 'GET', url, headers: { authorization: 'Bearer geheim' } }),
    );
    expect(error).toBeInstanceOf(StravaTransientError);
    expect(everythingOf(error)).not.toContain('geheim');
    expect(error.message).toContain('127.0.0.1:9');
  });

  it('an exchange ends at once when it is aborted', async () => {
    const stop = new AbortController();
    const held = simulator.hold({ endpoint: 'list' });
    const http = createHttp(30_000);
    await stack.source.streams(athleteId, activityId, free);
    const grant = await stack.tokens.load(athleteId);
    const going = thrownBy(
      http({
        method: 'GET',
        url: `${simulator.apiUrl}/athlete/activities`,
        headers: { authorization: `Bearer ${grant?.accessToken ?? ''}` },
        signal: stop.signal,
      }),
    );
    const waiting = await held;
    stop.abort();
    expect(everythingOf(await going)).not.toContain(grant?.accessToken);
    waiting.drop();
  });

  it('an exchange sends each request once, because retries would bypass the quota', async () => {
    await stack.source.listPage(athleteId, { page: 1 }, free);
    simulator.requests.clear();
    for (const kind of ['html-502', 'reset', 'hang'] as const) await failuresOf(kind);
    expect(simulator.requests.count()).toBe(6);
  });
});

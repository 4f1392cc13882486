import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AuthorizationNeededError, OtherApplicationError } from '../../src/errors.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { isAthletes } from '../../src/sync/outcomes.ts';
import { useAdapter } from '../mongo/adapter.ts';
import { open } from '../mongo/base/connection-of.ts';
import { pageOf, recordOf } from '../mongo/pages.ts';
import { athleteId, createStack, free, logIn, never, thrownBy, type Stack } from './stack.ts';

const adapter = useAdapter();
const athletes = [{ id: athleteId, firstname: 'Anna', lastname: 'Muster', activities: 5 }];
let simulators: Simulator[] = [];

beforeEach(() => adapter.empty());

afterEach(async () => {
  await Promise.all(simulators.map((simulator) => simulator.close()));
  simulators = [];
});

async function start(options: SimulatorOptions = {}): Promise<[Simulator, Stack]> {
  const simulator = await startSimulator({ athletes, ...options });
  simulators.push(simulator);
  const stack = await createStack({ simulator, store: adapter.store });
  await logIn(stack, simulator);
  return [simulator, stack];
}

function list({ source }: Stack): Promise<unknown> {
  return source.listPage(athleteId, { page: 1 }, free);
}

describe('an access token', () => {
  it('an access token refreshes an expired token, and uses the new one while it is good', async () => {
    const [simulator, stack] = await start();
    await list(stack);
    await list(stack);
    expect(simulator.requests.tokenRefreshes()).toBe(1);
    expect(simulator.requests.count({ endpoint: 'list' })).toBe(2);
  });

  it('an access token is rejected once a login with another application moved the athlete, and nothing is marked', async () => {
    const [simulator, { access, tokens }] = await start();
    const used = await access.token(athleteId, never());
    const moved = { accessToken: 'a2', refreshToken: 'r2', expiresAt: new Date(0) };
    await tokens.save({ ...moved, athleteId, clientId: '222' });
    const login = await adapter.store.tokens.findOne();
    const rejection = await thrownBy(access.token(athleteId, never(), used));
    expect(rejection).toBeInstanceOf(OtherApplicationError);
    expect(isAthletes(rejection)).toBe(true);
    expect(await thrownBy(access.rejectScope(athleteId, used))).toBeInstanceOf(
      OtherApplicationError,
    );
    expect(simulator.requests.tokenRefreshes()).toBe(1);
    expect(await adapter.store.tokens.findOne()).toEqual(login);
  });

  it('an access token refreshes a token once for many concurrent callers', async () => {
    const [simulator, stack] = await start();
    const tokens = await Promise.all(
      Array.from({ length: 12 }, () => stack.access.token(athleteId, never())),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(simulator.requests.tokenRefreshes()).toBe(1);
  });

  it('an access token refreshes a token once for many concurrent processes', async () => {
    const [simulator] = await start();
    const connections = await Promise.all([1, 2, 3, 4].map(() => open(adapter.database)));
    try {
      const stacks = await Promise.all(
        connections.map((store) => createStack({ simulator, store })),
      );
      const tokens = await Promise.all(
        stacks.flatMap(({ access }) => [1, 2, 3].map(() => access.token(athleteId, never()))),
      );
      expect(new Set(tokens).size).toBe(1);
      expect(simulator.requests.tokenRefreshes()).toBe(1);
    } finally {
      await Promise.all(connections.map((store) => store.close()));
    }
  });

  it('an access token stores a rotated token before it uses it', async () => {
    const [simulator, stack] = await start();
    const held = simulator.hold({ endpoint: 'list' });
    const listing = list(stack);
    const waiting = await held;
    const stored = await stack.tokens.load(athleteId);
    expect(simulator.isRefreshTokenLive(stored?.refreshToken ?? '')).toBe(true);
    expect(stored?.accessToken).not.toBe('expired');
    expect(stored?.obtainedAt).toBeInstanceOf(Date);
    waiting.release();
    await listing;
  });

  it('an access token keeps the scope and the client id of the login after a refresh', async () => {
    const [simulator, stack] = await start();
    await stack.access.token(athleteId, never());
    expect(await stack.tokens.load(athleteId)).toMatchObject({
      clientId: simulator.clientId,
      scope: expect.arrayContaining(['activity:read_all']) as unknown,
    });
  });

  it('an access token refreshes a token that Strava rejects early, and sends the request again', async () => {
    const [simulator, stack] = await start();
    await list(stack);
    simulator.expireAccessTokens();
    await list(stack);
    expect(simulator.requests.tokenRefreshes()).toBe(2);
    const statuses = simulator.requests.entries
      .filter(({ endpoint }) => endpoint === 'list')
      .map(({ status }) => status);
    expect(statuses).toEqual([200, 401, 200]);
  });

  it('an access token refreshes a token once when Strava rejects it for many requests', async () => {
    const [simulator, stack] = await start();
    await list(stack);
    simulator.expireAccessTokens();
    await Promise.all([1, 2, 3, 4].map(() => list(stack)));
    expect(simulator.requests.tokenRefreshes()).toBe(2);
  });

  it('an access token fails without a third try when Strava rejects the refreshed token too', async () => {
    const [simulator, stack] = await start();
    await list(stack);
    simulator.requests.clear();
    simulator.expireAccessTokens();
    // The renewed token expires as well, before the second try arrives.
    const held = simulator.hold({ endpoint: 'token' });
    const listing = thrownBy(list(stack));
    const waiting = await held;
    simulator.expireAccessTokens();
    waiting.release();
    expect(await listing).toMatchObject({ code: 'ACCESS_TOKEN_REJECTED' });
    expect(simulator.requests.tokenRefreshes()).toBe(1);
    expect(simulator.requests.count({ endpoint: 'list' })).toBe(2);
  });
});

describe('short-lived tokens among several processes', () => {
  it('short-lived tokens among several processes refreshes each short-lived token once, and demands no new login', async () => {
    const lifetimeMs = 2_000;
    const quota = { short: 1_000_000, daily: 1_000_000 };
    const [simulator] = await start({ accessTokenLifetimeMs: lifetimeMs, quota });
    const connections = await Promise.all([1, 2, 3, 4].map(() => open(adapter.database)));
    const refreshes = 4;
    const work = async (stack: Stack): Promise<void> => {
      while (simulator.requests.tokenRefreshes() < refreshes) {
        await list(stack);
        await sleep(15);
      }
    };
    try {
      const settings = quota;
      const stacks = await Promise.all(
        connections.map((store) => createStack({ simulator, store, settings })),
      );
      await Promise.all(stacks.flatMap((stack) => [work(stack), work(stack)]));
      expect(await stacks[0]?.tokens.load(athleteId)).not.toHaveProperty('needsAuthorization');
    } finally {
      await Promise.all(connections.map((store) => store.close()));
    }
    const tokenRequests = simulator.requests.entries.filter(({ endpoint }) => endpoint === 'token');
    expect(tokenRequests.map(({ status }) => status)).toEqual(tokenRequests.map(() => 200));
    const early = tokenRequests.filter(({ at }, index) => {
      const issuedMs = tokenRequests[index - 1]?.at.getTime();
      if (issuedMs === undefined) return false;
      const expiresMs = Math.floor((issuedMs + lifetimeMs) / 1_000) * 1_000;
      return at.getTime() < expiresMs - (expiresMs - issuedMs) / 6;
    });
    expect(early).toEqual([]);
  });
});

describe('a refresh token that Strava rejects', () => {
  it('a refresh token that Strava rejects marks the athlete when Strava rejects the refresh token, names the command to run, and changes nothing else', async () => {
    const [simulator, stack] = await start();
    await adapter.activities.storePage(pageOf([recordOf(19_000_000_001)]));
    const before = await stack.tokens.load(athleteId);
    simulator.deauthorize(athleteId);
    const error = await thrownBy(list(stack));
    expect(error).toBeInstanceOf(AuthorizationNeededError);
    expect(error.message).toContain('npm run auth');
    const { needsAuthorization, ...grant } = (await stack.tokens.load(athleteId)) ?? {};
    expect(grant).toEqual(before);
    expect(needsAuthorization?.since).toBeInstanceOf(Date);
    expect(await adapter.database.db.collection('activities').countDocuments()).toBe(1);
  });

  it('a refresh token that Strava rejects sends a rejected refresh token only once', async () => {
    const [simulator, stack] = await start();
    simulator.deauthorize(athleteId);
    await thrownBy(list(stack));
    const sent = simulator.requests.count();
    const other = await createStack({ simulator, store: adapter.store });
    expect(await thrownBy(list(other))).toBeInstanceOf(AuthorizationNeededError);
    expect(simulator.requests.count()).toBe(sent);
    await logIn(stack, simulator);
    await list(other);
  });

  it('a refresh token that Strava rejects ignores a rejection when another process has stored a newer refresh token', async () => {
    const [simulator, stack] = await start();
    const stale = await stack.tokens.load(athleteId);
    if (stale === undefined) throw new Error('No grant.');
    await stack.tokens.save({ ...stale, refreshToken: 'rotated-away' });
    const held = simulator.hold({ endpoint: 'token' });
    const token = stack.access.token(athleteId, never());
    const waiting = await held;
    expect(waiting.response.status).toBe(400);
    const fresh = await stack.oauth.refresh(stale.refreshToken);
    await stack.tokens.save({ ...stale, ...fresh });
    waiting.release();
    expect(await token).toBe(fresh.accessToken);
    expect(await stack.tokens.load(athleteId)).not.toHaveProperty('needsAuthorization');
  });

  it('a refresh token that Strava rejects keeps a login that is made during a refresh', async () => {
    const [simulator, stack] = await start();
    const held = simulator.hold({ endpoint: 'token' });
    const token = stack.access.token(athleteId, never());
    const waiting = await held;
    await logIn(stack, simulator);
    const login = await stack.tokens.load(athleteId);
    waiting.release();
    await token;
    expect(await stack.tokens.load(athleteId)).toEqual(login);
  });
});

describe('the verification of a login', () => {
  it.each([
    ['a scope that is needed was not granted', true],
    ['Strava rejected the stored refresh token', false],
  ])(
    'the verification of a login marked with "%s" refreshes it, and keeps that mark: %s',
    async (reason, isKept) => {
      const [simulator, stack] = await start();
      const stored = await stack.tokens.load(athleteId);
      if (stored === undefined) throw new Error('No grant.');
      const since = new Date('2026-01-01');
      await stack.tokens.markNeedsAuthorization(stored, reason, since);
      await stack.access.verify(athleteId, never());
      expect(simulator.requests.tokenRefreshes()).toBe(1);
      const verified = await stack.tokens.load(athleteId);
      expect(verified?.accessToken).not.toBe(stored.accessToken);
      expect(verified?.needsAuthorization).toEqual(isKept ? { since, reason } : undefined);
    },
  );

  it('the verification of a login that was withdrawn demands a new login', async () => {
    const [simulator, stack] = await start();
    simulator.deauthorize(athleteId);
    const error = await thrownBy(stack.access.verify(athleteId, never()));
    expect(error).toBeInstanceOf(AuthorizationNeededError);
  });
});

describe('an athlete who never logged in', () => {
  it('an athlete who never logged in demands a login without a request when no login is stored', async () => {
    const [simulator, stack] = await start();
    await adapter.empty();
    expect(await thrownBy(list(stack))).toBeInstanceOf(AuthorizationNeededError);
    expect(simulator.requests.count()).toBe(0);
  });
});

describe('a failed refresh', () => {
  it.each(['error-json', 'html-502', 'malformed', 'wrong-shape', 'hang', 'rate-limit'] as const)(
    'a failed refresh reports a refresh that fails by %s as transient, and the next one succeeds',
    async (kind) => {
      const [simulator] = await start({ rotation: 'never' });
      const store = adapter.store;
      const stack = await createStack({ simulator, store, requestTimeoutMs: 400 });
      simulator.faults.next(kind, 1, { endpoint: 'token' });
      expect(await thrownBy(list(stack))).toMatchObject({ code: 'STRAVA_TRANSIENT' });
      await list(stack);
      expect(await stack.tokens.load(athleteId)).not.toHaveProperty('needsAuthorization');
    },
  );

  it('a failed refresh finishes a refresh when the program is stopped', async () => {
    const [simulator, stack] = await start();
    const stop = new AbortController();
    const held = simulator.hold({ endpoint: 'token' });
    const token = stack.access.token(athleteId, stop.signal).catch((error: unknown) => error);
    const waiting = await held;
    stop.abort();
    waiting.release();
    await token;
    const stored = await stack.tokens.load(athleteId);
    expect(simulator.isRefreshTokenLive(stored?.refreshToken ?? '')).toBe(true);
    expect(stored?.accessToken).not.toBe('expired');
  });
});

describe('a killed process', () => {
  async function startOther(simulator: Simulator) {
    const { apiUrl, oauthUrl, clientId, clientSecret } = simulator;
    const { uri, name } = adapter.database;
    const addresses = JSON.stringify({ apiUrl, oauthUrl, clientId, clientSecret });
    const script = join(import.meta.dirname, 'fixtures/refresher.ts');
    const args = [script, uri, name, addresses];
    return Promise.resolve(
      spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }),
    );
  }

  it('a killed process refreshes soon after another process was killed during its refresh', async () => {
    const [simulator, stack] = await start({ rotation: 'never' });
    const held = simulator.hold({ endpoint: 'token' });
    const child = await startOther(simulator);
    const waiting = await held;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    waiting.drop();
    const startedMs = performance.now();
    await list(stack);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('a killed process uses the token that a killed process had refreshed', async () => {
    const [simulator, stack] = await start();
    const held = simulator.hold({ endpoint: 'list' });
    const child = await startOther(simulator);
    const waiting = await held;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    waiting.drop();
    await list(stack);
    expect(simulator.requests.tokenRefreshes()).toBe(1);
    expect(await stack.tokens.load(athleteId)).not.toHaveProperty('needsAuthorization');
  });
});

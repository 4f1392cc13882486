import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import {
  requestToken,
  getWith,
  createTestClock,
  fetchReply,
  postForm,
  refresh,
  startedAt,
  textOf,
} from './requester.ts';
import type { TestClock } from './requester.ts';

const hourMs = 3_600_000;

let clock: TestClock;
let simulator: Simulator;

beforeEach(async () => {
  clock = createTestClock();
  simulator = await startSimulator({ clock });
});

afterEach(() => simulator.close());

function errorOf(resource: string, field: string, code: string) {
  return { errors: [{ resource, field, code }] };
}

function authorize(query: Readonly<Record<string, string>>) {
  const url = new URL(`${simulator.oauthUrl}/authorize`);
  const usual = {
    client_id: simulator.clientId,
    redirect_uri: 'http://127.0.0.1:9/done',
    response_type: 'code',
    scope: 'read,activity:read_all',
    state: 'abc',
  };
  for (const [key, value] of Object.entries({ ...usual, ...query }))
    url.searchParams.set(key, value);
  return fetchReply(url.href);
}

function exchange(code: string) {
  return requestToken(simulator, { grant_type: 'authorization_code', code });
}

describe('the authorize page', () => {
  test('the authorize page redirects with state, code and the granted scope in commas', async () => {
    const reply = await authorize({});
    const target = new URL(reply.headers.get('location') ?? '');
    expect(reply.status).toBe(302);
    expect(target.host).toBe('127.0.0.1:9');
    expect(target.searchParams.get('state')).toBe('abc');
    expect(target.searchParams.get('scope')).toBe('read,activity:read_all');
    const token = await exchange(target.searchParams.get('code') ?? '');
    expect(token.body).toMatchObject({ scope: 'read activity:read_all', athlete: { id: 1001 } });
  });

  test('the authorize page redirects with access_denied when the athlete denies', async () => {
    const byQuery = await authorize({ simulate: 'denied' });
    simulator.setConsent({ isDenied: true });
    const byConsent = await authorize({});
    for (const reply of [byQuery, byConsent]) {
      const target = new URL(reply.headers.get('location') ?? '');
      expect(Object.fromEntries(target.searchParams)).toEqual({
        state: 'abc',
        error: 'access_denied',
      });
    }
  });

  test('the authorize page names the granted scopes, not the requested ones', async () => {
    simulator.setConsent({ unticked: ['activity:read_all'] });
    const target = new URL((await authorize({})).headers.get('location') ?? '');
    expect(target.searchParams.get('scope')).toBe('read');
    const token = await exchange(target.searchParams.get('code') ?? '');
    expect(token.body).toMatchObject({ scope: 'read' });
  });

  test('the authorize page returns the earlier grant without asking, until it is forced to ask or the access is revoked', async () => {
    const scopeOf = async (query: Readonly<Record<string, string>>) => {
      const target = new URL((await authorize(query)).headers.get('location') ?? '');
      return target.searchParams.get('scope') ?? target.searchParams.get('error');
    };
    simulator.setConsent({ unticked: ['activity:read_all'] });
    expect(await scopeOf({})).toBe('read');
    simulator.setConsent({ unticked: [] });
    for (const query of [{}, { approval_prompt: 'auto' }])
      expect(await scopeOf(query)).toBe('read');
    expect((await authorize({ simulate: 'page' })).status).toBe(302);
    expect(await scopeOf({ simulate_athlete: '1002' })).toBe('read,activity:read_all');
    expect(await scopeOf({ approval_prompt: 'force' })).toBe('read,activity:read_all');
    expect(await scopeOf({})).toBe('read,activity:read_all');
    simulator.deauthorize(1001);
    simulator.setConsent({ isDenied: true });
    expect(await scopeOf({})).toBe('access_denied');
  });

  test.each([
    [{ client_id: '1' }, 'client_id'],
    [{ redirect_uri: 'https://example.com/x' }, 'redirect_uri'],
    [{ response_type: 'token' }, 'response_type'],
    [{ scope: '' }, 'scope'],
  ])('the authorize page rejects %j', async (query, field) => {
    const reply = await authorize(query);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject(errorOf('Application', field, 'invalid'));
  });
});

describe('a code', () => {
  test('a code exchanges a code for tokens of six hours, once', async () => {
    const code = simulator.grant(1001);
    const first = await exchange(code);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      token_type: 'Bearer',
      expires_at: startedAt.getTime() / 1000 + 6 * 3600,
      expires_in: 6 * 3600,
      scope: 'read activity:read_all profile:read_all read_all',
      athlete: { id: 1001 },
    });
    const second = await exchange(code);
    expect(second.status).toBe(400);
    expect(second.body).toMatchObject(errorOf('AuthorizationCode', 'code', 'invalid'));
  });

  test('a code rejects an old code as expired', async () => {
    const code = simulator.grant(1001);
    clock.advance(hourMs);
    const reply = await exchange(code);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject(errorOf('AuthorizationCode', '', 'expired'));
  });

  test('a code can reject a fresh code that works later', async () => {
    simulator.faults.next('code-not-ready', 1, { endpoint: 'token' });
    const code = simulator.grant(1001);
    expect((await exchange(code)).body).toMatchObject(
      errorOf('AuthorizationCode', 'code', 'invalid'),
    );
    expect((await exchange(code)).status).toBe(200);
  });
});

describe('refreshing', () => {
  test('rotates the refresh token, which kills the old one at once', async () => {
    const old = simulator.issueRefreshToken(1001);
    const first = await refresh(simulator, old);
    const fresh = textOf(first.body, 'refresh_token');
    expect(fresh).not.toBe(old);
    const again = await refresh(simulator, old);
    expect(again.status).toBe(400);
    expect(again.body).toMatchObject(errorOf('RefreshToken', 'refresh_token', 'invalid'));
    expect([old, fresh].map((token) => simulator.isRefreshTokenLive(token))).toEqual([false, true]);
  });

  test('returns the same access token on a refresh with more than an hour left, else a new one', async () => {
    const first = await refresh(simulator, simulator.issueRefreshToken(1001));
    clock.advance(5 * hourMs - 1000);
    const early = await refresh(simulator, textOf(first.body, 'refresh_token'));
    expect(textOf(early.body, 'access_token')).toBe(textOf(first.body, 'access_token'));
    expect(early.body).toMatchObject({ expires_in: 3601 });
    clock.advance(1000);
    const late = await refresh(simulator, textOf(early.body, 'refresh_token'));
    expect(textOf(late.body, 'access_token')).not.toBe(textOf(first.body, 'access_token'));
    expect(late.body).toMatchObject({ expires_in: 6 * 3600 });
  });

  test('accepts token requests in JSON, also under the API', async () => {
    const reply = await fetchReply(`${simulator.apiUrl}/oauth/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        client_id: Number(simulator.clientId),
        client_secret: simulator.clientSecret,
        grant_type: 'refresh_token',
        refresh_token: simulator.issueRefreshToken(1001),
      }),
    });
    expect(reply.status).toBe(200);
  });

  test('rejects a wrong client', async () => {
    const wrong = await postForm(`${simulator.oauthUrl}/token`, {
      client_id: simulator.clientId,
      client_secret: 'wrong',
      grant_type: 'refresh_token',
      refresh_token: simulator.issueRefreshToken(1001),
    });
    expect(wrong.status).toBe(400);
    expect(wrong.body).toMatchObject(errorOf('Application', 'client_id', 'invalid'));
  });

  test('keeps token requests out of the quota, and sends no rate headers', async () => {
    const reply = await refresh(simulator, simulator.issueRefreshToken(1001));
    expect([...reply.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    expect(simulator.usage()).toEqual({ short: 0, daily: 0 });
    expect(simulator.requests.tokenRefreshes()).toBe(1);
  });

  test('keeps the refresh token with the rotation `never`', async () => {
    await using other = await disposable({ rotation: 'never' });
    const token = other.simulator.issueRefreshToken(1001);
    const reply = await refresh(other.simulator, token);
    expect(textOf(reply.body, 'refresh_token')).toBe(token);
  });
});

describe('the end of a grant', () => {
  async function logIn() {
    const reply = await exchange(simulator.grant(1001));
    const accessToken = textOf(reply.body, 'access_token');
    const refreshToken = textOf(reply.body, 'refresh_token');
    return { accessToken, refreshToken, get: getWith(simulator, accessToken) };
  }

  async function expectDead({ refreshToken, get }: Awaited<ReturnType<typeof logIn>>) {
    const reply = await get('/athlete');
    expect(reply.status).toBe(401);
    expect(reply.body).toMatchObject(errorOf('Athlete', 'access_token', 'invalid'));
    expect((await refresh(simulator, refreshToken)).status).toBe(400);
  }

  test('the end of a grant expires an access token by the clock', async () => {
    const { get } = await logIn();
    expect((await get('/athlete')).status).toBe(200);
    clock.advance(6 * hourMs);
    expect((await get('/athlete')).status).toBe(401);
  });

  test('the end of a grant can expire access tokens while the refresh token lives', async () => {
    const { get, refreshToken } = await logIn();
    simulator.expireAccessTokens();
    expect((await get('/athlete')).status).toBe(401);
    const reply = await refresh(simulator, refreshToken);
    expect((await getWith(simulator, textOf(reply.body, 'access_token'))('/athlete')).status).toBe(
      200,
    );
  });

  test('the end of a grant ends a grant that the athlete revokes', async () => {
    const login = await logIn();
    simulator.deauthorize(1001);
    await expectDead(login);
  });

  test('the end of a grant ends a grant that the application deauthorizes', async () => {
    const login = await logIn();
    const url = `${simulator.oauthUrl}/deauthorize`;
    expect((await postForm(url, { access_token: login.accessToken })).status).toBe(200);
    await expectDead(login);
  });

  test('the end of a grant ends a grant that the application revokes, with 200 also for an unknown token', async () => {
    const login = await logIn();
    const basic = Buffer.from(`${simulator.clientId}:${simulator.clientSecret}`).toString('base64');
    const revoke = (token: string, authorization: string) =>
      fetchReply(`${simulator.oauthUrl}/revoke`, {
        method: 'POST',
        headers: { Authorization: authorization },
        body: new URLSearchParams({ token }),
      });
    expect((await revoke(login.refreshToken, '')).status).toBe(400);
    expect((await revoke('unknown', `Basic ${basic}`)).status).toBe(200);
    expect((await login.get('/athlete')).status).toBe(200);
    expect((await revoke(login.refreshToken, `Basic ${basic}`)).status).toBe(200);
    await expectDead(login);
  });

  test('the end of a grant rejects every call of an inactive application, whose tokens survive', async () => {
    const { get, refreshToken } = await logIn();
    simulator.setApplicationInactive(true);
    for (const reply of [await get('/athlete'), await refresh(simulator, refreshToken)]) {
      expect(reply.status).toBe(403);
      expect(reply.body).toEqual({
        message: 'Forbidden',
        errors: [{ resource: 'Application', field: 'Status', code: 'Inactive' }],
      });
    }
    simulator.setApplicationInactive(false);
    expect((await get('/athlete')).status).toBe(200);
    expect((await refresh(simulator, refreshToken)).status).toBe(200);
  });

  test('the end of a grant rejects a token in the query', async () => {
    const { accessToken } = await logIn();
    const reply = await fetchReply(`${simulator.apiUrl}/athlete?access_token=${accessToken}`);
    expect(reply.status).toBe(401);
  });
});

async function disposable(options: Parameters<typeof startSimulator>[0]) {
  const started = await startSimulator(options);
  return { simulator: started, [Symbol.asyncDispose]: () => started.close() };
}

import { inspect } from 'node:util';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ApplicationRejectedError, AuthorizationNeededError } from '../../src/errors.ts';
import { RateLimitedError, RefreshTokenRejectedError } from '../../src/strava-errors.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createHttp } from '../../src/strava/http.ts';
import { createOAuth, type OAuth } from '../../src/strava/oauth.ts';
import { athleteId, thrownBy } from './stack.ts';

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator({ rotation: 'always' });
});

beforeEach(() => {
  simulator.faults.clear();
});

afterAll(() => simulator.close());

function oauthWith(clientSecret = simulator.clientSecret): OAuth {
  const { oauthUrl, clientId } = simulator;
  return createOAuth({ http: createHttp(400), oauthUrl, clientId, clientSecret, nowMs: Date.now });
}

describe("a code's exchange", () => {
  it("a code's exchange exchanges a code for the tokens, their expiry, the scopes and the athlete", async () => {
    const grant = await oauthWith().exchangeCode(simulator.grant(athleteId));
    expect(simulator.isRefreshTokenLive(grant.refreshToken)).toBe(true);
    expect(grant.athlete).toMatchObject({ id: athleteId });
    expect(grant.scope).toContain('activity:read_all');
    const hours = (grant.expiresAt.getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(5.9);
    expect(hours).toBeLessThanOrEqual(6);
  });

  it("a code's exchange demands a new login for a used or invented code", async () => {
    const code = simulator.grant(athleteId);
    await oauthWith().exchangeCode(code);
    for (const rejected of [code, 'invented']) {
      const error = await thrownBy(oauthWith().exchangeCode(rejected));
      expect(error).toBeInstanceOf(AuthorizationNeededError);
      expect(inspect(error, { depth: 10 })).not.toContain(simulator.clientSecret);
    }
  });
});

describe('a refresh', () => {
  it('a refresh returns the rotated refresh token', async () => {
    const old = simulator.issueRefreshToken(athleteId);
    const grant = await oauthWith().refresh(old);
    expect(grant.refreshToken).not.toBe(old);
    expect(simulator.isRefreshTokenLive(old)).toBe(false);
    expect(simulator.isRefreshTokenLive(grant.refreshToken)).toBe(true);
  });

  it('a refresh rejects a dead refresh token', async () => {
    const error = await thrownBy(oauthWith().refresh('dead-token'));
    expect(error).toBeInstanceOf(RefreshTokenRejectedError);
    expect(inspect(error, { depth: 10 })).not.toContain('dead-token');
  });

  it('a refresh rejects a refresh with a wrong secret as the application, not the athlete', async () => {
    const error = await thrownBy(
      oauthWith('wrong').refresh(simulator.issueRefreshToken(athleteId)),
    );
    expect(error).toBeInstanceOf(ApplicationRejectedError);
    expect(error.message).toContain('STRAVA_CLIENT_SECRET');
  });

  it('a refresh does not blame the client for a 429 on a refresh', async () => {
    simulator.faults.next('rate-limit', 1, { endpoint: 'token' });
    const error = await thrownBy(oauthWith().refresh(simulator.issueRefreshToken(athleteId)));
    expect(error).toBeInstanceOf(RateLimitedError);
  });

  it.each(['html-502', '597', 'reset', 'truncated', 'cut-json', 'html-200', 'hang'] as const)(
    'a refresh reports a refresh that meets %s as transient, without a secret',
    async (kind) => {
      simulator.faults.next(kind, 1, { endpoint: 'token' });
      const refreshToken = simulator.issueRefreshToken(athleteId);
      const error = await thrownBy(oauthWith().refresh(refreshToken));
      expect(error).toMatchObject({ code: 'STRAVA_TRANSIENT' });
      const shown = inspect(error, { depth: 10, showHidden: true });
      for (const secret of [refreshToken, simulator.clientSecret]) {
        expect(shown).not.toContain(secret);
      }
    },
  );

  it.each(['malformed', 'wrong-shape', 'empty-list'] as const)(
    'a refresh reports a token response that is %s as malformed',
    async (kind) => {
      simulator.faults.next(kind, 1, { endpoint: 'token' });
      const error = await thrownBy(oauthWith().refresh(simulator.issueRefreshToken(athleteId)));
      expect(error).toMatchObject({ code: 'MALFORMED_RESPONSE' });
    },
  );
});

describe('a revocation', () => {
  it.each(['refreshToken', 'accessToken'] as const)(
    'a revocation ends the grant when the %s is revoked',
    async (kind) => {
      const grant = await oauthWith().exchangeCode(simulator.grant(athleteId));
      await oauthWith().revoke(grant[kind] ?? '');
      expect(simulator.isRefreshTokenLive(grant.refreshToken)).toBe(false);
    },
  );

  it('a revocation succeeds for an unknown or dead token', async () => {
    const token = simulator.issueRefreshToken(athleteId);
    await oauthWith().revoke('nobody-knows');
    expect(simulator.isRefreshTokenLive(token)).toBe(true);
    await oauthWith().revoke(token);
    await oauthWith().revoke(token);
  });

  it('a revocation rejects a revocation with a wrong secret as the application, and revokes nothing', async () => {
    const token = simulator.issueRefreshToken(athleteId);
    const error = await thrownBy(oauthWith('wrong').revoke(token));
    expect(error).toBeInstanceOf(ApplicationRejectedError);
    expect(simulator.isRefreshTokenLive(token)).toBe(true);
  });

  it.each(['html-502', '597', 'reset', 'truncated', 'html-200', 'hang'] as const)(
    'a revocation reports a revocation that meets %s as transient, without a secret',
    async (kind) => {
      simulator.faults.next(kind, 1, { endpoint: 'revoke' });
      const token = simulator.issueRefreshToken(athleteId);
      const error = await thrownBy(oauthWith().revoke(token));
      expect(error).toMatchObject({ code: 'STRAVA_TRANSIENT' });
      const { clientId, clientSecret } = simulator;
      const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
      const shown = inspect(error, { depth: 10, showHidden: true });
      for (const secret of [token, clientSecret, basic]) expect(shown).not.toContain(secret);
    },
  );
});

describe('the authorize URL', () => {
  it.each([
    [false, 'auto'],
    [true, 'force'],
  ])(
    'the authorize URL contains the parameters that Strava needs, and no secret (forced: %s)',
    (isForced, prompt) => {
      const redirectUri = 'http://127.0.0.1:8080/';
      const url = new URL(
        oauthWith().authorizeUrl({
          redirectUri,
          scopes: ['read', 'activity:read_all'],
          state: 's',
          isForced,
        }),
      );
      expect(url.origin + url.pathname).toBe(`${simulator.oauthUrl}/authorize`);
      expect(Object.fromEntries(url.searchParams)).toEqual({
        client_id: simulator.clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        approval_prompt: prompt,
        scope: 'read,activity:read_all',
        state: 's',
      });
    },
  );
});

import { describe, expect, test } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import { startSimulator } from '../../../src/simulator/api/server.ts';
import { createHastyClock, everyScope, failureOf, useLogins } from './auth-fixture.ts';

const logins = useLogins();

async function refreshTokenOf(athleteId: number): Promise<string> {
  const grant = await logins.storedGrant(athleteId);
  return String(grant?.['refresh_token']);
}

describe('a refresh token from elsewhere', () => {
  test('a refresh token is exchanged for its successor, and the athlete is fetched', async () => {
    const program = logins.createProgram();
    const refreshToken = logins.simulator().issueRefreshToken(1002);
    expect(await logins.logIn({ refreshToken }, program)).toBe(0);
    expect(await refreshTokenOf(1002)).not.toBe(refreshToken);
    expect(logins.simulator().isRefreshTokenLive(await refreshTokenOf(1002))).toBe(true);
    expect(await logins.storedGrant(1002)).toMatchObject({ scope: everyScope, client_id: '12345' });
    expect(await logins.storedAthlete(1002)).toMatchObject({ firstname: 'Ben' });
    expect(program.printed()).toContain('Logged in as Ben Beispiel (athlete 1002).');
    expect(await logins.database.db.collection('pending_logins').countDocuments()).toBe(0);
  });

  test('a refresh token that Strava rejects ends with 3, and nothing is stored', async () => {
    const error = await failureOf(logins.logIn({ refreshToken: 'unknown' }));
    expect(error).toMatchObject({ code: 'AUTHORIZATION_NEEDED', exitCode: 3 });
    expect(error.message).toMatch(/Strava rejects this refresh token/);
    expect(await logins.countGrants()).toBe(0);
  });

  test('a refresh token without a scope for activities ends with 3, and nothing is stored', async () => {
    const refreshToken = logins.simulator().issueRefreshToken(1001, ['read']);
    expect((await failureOf(logins.logIn({ refreshToken }))).exitCode).toBe(3);
    expect(await logins.countGrants()).toBe(0);
  });

  test('a refresh token is not lost when Strava is away before it says whose it is', async () => {
    const clock = createHastyClock();
    logins.simulator().faults.next('html-502', 2, { endpoint: 'athlete' });
    const refreshToken = logins.simulator().issueRefreshToken(1001);
    expect(await logins.logIn({ refreshToken }, logins.createProgram({ clock }))).toBe(0);
    expect(logins.simulator().requests.tokenRefreshes()).toBe(1);
  });
});

describe('an interrupted login', () => {
  /** Ends the login between the rotation and the athlete's response. */
  async function interrupt(refreshToken: string) {
    const program = logins.createProgram();
    const held = logins.simulator().hold({ endpoint: 'athlete' });
    const failure = failureOf(logins.logIn({ refreshToken }, program));
    const request = await held;
    const pending = await logins.database.db.collection('pending_logins').find().toArray();
    expect(pending).toHaveLength(1);
    expect(logins.simulator().isRefreshTokenLive(String(pending[0]?.['refresh_token']))).toBe(true);
    program.stop();
    request.drop();
    expect((await failure).message).toContain('the same command can be given again');
    expect(await logins.storedGrant(1001)).toBeNull();
  }

  test('an interrupted login goes on where it was when the same token is given again', async () => {
    const refreshToken = logins.simulator().issueRefreshToken(1001);
    await interrupt(refreshToken);
    expect(logins.simulator().isRefreshTokenLive(refreshToken)).toBe(false);
    expect(await logins.logIn({ refreshToken })).toBe(0);
    expect(logins.simulator().isRefreshTokenLive(await refreshTokenOf(1001))).toBe(true);
    expect(logins.simulator().requests.tokenRefreshes()).toBe(1);
    expect(await logins.database.db.collection('pending_logins').countDocuments()).toBe(0);
  });

  test('an interrupted login refreshes a token that is too old', async () => {
    const refreshToken = logins.simulator().issueRefreshToken(1001);
    await interrupt(refreshToken);
    const { db } = logins.database;
    await db.collection('pending_logins').updateOne({}, { $set: { expires_at: new Date(0) } });
    expect(await logins.logIn({ refreshToken })).toBe(0);
    expect(logins.simulator().isRefreshTokenLive(await refreshTokenOf(1001))).toBe(true);
  });

  test('an interrupted login does not replace a newer grant that was stored meanwhile', async () => {
    const refreshToken = logins.simulator().issueRefreshToken(1001);
    await interrupt(refreshToken);
    await logins.logIn({ code: logins.simulator().grant(1001) });
    const newer = await refreshTokenOf(1001);
    expect(await logins.logIn({ refreshToken })).toBe(0);
    expect(await refreshTokenOf(1001)).toBe(newer);
  });
});

describe('the refresh token that is stored already', () => {
  test('a refresh token that is stored already is refreshed under its athlete, before anything else is requested', async () => {
    await logins.logIn({ code: logins.simulator().grant(1001) });
    const refreshToken = await refreshTokenOf(1001);
    const held = logins.simulator().hold({ endpoint: 'athlete' });
    const program = logins.createProgram();
    const login = logins.logIn({ refreshToken }, program);
    const request = await held;
    const renewed = await refreshTokenOf(1001);
    expect(renewed).not.toBe(refreshToken);
    expect(logins.simulator().isRefreshTokenLive(renewed)).toBe(true);
    request.release();
    expect(await login).toBe(0);
    expect(program.printed()).toContain('Logged in as Anna Muster (athlete 1001).');
  });

  test('a refresh token that is stored already clears the mark that it needs authorization', async () => {
    await logins.logIn({ code: logins.simulator().grant(1001) });
    const mark = { needs_authorization: { since: new Date(), reason: 'test' } };
    await logins.database.db.collection('tokens').updateOne({}, { $set: mark });
    expect(await logins.logIn({ refreshToken: await refreshTokenOf(1001) })).toBe(0);
    expect(await logins.storedGrant(1001)).not.toHaveProperty('needs_authorization');
  });
});

test('a login waits for a spent quota, and announces the wait', async () => {
  // Set back to the beginning of a window, so that none ends before the wait begins.
  const behindMs = (Date.now() % 4_000) - 500;
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() - behindMs };
  const quota = { short: 5, shortWindowMs: 4_000 };
  const strava = await startSimulator({ clock, quota });
  try {
    const config = { STRAVA_QUOTA_SHORT: '5', STRAVA_QUOTA_SHORT_WINDOW: '4s' };
    const program = logins.createProgram({ strava, config, clock });
    strava.faults.next('rate-limit', 1, { endpoint: 'athlete' });
    expect(await logins.logIn({ refreshToken: strava.issueRefreshToken(1001) }, program)).toBe(0);
    expect(program.printed()).toMatch(/quota is spent; waiting until .*\d\d:\d\d \(in /);
    expect(strava.requests.overLimit()).toEqual([]);
  } finally {
    await strava.close();
  }
});

test('neither a report nor a log carries a token', async () => {
  const program = logins.createProgram({ clock: createHastyClock() });
  const refreshToken = logins.simulator().issueRefreshToken(1001);
  logins.simulator().faults.next('reset', 1, { endpoint: ['token', 'athlete'] });
  await logins.logIn({ refreshToken }, program);
  const grant = await logins.storedGrant(1001);
  const said = program.printed() + program.logged();
  for (const secret of [refreshToken, grant?.['access_token'], grant?.['refresh_token']]) {
    expect(secret).toBeTypeOf('string');
    expect(said).not.toContain(secret);
  }
});

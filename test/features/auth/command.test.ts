import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, onTestFinished, test } from 'vitest';

import { createHastyClock, everyScope, failureOf, isDeadline, useLogins } from './auth-fixture.ts';

const logins = useLogins();

describe('a code', () => {
  test('a code becomes a stored login, and the report says whose activities will be synced', async () => {
    const program = logins.createProgram();
    const code = logins.simulator().grant(1001);
    expect(await logins.logIn({ code }, program)).toBe(0);
    const grant = await logins.storedGrant(1001);
    expect(grant).toMatchObject({ scope: everyScope, client_id: '12345' });
    expect(logins.simulator().isRefreshTokenLive(String(grant?.['refresh_token']))).toBe(true);
    expect(grant?.['expires_at']).toBeInstanceOf(Date);
    expect(grant?.['obtained_at']).toBeInstanceOf(Date);
    expect(await logins.storedAthlete(1001)).toMatchObject({ firstname: 'Anna', sync: {} });
    expect(program.printed()).toContain('Logged in as Anna Muster (athlete 1001).');
    expect(program.printed()).toMatch(/npm start.*npm run sync/);
    expect(program.printed()).not.toContain('Not granted');
  });

  test('a used code is rejected in a sentence, with 3, and nothing is stored', async () => {
    const code = logins.simulator().grant(1001);
    await logins.logIn({ code });
    await logins.database.clear();
    const error = await failureOf(logins.logIn({ code }));
    expect(error).toMatchObject({ code: 'AUTHORIZATION_NEEDED', exitCode: 3 });
    expect(error.message).toMatch(/used before or has expired/);
    expect(await logins.countGrants()).toBe(0);
  });

  test('the exchange of a code is retried while Strava is away', async () => {
    const clock = createHastyClock();
    const program = logins.createProgram({ clock });
    logins.simulator().faults.next('html-502', 2, { endpoint: 'token' });
    logins.simulator().faults.next('error-json', 1, { endpoint: 'token' });
    expect(await logins.logIn({ code: logins.simulator().grant(1001) }, program)).toBe(0);
    expect(clock.sleeps.filter((ms) => ms >= 300).length).toBeGreaterThanOrEqual(3);
    expect(program.logged()).toContain('Strava is away');
  });

  test('the exchange of a code gives up after ten minutes with 1', async () => {
    let passedMs = 0;
    const hasty = createHastyClock();
    const clock = {
      ...hasty,
      monotonicMs: () => hasty.monotonicMs() + passedMs,
      sleep: (ms: number, signal?: AbortSignal) => {
        if (isDeadline(ms)) return hasty.sleep(ms, signal);
        passedMs += ms * 10;
        return hasty.sleep(ms / 10, signal);
      },
    };
    logins.simulator().faults.rate(1, ['reset'], { endpoint: 'token' });
    const code = logins.simulator().grant(1001);
    const error = await failureOf(logins.logIn({ code }, logins.createProgram({ clock })));
    expect(error).toMatchObject({ code: 'STRAVA_UNAVAILABLE', exitCode: 1 });
    expect(passedMs).toBeGreaterThan(600_000);
  });

  test('a code of a response without a scope leaves the scope unknown', async () => {
    const { apiUrl, clientId, clientSecret } = logins.simulator();
    const oauthUrl = await withoutScope(logins.simulator().oauthUrl);
    const strava = { apiUrl, clientId, clientSecret, oauthUrl };
    const program = logins.createProgram({ strava });
    expect(await logins.logIn({ code: logins.simulator().grant(1001) }, program)).toBe(0);
    expect(await logins.storedGrant(1001)).not.toHaveProperty('scope');
    expect(program.printed()).toContain('Strava did not say what was granted.');
    const redirectUrl = `http://localhost/exchange_token?code=${logins.simulator().grant(1001)}&scope=read,activity:read`;
    expect(await logins.logIn({ redirectUrl }, logins.createProgram({ strava }))).toBe(0);
    expect(await logins.storedGrant(1001)).toMatchObject({ scope: ['read', 'activity:read'] });
  });
});

describe('a wrong client', () => {
  test('a wrong client is rejected in a sentence that names the two settings, with 3', async () => {
    const program = logins.createProgram({ config: { STRAVA_CLIENT_SECRET: 'f'.repeat(40) } });
    const code = logins.simulator().grant(1001);
    const error = await failureOf(logins.logIn({ code }, program));
    expect(error).toMatchObject({ code: 'APPLICATION_REJECTED', exitCode: 3 });
    expect(error.message).toMatch(/STRAVA_CLIENT_ID and STRAVA_CLIENT_SECRET/);
    expect(await logins.countGrants()).toBe(0);
  });

  test('a client that is not set is a configuration error, found before anything connects', async () => {
    const config = {
      STRAVA_CLIENT_ID: undefined,
      STRAVA_CLIENT_SECRET: undefined,
      MONGODB_URI: 'mongodb://127.0.0.1:1/',
    };
    const error = await failureOf(logins.logIn({ code: 'x' }, logins.createProgram({ config })));
    expect(error).toMatchObject({ code: 'NOT_SET_UP', exitCode: 2 });
    expect(error.message).toMatch(/STRAVA_CLIENT_ID[\s\S]*STRAVA_CLIENT_SECRET/);
  });

  test('an inactive application is not taken for a rejected athlete', async () => {
    logins.simulator().setApplicationInactive(true);
    const error = await failureOf(logins.logIn({ code: logins.simulator().grant(1001) }));
    expect(error).toMatchObject({ code: 'APPLICATION_REJECTED', exitCode: 3 });
    expect(error.message).toContain('inactive');
  });
});

describe('an application that may not log this athlete in', () => {
  test.each([
    ['athlete-limit', /as many athletes as Strava allows/],
    ['callback-domain', /Authorization Callback Domain to localhost/],
  ] as const)(
    'an application that may not log this athlete in because of its %s is told so, with 3, and not about its secret',
    async (...row) => {
      const [kind, sentence] = row;
      logins.simulator().faults.next(kind, 9, { endpoint: 'token' });
      const error = await failureOf(logins.logIn({ code: logins.simulator().grant(1001) }));
      expect(error).toMatchObject({ code: 'APPLICATION_REJECTED', exitCode: 3 });
      expect(error.message).toMatch(sentence);
      expect(error.message).not.toMatch(/STRAVA_CLIENT_SECRET|away/);
      expect(logins.simulator().requests.tokenRefreshes()).toBe(1);
      expect(await logins.countGrants()).toBe(0);
    },
  );
});

describe('granted scopes', () => {
  test('fewer scopes than wanted are stored, and the report says what will be missing', async () => {
    const program = logins.createProgram();
    const code = logins.simulator().grant(1001, ['read', 'activity:read']);
    expect(await logins.logIn({ code }, program)).toBe(0);
    expect(await logins.storedGrant(1001)).toMatchObject({ scope: ['read', 'activity:read'] });
    expect(program.printed()).toMatch(/activity:read_all: private activities are absent/);
    expect(program.printed()).toMatch(/profile:read_all: .*weight/);
    expect(program.printed()).not.toMatch(/^ {2}read:/m);
  });

  test('scopes without any for activities end with 3, and nothing is stored', async () => {
    const code = logins.simulator().grant(1001, ['read', 'profile:read_all']);
    const error = await failureOf(logins.logIn({ code }));
    expect(error).toMatchObject({ code: 'AUTHORIZATION_NEEDED', exitCode: 3 });
    expect(error.message).toMatch(/Neither activity:read_all nor activity:read was granted/);
    expect(await logins.countGrants()).toBe(0);
  });
});

describe('a pasted address', () => {
  const pasted = (query: string): string => `http://localhost:8485/exchange_token?${query}`;

  test('a pasted address logs in with its code', async () => {
    const code = logins.simulator().grant(1002);
    const redirectUrl = pasted(`state=abc&code=${code}&scope=${everyScope.join(',')}`);
    expect(await logins.logIn({ redirectUrl })).toBe(0);
    expect(await logins.storedGrant(1002)).toMatchObject({ scope: everyScope });
  });

  test('a pasted address works without its scheme', async () => {
    const redirectUrl = `localhost/exchange_token?code=${logins.simulator().grant(1002)}`;
    expect(await logins.logIn({ redirectUrl })).toBe(0);
  });

  test('a pasted address of a denied login ends with 3', async () => {
    const error = await failureOf(
      logins.logIn({ redirectUrl: pasted('state=abc&error=access_denied') }),
    );
    expect(error).toMatchObject({ code: 'AUTHORIZATION_NEEDED', exitCode: 3 });
    expect(error.message).toContain('did not allow the access');
  });

  test('a pasted address with too few scopes is not exchanged', async () => {
    const redirectUrl = pasted(`code=${logins.simulator().grant(1001)}&scope=read`);
    expect((await failureOf(logins.logIn({ redirectUrl }))).exitCode).toBe(3);
    expect(logins.simulator().requests.count('token')).toBe(0);
  });

  test.each([
    [pasted('state=abc'), /single quotes/],
    [pasted(''), /no code/],
    ['my clipboard', /no code/],
  ])('%s is wrong usage', async (redirectUrl, sentence) => {
    const error = await failureOf(logins.logIn({ redirectUrl }));
    expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 });
    expect(error.message).toMatch(sentence);
  });
});

describe('usage', () => {
  test.each([
    [{ code: 'a', refreshToken: 'b' }, /only one of/],
    [{ code: 'a', redirectUrl: 'b' }, /only one of/],
    [{ code: 'a', isForced: true }, /--force concerns the page/],
    [{ code: '' }, /--code takes one word/],
    [{ refreshToken: ' ' }, /--refresh-token takes one word/],
    [{ code: 'http://localhost/?code=abc' }, /--redirect-url/],
  ])('%j is wrong', async (options, sentence) => {
    const error = await failureOf(logins.logIn(options));
    expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 });
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain('abc');
  });
});

test('several athletes log in one after the other', async () => {
  await logins.logIn({ code: logins.simulator().grant(1001) });
  const program = logins.createProgram();
  await logins.logIn({ code: logins.simulator().grant(1002) }, program);
  expect(program.printed()).toContain('Logged in as Ben Beispiel (athlete 1002).');
  expect(program.printed()).toContain('Logged in are now 2 athletes: 1001, 1002.');
  expect(await logins.storedGrant(1001)).not.toBeNull();
  expect(await logins.storedGrant(1002)).not.toBeNull();
});

test('logging in again replaces the grant, ends its mark, and keeps what is known of the list', async () => {
  await logins.logIn({ code: logins.simulator().grant(1001) });
  const before = await logins.storedGrant(1001);
  const { db } = logins.database;
  const mark = { needs_authorization: { since: new Date(), reason: 'test' } };
  await db.collection('tokens').updateOne({}, { $set: mark });
  await db.collection('athletes').updateOne({}, { $set: { 'sync.polled_at': new Date(0) } });
  await logins.logIn({ code: logins.simulator().grant(1001) });
  const after = await logins.storedGrant(1001);
  expect(after).not.toHaveProperty('needs_authorization');
  expect(after?.['refresh_token']).not.toBe(before?.['refresh_token']);
  expect(await logins.storedAthlete(1001)).toMatchObject({ sync: { polled_at: new Date(0) } });
});

test('neither a report, a log nor an error carries a secret', async () => {
  const { simulator, createProgram, logIn, storedGrant } = logins;
  const { clientSecret } = simulator();
  const code = simulator().grant(1001);
  const clock = createHastyClock();
  const good = createProgram({ clock });
  simulator().faults.next('reset', 1, { endpoint: 'token' });
  await logIn({ code }, good);
  const grant = await storedGrant(1001);
  const bad = createProgram({ clock });
  const error = await failureOf(logIn({ code }, bad));
  const said = [good, bad].map((program) => program.printed() + program.logged()).join('');
  const secrets = [clientSecret, code, grant?.['access_token'], grant?.['refresh_token']];
  for (const secret of secrets) {
    expect(secret).toBeTypeOf('string');
    expect(said + JSON.stringify(error) + String(error.stack)).not.toContain(secret);
  }
});

/** A gateway in front of the token endpoint that takes the scope out of its responses, as before 2026. */
async function withoutScope(oauthUrl: string): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    const target = forward(`${new URL(oauthUrl).origin}${url}`, { method, headers }, (response) => {
      void response.toArray().then((chunks: Uint8Array[]) => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as object;
        outgoing.writeHead(response.statusCode ?? 500, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify({ ...body, scope: undefined }));
      });
    });
    incoming.pipe(target);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth`;
}

import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import type { Document } from 'mongodb';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { TestProgram } from '../../support/command/program.ts';
import { createHastyClock, everyScope, failureOf, useLogins } from './auth-fixture.ts';

const logins = useLogins();

/** Starts a login and resolves when it waits for the browser. */
async function startLogin(program: TestProgram = logins.createProgram(), isForced = false) {
  const outcome = logins.logIn({ isForced }, program);
  // A failure before the address is printed must fail the test, not hang it.
  const address = new URL(
    await Promise.race([program.waitForPrint(/http\S+authorize\S+/), outcome.then(String)]),
  );
  const callback = (query: Readonly<Record<string, string>>) => {
    const url = new URL(address.searchParams.get('redirect_uri') ?? '');
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    return fetch(url);
  };
  return { program, outcome, address, callback, state: address.searchParams.get('state') ?? '' };
}

/** Sends these bytes, and returns everything that comes back. */
function exchange(port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(head);
  return text(socket);
}

describe('the address', () => {
  test('the address of a login requests the wanted scopes, with a redirect to this machine and a state of its own', async () => {
    const [one, other] = [await startLogin(), await startLogin()];
    const query = Object.fromEntries(one.address.searchParams);
    expect(query).toMatchObject({
      client_id: logins.simulator().clientId,
      response_type: 'code',
      scope: 'read,activity:read_all,profile:read_all,read_all',
    });
    expect(query['redirect_uri']).toMatch(/^http:\/\/localhost:\d+\/exchange_token$/);
    expect(one.state.length).toBeGreaterThanOrEqual(32);
    expect(one.state).not.toBe(other.state);
    for (const { program, outcome } of [one, other]) {
      program.stop();
      expect(await outcome).toBe(0);
    }
  });
});

describe('a browser that follows it', () => {
  test('a browser that follows the address logs the athlete in, and shows that it did', async () => {
    const { program, outcome, address } = await startLogin();
    const page = await fetch(address);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toBe("default-src 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const text = await page.text();
    expect(text).toContain('Logged in as Anna Muster (athlete 1001).');
    expect(text).toContain('opened by: npm run page');
    expect(text).not.toContain('<a ');
    expect(await outcome).toBe(0);
    expect(program.printed()).toContain('Logged in as Anna Muster (athlete 1001).');
    expect(await logins.storedGrant(1001)).toMatchObject({ scope: everyScope });
  });

  test('the last page of a login links to the page that a daemon of this machine serves', async () => {
    const { program, outcome, address } = await startLogin();
    const { host, pid, owner } = program;
    const page_url = 'http://127.0.0.1:8486';
    const daemon = { host, pid, process: owner, daemon_of: logins.simulator().clientId, page_url };
    const started_at = new Date();
    const expires_at = new Date(Date.now() + 600_000);
    await logins.database.db
      .collection<Document & { readonly _id: string }>('workers')
      .insertOne({ _id: 'a', ...daemon, started_at, expires_at });
    const text = await (await fetch(address)).text();
    expect(await outcome).toBe(0);
    expect(text).toContain(`<a href="${page_url}">${page_url}</a>`);
  });

  test('a browser that another athlete uses adds that athlete', async () => {
    for (const athleteId of [1001, 1002]) {
      logins.simulator().setConsent({ athleteId });
      const { outcome, address } = await startLogin();
      await fetch(address);
      expect(await outcome).toBe(0);
    }
    expect(await logins.countGrants()).toBe(4);
  });

  test('unticked boxes show in the terminal what will be missing', async () => {
    logins.simulator().setConsent({ unticked: ['profile:read_all', 'read_all'] });
    const { program, outcome, address } = await startLogin();
    await fetch(address);
    expect(await outcome).toBe(0);
    expect(program.printed()).toMatch(/profile:read_all: details of the profile/);
    expect(program.printed()).toMatch(/read_all: private segments/);
  });

  test('an unticked box about activities ends the login with 3', async () => {
    logins.simulator().setConsent({ unticked: ['activity:read_all'] });
    const { outcome, address } = await startLogin();
    const failure = failureOf(outcome);
    const page = await fetch(address);
    expect(page.status).toBe(400);
    expect(await page.text()).toContain('Neither activity:read_all nor activity:read was granted');
    expect((await failure).exitCode).toBe(3);
    expect(await logins.countGrants()).toBe(0);
  });

  test('a login asks for every scope again after one that lacked a scope', async () => {
    logins.simulator().setConsent({ unticked: ['read_all'] });
    const first = await startLogin();
    expect(first.address.searchParams.get('approval_prompt')).toBe('auto');
    await fetch(first.address);
    expect(await first.outcome).toBe(0);
    logins.simulator().setConsent({ unticked: [] });
    const second = await startLogin();
    await fetch(second.address);
    expect(await second.outcome).toBe(0);
    expect(await logins.storedGrant(1001)).toMatchObject({ scope: everyScope });
    const third = await startLogin();
    expect(third.address.searchParams.get('approval_prompt')).toBe('auto');
    third.program.stop();
    expect(await third.outcome).toBe(0);
  });

  test('a login with --force asks again, also after a login that was not stored', async () => {
    logins.simulator().setConsent({ unticked: ['activity:read_all'] });
    const rejected = await startLogin();
    const failure = failureOf(rejected.outcome);
    await fetch(rejected.address);
    expect((await failure).message).toContain('npm run auth -- --force');
    logins.simulator().setConsent({ unticked: [] });
    const again = await startLogin();
    const sameFailure = failureOf(again.outcome);
    await fetch(again.address);
    expect((await sameFailure).message).toContain('was granted');
    const forced = await startLogin(logins.createProgram(), true);
    await fetch(forced.address);
    expect(await forced.outcome).toBe(0);
    expect(await logins.storedGrant(1001)).toMatchObject({ scope: everyScope });
  });

  test('a code that works two seconds later is tried again then', async () => {
    const clock = createHastyClock();
    logins.simulator().faults.next('code-not-ready', 1, { endpoint: 'token' });
    const { outcome, address } = await startLogin(logins.createProgram({ clock }));
    expect((await fetch(address)).status).toBe(200);
    expect(await outcome).toBe(0);
    expect(clock.sleeps).toContain(2_000);
    expect(logins.simulator().requests.count('token')).toBe(2);
  });
});

describe('a rejection', () => {
  test('a rejection by the athlete ends the login with 3', async () => {
    logins.simulator().setConsent({ isDenied: true });
    const { outcome, address } = await startLogin();
    const failure = failureOf(outcome);
    expect(await (await fetch(address)).text()).toContain('did not allow the access');
    expect(await failure).toMatchObject({ code: 'AUTHORIZATION_NEEDED', exitCode: 3 });
    expect(await logins.countGrants()).toBe(0);
  });

  test('another reason of a rejection is named, and what is odd in it never reaches the page', async () => {
    const { outcome, callback, state } = await startLogin();
    const failure = failureOf(outcome);
    const text = await (await callback({ state, error: '<script>alert(1)</script>' })).text();
    expect(text).not.toContain('<script>');
    expect((await failure).message).toContain('an unknown error');
  });

  test('a used code is rejected after one more try', async () => {
    const code = logins.simulator().grant(1001);
    await logins.logIn({ code });
    await logins.database.clear();
    const clock = createHastyClock();
    const { outcome, callback, state } = await startLogin(logins.createProgram({ clock }));
    const failure = failureOf(outcome);
    expect((await callback({ state, code, scope: everyScope.join(',') })).status).toBe(400);
    expect((await failure).message).toMatch(/used before or has expired/);
    expect(await logins.countGrants()).toBe(0);
  });

  test('a rejected client ends the login with 3, which the browser shows', async () => {
    const config = { STRAVA_CLIENT_SECRET: 'f'.repeat(40) };
    const { outcome, address } = await startLogin(logins.createProgram({ config }));
    const failure = failureOf(outcome);
    expect(await (await fetch(address)).text()).toContain('Strava rejected the client');
    expect(await failure).toMatchObject({ code: 'APPLICATION_REJECTED', exitCode: 3 });
  });
});

describe('the listener', () => {
  test.each([
    ['a code with another state', { state: 'x'.repeat(32), code: 'c' }],
    ['a code with no state', { code: 'c' }],
    ['a rejection with another state', { state: 'x'.repeat(32), error: 'access_denied' }],
    ['a rejection with no state', { error: 'access_denied' }],
  ])('the listener responds 400 to %s, and the login goes on waiting', async (_what, query) => {
    const { outcome, address, callback } = await startLogin();
    const page = await callback({ ...query, scope: everyScope.join(',') });
    expect(page.status).toBe(400);
    expect(await page.text()).toContain('belongs to another login');
    expect(logins.simulator().requests.count('token')).toBe(0);
    expect((await fetch(address)).status).toBe(200);
    expect(await outcome).toBe(0);
  });

  test.each(['strava.example.org', 'localhost', 'localhost:1', '127.0.0.1.example.org:PORT', ''])(
    'the listener of a login takes no response that is addressed to the host "%s"',
    async (name) => {
      const { program, outcome, address, state } = await startLogin();
      const { port } = new URL(address.searchParams.get('redirect_uri') ?? '');
      const path = `/exchange_token?state=${state}&error=access_denied`;
      const head = `GET ${path} HTTP/1.1\r\nHost: ${name.replace('PORT', port)}\r\n\r\n`;
      expect(await exchange(Number(port), head)).toMatch(/^HTTP\/1\.1 400 /);
      program.stop();
      expect(await outcome).toBe(0);
    },
  );

  test.each(['localhost', '127.0.0.1', '[::1]'])(
    'the listener of a login takes a response that is addressed to %s at its port',
    async (name) => {
      const { outcome, address, state } = await startLogin();
      const failure = failureOf(outcome);
      const { port } = new URL(address.searchParams.get('redirect_uri') ?? '');
      const path = `/exchange_token?state=${state}&error=access_denied`;
      const head = `GET ${path} HTTP/1.1\r\nHost: ${name}:${port}\r\n\r\n`;
      expect(await exchange(Number(port), head)).toContain('did not allow the access');
      expect(await failure).toMatchObject({ code: 'AUTHORIZATION_NEEDED', exitCode: 3 });
    },
  );

  test('the listener of a login responds to other requests without ending the login', async () => {
    const { outcome, address, callback, state } = await startLogin();
    const redirectUri = address.searchParams.get('redirect_uri') ?? '';
    expect((await fetch(new URL('/favicon.ico', redirectUri))).status).toBe(404);
    expect((await fetch(redirectUri, { method: 'POST' })).status).toBe(404);
    expect((await callback({})).status).toBe(400);
    expect((await callback({ state })).status).toBe(400);
    expect((await callback({ state, code: '' })).status).toBe(400);
    const long = await callback({ state: 'x'.repeat(20_000), code: 'c' });
    expect(long.status).toBe(431);
    expect((await fetch(address)).status).toBe(200);
    expect(await outcome).toBe(0);
  });

  test('the listener of a login takes one response only', async () => {
    const held = logins.simulator().hold({ endpoint: 'token' });
    const { outcome, address, callback, state } = await startLogin();
    const page = fetch(address);
    const exchange = await held;
    expect((await callback({ state, code: 'another' })).status).toBe(409);
    exchange.release();
    expect((await page).status).toBe(200);
    expect(await outcome).toBe(0);
    expect(logins.simulator().requests.count('token')).toBe(1);
  });

  test('the listener of a login is gone after a stop, which changes nothing and ends with 0', async () => {
    const { program, outcome, callback } = await startLogin();
    program.stop();
    expect(await outcome).toBe(0);
    expect(program.printed()).toContain('Nothing was changed.');
    await expect(callback({})).rejects.toThrow();
    expect(await logins.countGrants()).toBe(0);
  });

  test('a listener whose port is taken names the setting', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const program = logins.createProgram({ config: { AUTH_PORT: String(port) } });
    const error = await failureOf(logins.logIn({}, program));
    expect(error).toMatchObject({ code: 'CONFIGURATION', exitCode: 2 });
    expect(error.message).toMatch(new RegExp(`AUTH_PORT: port ${port} .*is in use`));
  });
});

test('nothing but the address carries the state, and nothing at all the code or a token', async () => {
  const { program, outcome, address, state } = await startLogin();
  await fetch(address);
  await outcome;
  const grant = await logins.storedGrant(1001);
  const said = program.printed() + program.logged();
  expect(said.replace(address.href, '')).not.toContain(state);
  const { clientSecret } = logins.simulator();
  for (const secret of [clientSecret, grant?.['access_token'], grant?.['refresh_token']]) {
    expect(secret).toBeTypeOf('string');
    expect(said).not.toContain(secret);
  }
});

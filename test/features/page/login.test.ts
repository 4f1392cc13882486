import { afterEach, describe, expect, it } from 'vitest';

import { createSessions, createTries, maxSessions } from '../../../src/features/page/sessions.ts';
import type { ProjectFolder } from '../../config/project-folder.ts';
import { createProjectFolder } from '../../config/project-folder.ts';
import type { ServedPage } from './page-fixture.ts';
import { usePages } from './page-fixture.ts';

const serve = usePages();
const password = 'correct horse, battery <staple>';
const folders: ProjectFolder[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) folder[Symbol.dispose]();
});

function passwordFile(): string {
  const folder = createProjectFolder();
  folders.push(folder);
  return folder.write('password', `${password}\n`);
}

const serveWithPassword = (config: Readonly<Record<string, string>> = {}): Promise<ServedPage> =>
  serve({ PAGE_PASSWORD_FILE: passwordFile(), ...config });

function logIn(
  { url }: { readonly url: string },
  given: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const body = new URLSearchParams({ password: given });
  return fetch(`${url}/login`, { method: 'POST', body, headers, redirect: 'manual' });
}

/** The cookie that a browser sends back. */
const cookieOf = (response: Response): string =>
  (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

describe('a page with a password', () => {
  it('shows the form in place of every view, and 401 for the API, before the login', async () => {
    const { url } = await serveWithPassword();
    for (const path of ['/', '/calendar', '/activities/1', '/login', '/nothing']) {
      const response = await fetch(url + path);
      expect(response.status, path).toBe(401);
      expect(await response.text(), path).toContain('<form method="post" action="/login">');
    }
    for (const path of ['/api/v1/now', '/api/v1/events', '/api/v1/nothing']) {
      const response = await fetch(url + path);
      expect(response.status, path).toBe(401);
      expect(await response.json(), path).toEqual({ message: 'Log in first.' });
    }
  });

  it('loads its style before the login', async () => {
    const { url } = await serveWithPassword();
    const [href = ''] = /\/assets\/[^"]+style\.css/.exec(await (await fetch(url)).text()) ?? [];
    expect((await fetch(url + href)).status).toBe(200);
  });

  it('is shown after the login to the browser with the cookie, and to no other', async () => {
    const page = await serveWithPassword();
    const response = await logIn(page, password);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    const set = response.headers.get('set-cookie') ?? '';
    expect(set).toMatch(
      /^domestique_page=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const cookie = cookieOf(response);
    const shown = await fetch(page.url, { headers: { cookie } });
    expect(shown.status).toBe(200);
    expect(await shown.text()).not.toContain('action="/login"');
    expect((await fetch(page.url, { headers: { cookie: `${cookie.slice(0, -1)}_` } })).status).toBe(
      401,
    );
    expect((await fetch(page.url)).status).toBe(401);
    const again = await fetch(`${page.url}/login`, { headers: { cookie }, redirect: 'manual' });
    expect(again.status).toBe(303);
  });

  it('rejects a wrong password, and the sixth try within a minute even with the right one', async () => {
    const page = await serveWithPassword();
    for (const wrong of ['', 'x', password.slice(1), `${password} `, password.toUpperCase()]) {
      const response = await logIn(page, wrong);
      expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
      expect(await response.text()).toContain('This is not the password of the page.');
    }
    const late = await logIn(page, password);
    expect([late.status, late.headers.get('set-cookie')]).toEqual([429, null]);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(late.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    expect(await late.text()).toContain('There were five wrong tries within a minute');
  });

  it('does not count a right password among the tries', async () => {
    const page = await serveWithPassword();
    for (let count = 0; count < 4; count += 1) await logIn(page, 'wrong');
    for (let count = 0; count < 6; count += 1)
      expect((await logIn(page, password)).status).toBe(303);
    expect((await logIn(page, 'wrong')).status).toBe(401);
    expect((await logIn(page, password)).status).toBe(429);
  });

  it('ends a session by its button, and keeps the others', async () => {
    const page = await serveWithPassword();
    const [cookie, other] = [await logIn(page, password), await logIn(page, password)].map(
      cookieOf,
    );
    const shownTo = async (cookie = ''): Promise<Response> =>
      fetch(page.url, { headers: { cookie } });
    expect(await (await shownTo(cookie)).text()).toContain(
      '<form method="post" action="/logout"><button>Log out</button></form>',
    );
    const logOut = (headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(`${page.url}/logout`, { method: 'POST', headers, redirect: 'manual' });
    const foreign = await logOut({ cookie: cookie ?? '', 'sec-fetch-site': 'cross-site' });
    expect([foreign.status, (await shownTo(cookie)).status]).toEqual([404, 200]);
    const response = await logOut({ cookie: cookie ?? '' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/login']);
    expect(response.headers.get('set-cookie')).toBe('domestique_page=; Max-Age=0; Path=/');
    expect([(await shownTo(cookie)).status, (await shownTo(other)).status]).toEqual([401, 200]);
    expect((await logOut({})).status).toBe(303);
  });

  it('takes no try from a form of another site, and counts none', async () => {
    const page = await serveWithPassword();
    for (const site of ['cross-site', 'same-site', 'none']) {
      for (let count = 0; count < 3; count += 1) {
        const response = await logIn(page, 'guess', { 'sec-fetch-site': site });
        expect(response.status).toBe(404);
      }
    }
    const own = { 'sec-fetch-site': 'same-origin' };
    expect((await logIn(page, password, own)).status).toBe(303);
  });

  it('never repeats a password, in a response or in the log', async () => {
    const page = await serveWithPassword();
    const wrong = 'a wrong password that somebody typed';
    expect(await (await logIn(page, wrong)).text()).not.toContain(wrong);
    await logIn(page, password);
    expect(page.program.logged()).not.toContain(wrong);
    expect(page.program.logged()).not.toContain(password);
  });

  it('takes a body of any kind without a failure', async () => {
    const page = await serveWithPassword();
    for (const body of [
      '',
      'password',
      '%',
      'password=%ff%fe',
      '{"password":1}',
      '\0'.repeat(60_000),
    ]) {
      const { status } = await fetch(`${page.url}/login`, { method: 'POST', body });
      expect([401, 429]).toContain(status);
    }
    expect((await logIn(page, 'x'.repeat(70_000))).status).toBe(413);
  });

  it.each([
    [{ PAGE_TRUST_PROXY: 'true' }, 'https', true],
    [{ PAGE_TRUST_PROXY: 'true' }, 'https, http', true],
    [{ PAGE_TRUST_PROXY: 'true' }, 'http', false],
    [{ PAGE_HOST: '0.0.0.0' }, 'https', false],
  ])(
    'with %j and X-Forwarded-Proto %s has a cookie that is secure: %s',
    async (config, proto, isSecure) => {
      const page = await serveWithPassword(config);
      const response = await logIn(page, password, { 'x-forwarded-proto': proto });
      expect((response.headers.get('set-cookie') ?? '').includes('; Secure')).toBe(isSecure);
    },
  );

  it('is shown for any host where other machines reach it', async () => {
    const page = await serveWithPassword({ PAGE_HOST: '0.0.0.0' });
    const response = await page.send(
      'GET / HTTP/1.1\r\nHost: nas.example.org\r\nConnection: close\r\n\r\n',
    );
    expect(response).toMatch(/^HTTP\/1\.1 401 /);
    expect(response).toContain('action="/login"');
  });
});

describe('a session', () => {
  it('ends after 30 days', () => {
    let nowMs = 0;
    const sessions = createSessions({ nowMs: () => nowMs });
    const secret = sessions.start();
    nowMs = 30 * 86_400_000 - 1;
    expect(sessions.has(secret)).toBe(true);
    nowMs += 1;
    expect(sessions.has(secret)).toBe(false);
    expect(sessions.has(undefined)).toBe(false);
    expect(sessions.has('')).toBe(false);
  });

  it('ends for the oldest when there are too many', () => {
    const sessions = createSessions({ nowMs: () => 0 });
    const secrets = Array.from({ length: maxSessions + 2 }, () => sessions.start());
    expect(secrets.map((secret) => sessions.has(secret)).indexOf(true)).toBe(2);
    expect(new Set(secrets).size).toBe(secrets.length);
  });
});

it('a try has to wait until the first of five wrong ones is a minute ago', () => {
  let nowMs = 0;
  const tries = createTries({ monotonicMs: () => nowMs });
  const tryWrong = (): number => {
    const waitMs = tries.waitMs();
    if (waitMs === 0) tries.countWrong();
    return waitMs;
  };
  const waits = Array.from({ length: 6 }, () => {
    nowMs += 1_000;
    return tryWrong();
  });
  expect(waits).toEqual([0, 0, 0, 0, 0, 55_000]);
  nowMs += 54_999;
  expect(tryWrong()).toBe(1);
  nowMs += 1;
  expect(tryWrong()).toBe(0);
  expect(tryWrong()).toBe(1_000);
});

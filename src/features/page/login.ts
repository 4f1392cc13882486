/**
 * The login of the page: a form without a script. Without a session it stands in place of every view, and
 * the API responds with 401.
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Clock } from '../../clock.ts';
import type { PageConfig } from '../../config/config.ts';
import type { App, AppEnv } from '../../http/app.ts';
import { createApp, notFound } from '../../http/app.ts';
import { jsonResponse } from '../../http/response.ts';
import { isSameSecret } from '../../http/secret.ts';
import { h, toHtml } from '../../page/lib/tree.js';
import { loginPath, logoutPath } from './guards.ts';
import { createSessions, createTries, sessionMs } from './sessions.ts';
import type { AssetUrls } from './shell.ts';

const cookie = 'domestique_page';

export interface LoginOptions {
  readonly config: PageConfig;
  readonly password: string;
  readonly clock: Clock;
  readonly assets: AssetUrls;
}

/** It belongs before everything that needs a session. */
export function createLogin({ config, password, clock, assets }: LoginOptions): App {
  const sessions = createSessions(clock);
  const tries = createTries(clock);
  const hasSession = (c: Context<AppEnv>): boolean => sessions.has(getCookie(c, cookie));
  const form = (c: Context<AppEnv>, problem = ''): Response | Promise<Response> =>
    c.html(formDocument(assets, problem), 401);
  const app = createApp();
  app.get(loginPath, (c) => (hasSession(c) ? c.redirect('/', 303) : form(c)));
  app.post(loginPath, async (c) => {
    // No other site tries passwords through its visitors.
    if (!isOfPage(c)) return notFound();
    const given = new URLSearchParams(await c.req.text()).get('password') ?? '';
    const waitMs = tries.waitMs();
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1_000);
      c.header('retry-after', String(seconds));
      const problem = `There were five wrong tries within a minute: the next one is possible in ${seconds} s.`;
      return c.html(formDocument(assets, problem), 429);
    }
    if (!isSameSecret(given, password)) {
      tries.countWrong();
      return form(c, 'This is not the password of the page.');
    }
    setCookie(c, cookie, sessions.start(), {
      path: '/',
      httpOnly: true,
      sameSite: 'Strict',
      secure: config.isProxyTrusted && isEncrypted(c),
      maxAge: sessionMs / 1_000,
    });
    return c.redirect('/', 303);
  });
  app.post(logoutPath, (c) => {
    if (!isOfPage(c)) return notFound();
    sessions.end(getCookie(c, cookie));
    deleteCookie(c, cookie, { path: '/' });
    return c.redirect(loginPath, 303);
  });
  app.use(async (c, next) => {
    if (hasSession(c)) await next();
    else if (c.req.path.startsWith('/api/'))
      c.res = jsonResponse(401, { message: 'Log in first.' });
    else c.res = await form(c);
  });
  return app;
}

/** Whether a form of the page sent it, as far as the browser says. */
function isOfPage(c: Context<AppEnv>): boolean {
  return (c.req.header('sec-fetch-site') ?? 'same-origin') === 'same-origin';
}

/** Whether the browser spoke TLS with the proxy. */
function isEncrypted(c: Context<AppEnv>): boolean {
  return c.req.header('x-forwarded-proto')?.split(',')[0]?.trim() === 'https';
}

function formDocument(assets: AssetUrls, problem: string): string {
  const html = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      {},
      h('meta', { charset: 'utf-8' }),
      h('title', {}, 'Log in · Domestique'),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('link', { rel: 'stylesheet', href: assets.url('page/style.css') }),
      h('link', { rel: 'stylesheet', href: assets.url('page/login.css') }),
    ),
    h(
      'body',
      {},
      h(
        'main',
        { class: 'login' },
        h('h1', {}, 'Domestique'),
        problem === '' ? null : h('p', { class: 'notice', role: 'alert' }, problem),
        h(
          'form',
          { method: 'post', action: loginPath },
          h('label', { for: 'password' }, 'Password'),
          h('input', {
            ...{ id: 'password', name: 'password', type: 'password', required: true },
            ...{ autocomplete: 'current-password', autofocus: true },
          }),
          h('button', {}, 'Log in'),
        ),
      ),
    ),
  );
  return `<!doctype html>\n${toHtml(html)}\n`;
}

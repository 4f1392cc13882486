/**
 * The checks of test/browser/support find what they are for, on pages that are wrong on purpose.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useBrowser } from './support/browser.ts';
import { expectAccessible, expectNoForeignRequests, expectNoOverflow } from './support/checks.ts';

const good = '<h1>Runs</h1><p>Two of them.</p>';
const bodies: Readonly<Record<string, string>> = {
  '/favicon.ico': '',
  '/good': good,
  '/unlabelled': `${good}<input><img src="/good">`,
  '/wide': `${good}<p class="wide" style="width: 500px">A line</p>`,
  '/hidden': `${good}<div style="width: 500px">A line</div><style>html, body { overflow-x: hidden }</style>`,
  '/scrolls': `${good}<section tabindex="0" aria-label="Table" style="overflow-x: auto"><p style="width: 500px">A line</p></section>`,
  '/foreign': `${good}<img alt="A tile" src="https://tile.example.org/1.png">`,
};

describe('the checks of a page', () => {
  const browser = useBrowser();
  const server = createServer(({ url = '' }, response) => {
    const body = bodies[url];
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': 'text/html',
      // As strict as the page's own, but for the styles of these pages and a foreign picture.
      'content-security-policy': "default-src 'self'; style-src 'unsafe-inline'; img-src *",
    });
    const head = '<meta name="viewport" content="width=device-width"><title>Runs</title>';
    response.end(
      `<!doctype html><html lang="en"><head>${head}</head><body><main>${body ?? ''}</main></body></html>`,
    );
  });
  let url = '';
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  it('pass a page that is right', async () => {
    const page = await browser.open(`${url}/good`, { width: 390 });
    await expectAccessible(page);
    await expectNoOverflow(page);
    expectNoForeignRequests(browser, url);
    expect(browser.errorsOf(page)).toEqual([]);
  });

  it('name the elements that are not accessible', async () => {
    const page = await browser.open(`${url}/unlabelled`);
    await expect(expectAccessible(page)).rejects.toThrow(/image-alt.*img|label.*input/s);
  });

  it.each(['/wide', '/hidden'])('name what is wider than the window of %s', async (path) => {
    const page = await browser.open(`${url}${path}`, { width: 390 });
    await expect(expectNoOverflow(page)).rejects.toThrow('is wider than its window');
  });

  it('let a table scroll inside its own box', async () => {
    const page = await browser.open(`${url}/scrolls`, { width: 390 });
    await expectNoOverflow(page);
  });

  it('collect what a page writes as an error', async () => {
    const page = await browser.open(`${url}/missing`);
    expect(browser.errorsOf(page).join()).toContain('404');
  });

  it('name a host outside of this machine, which the browser cannot reach', async () => {
    await browser.open(`${url}/foreign`);
    expect(() => {
      expectNoForeignRequests(browser, url);
    }).toThrow('tile.example.org');
    expect(browser.foreignHosts()).toContain('tile.example.org:443');
  });
});

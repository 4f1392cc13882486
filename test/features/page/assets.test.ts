import { once } from 'node:events';
import { connect } from 'node:net';

import { describe, expect, it } from 'vitest';

import { loadAssets } from '../../../src/features/page/assets.ts';
import type { ServedPage } from './page-fixture.ts';
import { usePages } from './page-fixture.ts';

const serve = usePages();
const views = ['/', '/calendar', '/map', '/activities', '/activities/1'];

async function documentOf({ url }: ServedPage, path: string): Promise<string> {
  return (await fetch(url + path)).text();
}

/** The addresses of the files that a document or a module loads. */
const filesIn = (text: string, base: string): readonly string[] =>
  [
    ...text.matchAll(
      /(?:src|href)="(\/assets\/[^"]+)"|^(?:import |export |\}).*from '(\.[^']+)'/gm,
    ),
  ].map(([, absolute = '', relative]) => new URL(relative ?? absolute, base).pathname);

describe('the files of the page', () => {
  it('are all there: those of each view, and the modules that they import', async () => {
    const page = await serve();
    const seen = new Set<string>();
    const follow = async (text: string, base: string): Promise<void> => {
      for (const path of filesIn(text, base).filter((each) => !seen.has(each))) {
        seen.add(path);
        const response = await fetch(page.url + path);
        expect(response.status, path).toBe(200);
        const content = await response.text();
        if (path.endsWith('.js') && !path.includes('/vendor/'))
          await follow(content, page.url + path);
      }
    };
    for (const view of views) await follow(await documentOf(page, view), page.url);
    expect(seen.size).toBeGreaterThan(20);
  });

  it('are known by the modules that need them, directly or not', async () => {
    const { modulesOf, names } = await loadAssets();
    const modules = modulesOf('page/activity.js');
    expect(modules).toEqual(expect.arrayContaining(['page/lib/api.js', 'page/map/polyline.js']));
    expect(modules).toContain('domain/activity/pace.js');
    expect(names).toEqual(expect.arrayContaining([...modules]));
    expect(new Set(modules).size).toBe(modules.length);
    expect(modules).not.toContain('page/activity.js');
    expect(modulesOf('vendor/leaflet.js')).toEqual([]);
  });

  it('are kept for ever, and have another address after a change', async () => {
    const page = await serve();
    const [path = ''] = filesIn(await documentOf(page, '/'), page.url);
    const { headers } = await fetch(page.url + path);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const other = path.replace(/^\/assets\/[^/]+\//, '/assets/0123456789abcdef/');
    expect((await fetch(page.url + other)).status).toBe(404);
    const addresses = (await Promise.all([loadAssets(), loadAssets()])).map(({ url }) => url('x'));
    expect(addresses[0]).toBe(addresses[1]);
    expect(addresses[0]).toMatch(/^\/assets\/[\w-]{16}\/x$/);
  });

  it('are compressed for browsers that say so, and have the type that they are', async () => {
    const { url } = await serve();
    const assets = await loadAssets();
    const address = url + assets.url('vendor/leaflet.js');
    const lengthFor = async (encoding: string): Promise<number> => {
      const response = await fetch(address, { headers: { 'accept-encoding': encoding } });
      expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(response.headers.get('vary')).toBe('accept-encoding');
      expect(await response.text()).toContain('Leaflet 1.9.4');
      return Number(response.headers.get('content-length'));
    };
    const plain = await lengthFor('identity');
    expect(await lengthFor('gzip, br')).toBeLessThan(plain / 2);
    expect(await lengthFor('gzip;q=0')).toBe(plain);
    const typeOf = async (name: string): Promise<string | null> =>
      (await fetch(url + assets.url(name))).headers.get('content-type');
    expect(await typeOf('page/style.css')).toBe('text/css; charset=utf-8');
    expect(await typeOf('vendor/land.json')).toBe('application/json; charset=utf-8');
  });

  it('are a fixed list without any of the program or of the package', async () => {
    const { names } = await loadAssets();
    expect(
      names.filter((name) => !/^(?:page|vendor)\/[\w./-]+\.(?:js|css|json|svg|png)$/.test(name)),
    ).toEqual(['domain/activity/pace.js']);
    expect(names.filter((name) => /tsconfig|\.ts$|package/.test(name))).toEqual([]);
  });

  it.each([
    '../../../../package.json',
    '..%2f..%2fpackage.json',
    '%2e%2e/%2e%2e/package.json',
    '....//....//package.json',
    'page/../../cli.ts',
    'page/..%5c..%5ccli.ts',
    String.raw`page\..\..\cli.ts`,
    'page/now.js%00.css',
    'page//now.js',
    '/etc/passwd',
    'file:///etc/passwd',
    'page/',
    'page',
    '',
    '__proto__',
    'constructor',
    'page/tsconfig.json',
    'page/globals.d.ts',
  ])('are not left by the path "%s"', async (name) => {
    const page = await serve();
    const base = (await loadAssets()).url('');
    for (const path of [`${base}${name}`, `/assets/${name}`, `/${name}`]) {
      const { hostname, port } = new URL(page.url);
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.end(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      let response = '';
      for await (const chunk of socket) response += String(chunk);
      // "/" is the view of now.
      if (path !== '/') expect(response, path).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(response, path).not.toMatch(/"name": "@domestique|root:|import /);
    }
  });
});

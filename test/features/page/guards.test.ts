import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import { ConfigurationError } from '../../../src/errors.ts';
import { openPage, servePage } from '../../../src/features/page/listener.ts';
import { createProjectFolder } from '../../config/project-folder.ts';
import { createTestProgram } from '../../support/command/program.ts';
import { usePages } from './page-fixture.ts';

const serve = usePages();
/** Nothing is open. */
const away = { database: () => undefined };
const paths = [
  '/',
  '/calendar',
  '/activities/1',
  '/api/v1/now',
  '/assets/x/page/now.js',
  '/nothing',
];

const head = (path: string, headers: string, method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;

const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d+) /.exec(response)?.[1]);

describe('the page on a loopback address', () => {
  it.each([
    'localhost',
    'localhost:9999',
    'LOCALHOST',
    '127.0.0.1:8486',
    '127.1.2.3',
    '[::1]:8486',
  ])('is shown to a request for the host %s', async (host) => {
    const page = await serve();
    expect(statusOf(await page.send(head('/', `Host: ${host}\r\n`)))).toBe(200);
  });

  it.each([
    'evil.example.org',
    'localhost.evil.example.org',
    '127.0.0.1.evil.example.org:8486',
    '192.0.2.7:8486',
    '0.0.0.0:8486',
    'a b',
    'user@localhost',
    'localhost/',
    '',
  ])('is shown at no path to a request for the host "%s"', async (host) => {
    const page = await serve();
    for (const path of paths) {
      const response = await page.send(head(path, `Host: ${host}\r\n`));
      expect(statusOf(response), path).toBe(421);
      expect(response).not.toContain('<');
    }
  });

  it('is not shown to a request without a host', async () => {
    const page = await serve();
    expect(await page.send('GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
  });

  it.each([
    'Forwarded: for=192.0.2.1',
    'X-Forwarded-For: 192.0.2.1',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: localhost',
    'x-forwarded-anything: 1',
    'Via: 1.1 proxy',
  ])('is unknown at every path to a request with %s', async (header) => {
    const page = await serve();
    for (const path of paths) {
      const response = await page.send(head(path, `Host: localhost\r\n${header}\r\n`));
      expect(statusOf(response), path).toBe(404);
      expect(response).toContain('{"message":"Not Found"}');
    }
  });

  it('is read only', async () => {
    const page = await serve();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      for (const path of [...paths, '/login', '/logout']) {
        const response = await page.send(
          head(path, 'Host: localhost\r\nContent-Length: 0\r\n', method),
        );
        expect(statusOf(response), `${method} ${path}`).toBe(405);
        expect(response).toMatch(/^allow: GET, HEAD\r$/m);
      }
    }
  });

  it('allows no other origin to read, embed or load anything, and sends no referrer', async () => {
    const { url } = await serve();
    for (const path of paths) {
      const headers = { origin: 'https://evil.example.org' };
      const response = await fetch(url + path, { headers });
      await response.text();
      const sent = Object.fromEntries(response.headers);
      expect(sent, path).toMatchObject({
        'content-security-policy':
          "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      const cors = Object.keys(sent).filter((name) => name.startsWith('access-control-'));
      expect(cors, path).toEqual([]);
    }
  });

  it('allows images of the configured tiles, and nothing else of their host', async () => {
    const { url } = await serve({
      PAGE_TILES_URL: 'https://tiles.example.org:8443/a/{z}/{x}/{y}.png?key=k',
      PAGE_TILES_ATTRIBUTION: 'somebody',
    });
    const policy = (await fetch(url)).headers.get('content-security-policy');
    expect(policy).toContain("img-src 'self' data: https://tiles.example.org:8443;");
    expect(policy).toContain("default-src 'self';");
  });

  it('responds to HEAD as to GET, without the body', async () => {
    const { url } = await serve();
    const response = await fetch(url, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(response.headers.get('content-type')).toContain('text/html');
  });
});

describe('the page behind a trusted proxy that asks for the login', () => {
  it('is shown for any host and to forwarded requests', async () => {
    const page = await serve({ PAGE_AUTH: 'none', PAGE_TRUST_PROXY: 'true' });
    const headers = 'Host: page.example.org\r\nX-Forwarded-For: 192.0.2.1\r\nVia: 1.1 x\r\n';
    expect(statusOf(await page.send(head('/', headers)))).toBe(200);
  });
});

describe('the listener of the page', () => {
  it('is not opened with PAGE=false', async () => {
    const program = createTestProgram({ config: { PAGE: 'false' } });
    expect(await openPage(program, away)).toBeUndefined();
  });

  it('is left out with a warning where its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const program = createTestProgram({ config: { PAGE_PORT: String(port) } });
    expect(await openPage(program, away)).toBeUndefined();
    expect(program.logged()).toMatch(
      new RegExp(`port ${port} on 127.0.0.1 is in use; choose another PAGE_PORT, or 0 for any`),
    );
    expect(program.logged()).toContain('The daemon goes on without the page.');
    other.close();
  });

  it('names an address of this machine where it listens at all addresses', async () => {
    using project = createProjectFolder();
    const PAGE_PASSWORD_FILE = project.write('password', 'a long password');
    const page = await serve({ PAGE_HOST: '0.0.0.0', PAGE_PASSWORD_FILE });
    expect(page.url).toMatch(/^http:\/\/localhost:\d+$/);
  });

  it.each([
    [undefined, /ENOENT/],
    ['', /fewer than 8 characters/],
    ['short\n', /fewer than 8 characters/],
  ])('is rejected for the password file %j', async (content, reason) => {
    using project = createProjectFolder();
    const path = content === undefined ? `${project.dir}/none` : project.write('password', content);
    const program = createTestProgram({ config: { PAGE_PASSWORD_FILE: path } });
    const error: unknown = await servePage(program, away).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toMatch(/PAGE_PASSWORD_FILE: must be the path of a readable file/);
    expect(String(error)).toMatch(reason);
    expect(String(error)).not.toContain(project.dir);
  });
});

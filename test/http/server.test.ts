import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { HttpServerError } from '../../src/errors.ts';
import type { App } from '../../src/http/app.ts';
import { createApp, requireKnownHost } from '../../src/http/app.ts';
import { jsonResponse } from '../../src/http/response.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { startHttpServer } from '../../src/http/server.ts';

const servers: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const settings = { host: 'HTTP_HOST', port: 'HTTP_PORT' };

/** A server with `/livez`, which is private, with `POST /echo`, and with what `add` adds. */
async function serve(
  add: (app: App) => void = () => undefined,
  host = '127.0.0.1',
  port = 0,
): Promise<HttpServer> {
  const app = createApp();
  app.use('/livez', requireKnownHost(host));
  app.get('/livez', () => jsonResponse(200, { status: 'ok' }));
  app.post('/echo', async (c) => {
    const { length } = await c.req.text();
    return jsonResponse(200, { path: c.req.path, query: new URL(c.req.url).search, length });
  });
  add(app);
  const server = await startHttpServer({ host, port, app, clock: systemClock, settings });
  servers.push(server);
  return server;
}

function post(server: HttpServer, path: string, body: string): Promise<Response> {
  return fetch(`${server.url}${path}`, { method: 'POST', body });
}

async function connected(server: HttpServer): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** Sends these bytes, and returns everything that comes back. */
async function exchange(server: HttpServer, bytes: string): Promise<string> {
  const socket = await connected(server);
  socket.end(bytes);
  return text(socket);
}

/** Keeps so many connections open that send a byte each, again and again, and come back when dropped. */
function holdOpen(server: HttpServer, count: number, head: string): () => void {
  const { hostname, port } = new URL(server.url);
  const sockets = new Set<Socket>();
  const open = (): void => {
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    sockets.add(socket);
    socket.resume().write(head);
    socket.once('close', () => sockets.delete(socket));
  };
  const refill = (): void => {
    for (const socket of sockets) socket.write('x');
    while (sockets.size < count) open();
  };
  refill();
  const timer = setInterval(refill, 300);
  return () => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  };
}

describe('300 connections that send a byte now and then', () => {
  it.each([
    ['in the first line of a request', 'GE'],
    ['in a header', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: '],
    ['in a body', 'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n'],
    ['after a whole request', 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])('%s keep no probe from its response', async (_where, head) => {
    const server = await serve();
    const release = holdOpen(server, 300, head);
    try {
      for (let count = 0; count < 20; count += 1) {
        const response = await fetch(`${server.url}/livez`, { headers: { connection: 'close' } });
        expect(response.status).toBe(200);
        await response.text();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      release();
    }
  });
});

describe('the HTTP server at a loopback address', () => {
  it.each(['localhost', 'localhost:1', '127.0.0.1', '192.0.2.7:80', '[::1]:8484'])(
    'shows a private route to a request for the host %s',
    async (host) => {
      const server = await serve();
      const head = `GET /livez HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
      expect(await exchange(server, head)).toMatch(/^HTTP\/1\.1 200 /);
    },
  );

  it.each([
    'strava.example.org',
    'localhost.example.org',
    '127.0.0.1.example.org:1',
    '',
    'a b',
    '/',
  ])('responds 421 to a private route for the host "%s"', async (host) => {
    const server = await serve();
    const head = `GET /livez HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    expect(await exchange(server, head)).toMatch(/^HTTP\/1\.1 421 /);
  });

  it('shows a public route to a request for any host, as a reverse proxy passes it on', async () => {
    const server = await serve();
    const head = 'POST /echo HTTP/1.1\r\nHost: strava.example.org\r\nContent-Length: 0\r\n\r\n';
    expect(await exchange(server, head)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('shows a private route to an HTTP/1.0 request without a host', async () => {
    const server = await serve();
    expect(await exchange(server, 'GET /livez HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await exchange(server, 'GET /livez HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

it('the HTTP server at every address shows a private route to a request for any host', async () => {
  const { port } = new URL((await serve(undefined, '0.0.0.0')).url);
  const local = { url: `http://127.0.0.1:${port}`, close: () => Promise.resolve() };
  const head = 'GET /livez HTTP/1.1\r\nHost: domestique:8484\r\n\r\n';
  expect(await exchange(local, head)).toMatch(/^HTTP\/1\.1 200 /);
});

describe('the HTTP server', () => {
  it('passes the path, the query and the body to the app', async () => {
    const response = await post(await serve(), '/echo?a=1', 'grüß');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ path: '/echo', query: '?a=1', length: 4 });
  });

  it('sends the same 404 for an unknown path and another method', async () => {
    const server = await serve();
    const responses = await Promise.all([
      post(server, '/nothing', 'x'),
      fetch(`${server.url}/nothing`),
      fetch(`${server.url}/echo`, { method: 'PUT', body: 'x' }),
      fetch(`${server.url}//echo`),
    ]);
    const bodies = await Promise.all(
      responses.map(async (each) => [each.status, await each.text()]),
    );
    for (const each of bodies) expect(each).toEqual([404, '{"message":"Not Found"}']);
  });

  it('accepts bodies up to 64 kB', async () => {
    const server = await serve();
    expect((await post(server, '/echo', 'x'.repeat(65_536))).status).toBe(200);
    expect((await post(server, '/echo', 'x'.repeat(65_537))).status).toBe(413);
    expect((await post(server, '/echo', 'x'.repeat(500_000))).status).toBe(413);
    expect((await post(server, '/echo', 'x')).status).toBe(200);
  });

  it('closes the connection of a client that sends without end', async () => {
    const server = await serve();
    const socket = await connected(server);
    const closed = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n');
    const startedMs = performance.now();
    const flood = setInterval(() => socket.write(Buffer.alloc(100_000)), 5);
    await closed;
    clearInterval(flood);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('survives clients that send nonsense or leave in the middle', async () => {
    const server = await serve();
    const nonsense = await connected(server);
    nonsense.resume().write('NONSENSE\r\n\r\n');
    await once(nonsense, 'close');
    const half = await connected(server);
    half.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    half.destroy();
    expect((await post(server, '/echo', 'x')).status).toBe(200);
  });

  it('responds to a few pipelined requests in order', async () => {
    const server = await serve();
    const one = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const other = 'GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const responses = await exchange(server, one + other + one);
    expect(responses.match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 404',
      'HTTP/1.1 200',
    ]);
  });

  it('closes the connection of a client that pipelines many requests behind one under way', async () => {
    let calls = 0;
    const server = await serve((app) => {
      app.get('/never', () => {
        calls += 1;
        return new Promise(() => undefined);
      });
    });
    const socket = await connected(server);
    const closed = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    socket.resume().write('GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1_000));
    await closed;
    expect(calls).toBeLessThanOrEqual(1);
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  });

  it.each([
    [
      'too many headers',
      `GET /livez HTTP/1.1\r\nHost: localhost\r\n${'A: b\r\n'.repeat(4_000)}\r\n`,
      431,
    ],
    [
      'a header without end',
      `GET /livez HTTP/1.1\r\nHost: localhost\r\nA: ${'x'.repeat(20_000)}`,
      431,
    ],
    ['a path that leaves its folder', 'GET /a/../livez HTTP/1.1\r\nHost: localhost\r\n\r\n', 200],
    ['an encoded path', 'GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
    ['a path that is no URL', 'GET //[ HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
    ['a star for a path', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n', 404],
    ['an unknown method', 'BREW /livez HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
    [
      'two lengths',
      'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
    ],
    [
      'a length and chunks',
      'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a negative length',
      'POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n',
      400,
    ],
    [
      'an upgrade',
      'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      200,
    ],
    [
      'an unknown expectation',
      'POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n',
      417,
    ],
  ])('meets a request with %s', async (_what, bytes, status) => {
    const server = await serve();
    expect(await exchange(server, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  });

  it('survives a CONNECT', async () => {
    const server = await serve();
    const socket = await connected(server);
    const closed = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    socket.resume().write('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n');
    await closed;
    expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  });

  it('closes within a second, with idle and hanging connections', async () => {
    const server = await serve((app) => {
      app.post('/ok', () => jsonResponse(200, {}));
      app.post('/never', () => new Promise(() => undefined));
    });
    const agent = new Agent({ keepAlive: true });
    const kept = request(`${server.url}/ok`, { agent, method: 'POST' });
    kept.end();
    const [response] = (await once(kept, 'response')) as [NodeJS.ReadableStream];
    response.resume();
    await once(response, 'end');
    const hanging = await connected(server);
    hanging.write('POST /never HTTP/1.1\r\nHost: x\r\n\r\n');
    const startedMs = performance.now();
    const gone = once(hanging, 'close');
    await server.close();
    await gone;
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    await expect(fetch(server.url)).rejects.toThrow();
    agent.destroy();
  });

  it('sends "connection: close" in responses while it closes', async () => {
    const received = Promise.withResolvers<undefined>();
    const released = Promise.withResolvers<undefined>();
    const server = await serve((app) => {
      app.post('/slow', async () => {
        received.resolve(undefined);
        await released.promise;
        return jsonResponse(200, {});
      });
    });
    const response = post(server, '/slow', '');
    await received.promise;
    const closed = server.close();
    released.resolve(undefined);
    expect((await response).headers.get('connection')).toBe('close');
    await closed;
  });

  it('explains in one sentence why it cannot listen', async () => {
    const { port } = new URL((await serve()).url);
    const taken = await serve(undefined, '127.0.0.1', Number(port)).catch(
      (error: unknown) => error,
    );
    expect(taken).toBeInstanceOf(HttpServerError);
    expect(String(taken)).toMatch(/port \d+ on 127\.0\.0\.1 is in use; choose another HTTP_PORT/);
    const foreign = await serve(undefined, '192.0.2.1').catch((error: unknown) => error);
    expect(foreign).toBeInstanceOf(HttpServerError);
    expect(String(foreign)).toContain('is no address of this machine');
  });
});

import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { connect } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { HttpServerError } from '../../src/errors.ts';
import type { HttpRequest, Route } from '../../src/http/response.ts';
import { jsonResponse } from '../../src/http/response.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { startHttpServer } from '../../src/http/server.ts';

const servers: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(routes: readonly Route[], host = '127.0.0.1', port = 0): Promise<HttpServer> {
  const server = await startHttpServer({ host, port, routes, clock: systemClock });
  servers.push(server);
  return server;
}

const echo: Route = {
  method: 'POST',
  matches: (path) => path === '/echo',
  handle: ({ path, query, body }: HttpRequest) =>
    Promise.resolve(jsonResponse(200, { path, query: query.toString(), length: body.length })),
};

function post(server: HttpServer, path: string, body: string): Promise<Response> {
  return fetch(`${server.url}${path}`, { method: 'POST', body });
}

async function connected(server: HttpServer): Promise<Socket> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

describe('the HTTP server', () => {
  it('passes a request to the first route that takes it', async () => {
    const passing: Route = { ...echo, handle: () => Promise.resolve(undefined) };
    const response = await post(await serve([passing, echo]), '/echo?a=1', 'grüß');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({ path: '/echo', query: 'a=1', length: 4 });
  });

  it('sends the same 404 for an unknown path, a passing route and another method', async () => {
    const passing: Route = { method: 'POST', matches: () => true, handle: () => passed };
    const passed = Promise.resolve(undefined);
    const server = await serve([{ ...echo, method: 'GET' }, passing]);
    const responses = await Promise.all([
      post(server, '/echo', ''),
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
    const server = await serve([echo]);
    expect((await post(server, '/echo', 'x'.repeat(65_536))).status).toBe(200);
    expect((await post(server, '/echo', 'x'.repeat(65_537))).status).toBe(413);
    expect((await post(server, '/echo', 'x'.repeat(500_000))).status).toBe(413);
    expect((await post(server, '/echo', 'x')).status).toBe(200);
  });

  it('closes the connection of a client that sends without end', async () => {
    const server = await serve([echo]);
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
    const server = await serve([echo]);
    const nonsense = await connected(server);
    nonsense.resume().write('NONSENSE\r\n\r\n');
    await once(nonsense, 'close');
    const half = await connected(server);
    half.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    half.destroy();
    expect((await post(server, '/echo', 'x')).status).toBe(200);
  });

  it('closes within a second, with idle and hanging connections', async () => {
    const never: Route = { ...echo, handle: () => new Promise(() => undefined) };
    const server = await serve([{ ...echo, matches: (path) => path === '/ok' }, never]);
    const agent = new Agent({ keepAlive: true });
    const kept = request(`${server.url}/ok`, { agent, method: 'POST' });
    kept.end();
    const [response] = (await once(kept, 'response')) as [NodeJS.ReadableStream];
    response.resume();
    await once(response, 'end');
    const hanging = await connected(server);
    hanging.write('POST /echo HTTP/1.1\r\nHost: x\r\n\r\n');
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
    const slow: Route = {
      ...echo,
      handle: async () => {
        received.resolve(undefined);
        await released.promise;
        return jsonResponse(200, {});
      },
    };
    const server = await serve([slow]);
    const response = post(server, '/echo', '');
    await received.promise;
    const closed = server.close();
    released.resolve(undefined);
    expect((await response).headers.get('connection')).toBe('close');
    await closed;
  });

  it('explains in one sentence why it cannot listen', async () => {
    const { port } = new URL((await serve([])).url);
    const taken = await serve([], '127.0.0.1', Number(port)).catch((error: unknown) => error);
    expect(taken).toBeInstanceOf(HttpServerError);
    expect(String(taken)).toMatch(/port \d+ on 127\.0\.0\.1 is in use; choose another HTTP_PORT/);
    const foreign = await serve([], '192.0.2.1').catch((error: unknown) => error);
    expect(foreign).toBeInstanceOf(HttpServerError);
    expect(String(foreign)).toContain('is no address of this machine');
  });
});

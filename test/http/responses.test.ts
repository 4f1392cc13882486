import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { resolve } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { MongoUnavailableError } from '../../src/errors.ts';
import type { App } from '../../src/http/app.ts';
import { createApp } from '../../src/http/app.ts';
import { jsonResponse } from '../../src/http/response.ts';
import type { HttpServer } from '../../src/http/server.ts';
import { startHttpServer } from '../../src/http/server.ts';

const servers: HttpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(add: (app: App) => void): Promise<HttpServer> {
  const app = createApp();
  add(app);
  const settings = { host: 'HTTP_HOST', port: 'HTTP_PORT' };
  const server = await startHttpServer({
    ...{ host: '127.0.0.1', port: 0, app, settings },
    clock: systemClock,
  });
  servers.push(server);
  return server;
}

describe('a response that is sent while it is made', () => {
  it('is read again only once the client has read what was sent', async () => {
    let pulls = 0;
    const server = await serve((app) => {
      app.get('/', () => {
        const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
          pulls += 1;
          controller.enqueue(new Uint8Array(1_000_000));
          if (pulls === 200) controller.close();
        };
        return new Response(new ReadableStream({ pull }));
      });
    });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname).pause();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    await new Promise((wait) => setTimeout(wait, 1_000));
    expect(pulls).toBeGreaterThan(0);
    expect(pulls).toBeLessThan(100);
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    socket.resume();
    await once(socket, 'end');
    expect(bytes).toBeGreaterThan(200_000_000);
  });

  it('is given up when the client leaves', async () => {
    const cancelled = Promise.withResolvers<undefined>();
    const server = await serve((app) => {
      app.get('/', () => {
        const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
          controller.enqueue(Buffer.from('first'));
        };
        const cancel = (): void => {
          cancelled.resolve(undefined);
        };
        return new Response(new ReadableStream({ start, cancel }));
      });
    });
    const leaving = new AbortController();
    const response = await fetch(server.url, { signal: leaving.signal });
    expect(response.status).toBe(200);
    leaving.abort();
    await cancelled.promise;
  });

  it('ends early for the client where MongoDB fails in the middle', async () => {
    const server = await serve((app) => {
      app.get('/', () => {
        let pulls = 0;
        const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
          pulls += 1;
          if (pulls === 1) controller.enqueue(Buffer.from('first'));
          else controller.error(new MongoUnavailableError('MongoDB does not answer.'));
        };
        return new Response(new ReadableStream({ pull }));
      });
      app.get('/next', () => jsonResponse(200, {}));
    });
    await expect(fetch(server.url).then((response) => response.text())).rejects.toThrow();
    expect((await fetch(`${server.url}/next`)).status).toBe(200);
  });
});

it('a response that is complete at once has a length', async () => {
  const server = await serve((app) => {
    app.get('/', () => jsonResponse(200, { a: 1 }));
  });
  expect((await fetch(server.url)).headers.get('content-length')).toBe('7');
});

it('an error that a handler throws ends the process with its trace', () => {
  const source = (name: string): string => resolve(import.meta.dirname, '../../src', name);
  const script = `
    import { createApp } from '${source('http/app.ts')}';
    import { startHttpServer } from '${source('http/server.ts')}';
    import { systemClock } from '${source('clock.ts')}';
    const app = createApp();
    app.get('/', () => { throw new TypeError('a bug'); });
    const settings = { host: 'H', port: 'P' };
    const server = await startHttpServer({ host: '127.0.0.1', port: 0, app, settings, clock: systemClock });
    await fetch(server.url).catch(() => undefined);
    await new Promise((wait) => setTimeout(wait, 60_000));
  `;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  expect(status).toBe(1);
  expect(stderr).toContain('TypeError: a bug');
});

/**
 * An HTTP server: passes each request to an app of Hono, within limits of size, time and number. An error
 * that the app throws is a bug, and ends the process unless `onBug` takes it.
 */
import { getRequestListener } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { isIPv6 } from 'node:net';
import type { Clock } from '../clock.ts';
import { DomestiqueError, HttpServerError } from '../errors.ts';
import { misdirected, notFound } from './app.ts';
import { maxBodyBytes, readBody, withFailingBody } from './body.ts';
import { createConnections } from './connections.ts';
import type { Connections } from './connections.ts';
import { hostnameOf } from './host.ts';
import { connectionLimits } from './limits.ts';
import { jsonResponse } from './response.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  /** An app of Hono. */
  readonly app: {
    fetch(request: Request, env: HttpBindings): Response | Promise<Response>;
  };
  readonly clock: Clock;
  /** Takes what the app throws, also in a streamed body, once the connection is closed. */
  readonly onBug?: (error: unknown) => void;
  /** The names of the settings of host and port, for messages. */
  readonly settings: { readonly host: string; readonly port: string };
}

export interface HttpServer {
  /** Its address, without a trailing slash. */
  readonly url: string;
  /** Accepts no new connection, lets running requests end, and is done within a second. */
  close(): Promise<void>;
}

export const maxConnections = 256;

/** Requests of one connection that wait while an earlier one is under way; more of them close it. */
const maxPipelined = 16;
const closeMs = 800;

/** @throws HttpServerError if it cannot listen at the address. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { clock } = options;
  const closing = new AbortController();
  const connections = createConnections(maxConnections);
  const queues = new WeakMap<Socket, { last: Promise<void>; waiting: number }>();
  const server = createServer(connectionLimits, (request, response) => {
    // One request at a time for each connection, so that pipelining does not multiply the work.
    const queue = queues.get(request.socket) ?? { last: Promise.resolve(), waiting: 0 };
    queues.set(request.socket, queue);
    queue.waiting += 1;
    if (queue.waiting > maxPipelined) request.socket.destroy();
    queue.last = queue.last
      .then(() => respond(request, response, { ...options, connections, closing: closing.signal }))
      .finally(() => (queue.waiting -= 1));
  });
  server.on('connection', connections.opened);
  const port = await listen(server, options);
  const host = isIPv6(options.host) ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    close: async () => {
      closing.abort();
      const closed = new AbortController();
      server.close(() => {
        closed.abort();
      });
      await clock.sleep(closeMs, closed.signal);
      server.closeAllConnections();
    },
  };
}

interface Serving extends HttpServerOptions {
  readonly connections: Connections;
  readonly closing: AbortSignal;
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  serving: Serving,
): Promise<void> {
  const { connections } = serving;
  // Breaking off the reading takes the socket from the request.
  const { socket } = incoming;
  if (socket.destroyed) return;
  const body = await readBody(incoming);
  if (body === undefined) {
    socket.destroy();
    return;
  }
  connections.began(socket);
  outgoing.setHeader('cache-control', 'no-store');
  const exchange = { incoming, outgoing, isTooLarge: body.length > maxBodyBytes };
  // The adapter takes a body that is read already from this property.
  await pass(Object.assign(incoming, { rawBody: body }), exchange, serving);
  connections.ended(socket);
}

interface Exchange extends HttpBindings {
  readonly isTooLarge: boolean;
}

/** @throws what the app throws, once the connection is closed, unless `onBug` takes it. */
async function pass(
  incoming: IncomingMessage,
  { outgoing, isTooLarge }: Exchange,
  { app, closing, onBug }: Serving,
): Promise<void> {
  const bugs: unknown[] = [];
  const fail = (error: unknown): void => {
    // What was under way when the client left ends as aborted.
    const isAborted = outgoing.destroyed && error instanceof Error && error.name === 'AbortError';
    if (!isAborted) bugs.push(error);
    incoming.socket.destroy();
  };
  const fetch = async (request: Request, env: HttpBindings): Promise<Response> => {
    try {
      const response = isTooLarge ? tooLarge() : await app.fetch(request, env);
      if (closing.aborted || isTooLarge) outgoing.setHeader('connection', 'close');
      return withFailingBody(response, (error) => {
        if (error instanceof DomestiqueError) incoming.socket.destroy();
        else fail(error);
      });
    } catch (error) {
      fail(error);
      return new Response(null, { status: 500 });
    }
  };
  const listener = getRequestListener((request, env) => fetch(request, env as HttpBindings), {
    hostname: 'localhost',
    overrideGlobalObjects: false,
    // The request's line or its host is no URL.
    errorHandler: () =>
      hostnameOf(incoming.headers.host ?? 'localhost') === undefined ? misdirected() : notFound(),
  });
  await listener(incoming, outgoing);
  if (bugs.length === 0) return;
  if (onBug === undefined) throw bugs[0];
  onBug(bugs[0]);
}

function tooLarge(): Response {
  return jsonResponse(413, { message: 'Payload Too Large' });
}

function listen(server: Server, options: HttpServerOptions): Promise<number> {
  const { host, port } = options;
  return new Promise((resolve, reject) => {
    // The listener stays: a later error (too many open files) loses one connection, not the process.
    server.on('error', (error) => {
      reject(listenError(options, error));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function listenError(
  { host, port, settings }: HttpServerOptions,
  error: NodeJS.ErrnoException,
): HttpServerError {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `is in use; choose another ${settings.port}, or 0 for any free one`,
    EADDRNOTAVAIL: `is no address of this machine; correct ${settings.host}`,
    ENOTFOUND: `has an unknown name; correct ${settings.host}`,
    EACCES: `is not allowed to this user; choose a ${settings.port} of 1024 or more`,
  };
  const code = error.code ?? '';
  const reason =
    reasons[code] ?? `cannot be used (${code}); correct ${settings.host} and ${settings.port}`;
  return new HttpServerError(`The HTTP server cannot start: port ${port} on ${host} ${reason}.`, {
    cause: error,
  });
}

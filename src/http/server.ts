/**
 * The daemon's HTTP server: passes each request to the first route that takes it, within limits of size,
 * time and number. An error that a route throws is a bug, and ends the process.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { isIPv6 } from 'node:net';
import type { Clock } from '../clock.ts';
import { HttpServerError } from '../errors.ts';
import { createConnections } from './connections.ts';
import type { Connections } from './connections.ts';
import { isLoopbackAddress } from '../domain/loopback.ts';
import { isKnownHost } from './host.ts';
import { connectionLimits } from './limits.ts';
import type { HttpResponse, Route } from './response.ts';
import { jsonResponse } from './response.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly clock: Clock;
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
const maxBodyBytes = 64 * 1_024;
/** The rest of a body that is too large is read up to this size, so that the client can read the response. */
const maxDiscardedBytes = 1_024 * 1_024;

const misdirected = jsonResponse(421, {
  message: 'Misdirected Request: the Host header names another host than this one',
});
/** The same for everything that does not exist, so that clients cannot probe for paths. */
const notFound = jsonResponse(404, { message: 'Not Found' });
const tooLarge = jsonResponse(413, { message: 'Payload Too Large' });

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
  request: IncomingMessage,
  response: ServerResponse,
  serving: Serving,
): Promise<void> {
  const { connections, closing } = serving;
  // Breaking off the reading takes the socket from the request.
  const { socket } = request;
  if (socket.destroyed) return;
  const body = await readBody(request);
  if (body === undefined) {
    socket.destroy();
    return;
  }
  connections.began(socket);
  const isTooLarge = body.length > maxBodyBytes;
  const result = isTooLarge ? tooLarge : await route(request, body.toString('utf8'), serving);
  if (!response.destroyed) send(response, result, closing.aborted || isTooLarge);
  connections.ended(socket);
}

/** Cuts a body off past the limit; returns undefined if the client is gone or sends without end. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxDiscardedBytes) return undefined;
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}

async function route(
  { method = '', url = '', headers }: IncomingMessage,
  body: string,
  { routes, host }: HttpServerOptions,
): Promise<HttpResponse> {
  const target = URL.parse(url, 'http://localhost');
  if (target === null) return notFound;
  const { pathname: path, searchParams: query } = target;
  // Where other machines reach the server, its names are known to nobody here.
  const isKnown = !isLoopbackAddress(host) || isKnownHost(headers.host);
  for (const each of routes) {
    if (each.method !== method || !each.matches(path)) continue;
    if (each.isPrivate === true && !isKnown) return misdirected;
    const response = await each.handle({ method, path, query, body });
    if (response !== undefined) return response;
  }
  return notFound;
}

function send(
  response: ServerResponse,
  { status, contentType, body }: HttpResponse,
  isLast: boolean,
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(isLast && { connection: 'close' }),
  });
  response.end(body);
}

function listen(server: Server, { host, port }: HttpServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    // The listener stays: a later error (too many open files) loses one connection, not the process.
    server.on('error', (error) => {
      reject(listenError({ host, port }, error));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

const reasons = new Map([
  ['EADDRINUSE', 'is in use; choose another HTTP_PORT, or 0 for any free one'],
  ['EADDRNOTAVAIL', 'is no address of this machine; correct HTTP_HOST'],
  ['ENOTFOUND', 'has an unknown name; correct HTTP_HOST'],
  ['EACCES', 'is not allowed to this user; choose an HTTP_PORT of 1024 or more'],
]);

function listenError(
  { host, port }: { host: string; port: number },
  error: NodeJS.ErrnoException,
): HttpServerError {
  const code = error.code ?? '';
  const reason = reasons.get(code) ?? `cannot be used (${code}); correct HTTP_HOST and HTTP_PORT`;
  return new HttpServerError(`The HTTP server cannot start: port ${port} on ${host} ${reason}.`, {
    cause: error,
  });
}

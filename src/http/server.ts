/**
 * The daemon's HTTP server: hands each request to the first route that takes it, within limits of size,
 * time and number. What the routes answer is theirs. A route that throws has a bug, which ends the process.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { isIPv6 } from 'node:net';
import type { Clock } from '../clock.ts';
import { HttpServerError } from '../errors.ts';
import type { HttpResponse, Route } from './response.ts';
import { jsonResponse, notFound } from './response.ts';
import { readBody } from './body.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly clock: Clock;
}

export interface HttpServer {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  /** Takes no new connection, lets what is under way end, and is done within a second. */
  close(): Promise<void>;
}

export const maxConnections = 256;

const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1_024,
};
const closeMs = 800;

const tooLarge = jsonResponse(413, { message: 'Payload Too Large' });

/** @throws HttpServerError where the address cannot be had. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { clock, routes } = options;
  const closing = new AbortController();
  const responding: Responding = { routes, closing: closing.signal };
  const turns = new WeakMap<Socket, Promise<void>>();
  const server = createServer(limits, (request, response) => {
    // One after the other, so that a connection full of requests is no more work at a time than an empty one.
    const turn = turns.get(request.socket) ?? Promise.resolve();
    turns.set(
      request.socket,
      turn.then(() => respond(request, response, responding)),
    );
  });
  server.maxConnections = maxConnections;
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

interface Responding {
  readonly routes: readonly Route[];
  readonly closing: AbortSignal;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { routes, closing }: Responding,
): Promise<void> {
  // Reading that is broken off takes the socket from the request.
  const { socket } = request;
  const body = await readBody(request);
  if (body.kind === 'lost') {
    socket.destroy();
    return;
  }
  const answer = body.kind === 'whole' ? await route(request, body.text, routes) : tooLarge;
  const isLast = closing.aborted || body.kind !== 'whole';
  if (!response.destroyed) send(response, answer, isLast);
}

async function route(
  { method = '', url = '' }: IncomingMessage,
  body: string,
  routes: readonly Route[],
): Promise<HttpResponse> {
  const target = URL.parse(url, 'http://localhost');
  if (target === null) return notFound;
  const { pathname: path, searchParams: query } = target;
  for (const each of routes) {
    if (each.method !== method || !each.matches(path)) continue;
    const answer = await each.handle({ method, path, query, body });
    if (answer !== undefined) return answer;
  }
  return notFound;
}

function send(response: ServerResponse, answer: HttpResponse, isLast: boolean): void {
  const { status, contentType, body } = answer;
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
    // It stays: a connection that cannot be accepted later (too many open files) is lost, and no more.
    server.on('error', (error) => {
      reject(addressRejected({ host, port }, error));
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
  ['ENOTFOUND', 'has a name that nobody knows; correct HTTP_HOST'],
  ['EACCES', 'is not allowed to this user; choose an HTTP_PORT of 1024 or more'],
]);

function addressRejected(
  { host, port }: { host: string; port: number },
  error: NodeJS.ErrnoException,
): HttpServerError {
  const code = error.code ?? '';
  const reason = reasons.get(code) ?? `cannot be used (${code}); correct HTTP_HOST and HTTP_PORT`;
  return new HttpServerError(`The HTTP server cannot start: port ${port} on ${host} ${reason}.`, {
    cause: error,
  });
}

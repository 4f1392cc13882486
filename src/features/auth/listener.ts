/**
 * Awaits Strava's redirect on the loopback address. It takes one response, the first with our own `state`:
 * any page that is open in the browser can send requests here, so everything else is rejected and the login
 * goes on waiting. The caller decides what the response means and which page the browser is shown.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { ConfigurationError } from '../../errors.ts';
import { isLoopbackHost } from '../../http/host.ts';
import { connectionLimits } from '../../http/limits.ts';
import { renderPage } from './page.ts';
import type { Redirect } from './redirect.ts';
import { readRedirect } from './redirect.ts';

export interface ListenerOptions {
  /** 0 is any free one. */
  readonly port: number;
  /** What the redirect has to bring back. */
  readonly state: string;
}

/** What a page says. */
export interface Page {
  readonly status: number;
  readonly heading: string;
  readonly sentence: string;
  /** An address to go on to. */
  readonly next?: string | undefined;
}

/** A response that arrived; the browser waits until it is shown a page. */
export interface Arrival {
  readonly redirect: Redirect;
  show(page: Page): Promise<void>;
}

export interface RedirectListener {
  readonly redirectUri: string;
  /** Resolves with the response, or with undefined once `signal` is aborted. */
  arrival(signal: AbortSignal): Promise<Arrival | undefined>;
  close(): Promise<void>;
}

const host = '127.0.0.1';
const callbackPath = '/exchange_token';

/** @throws ConfigurationError where the port cannot be had. */
export async function listenForRedirect(options: ListenerOptions): Promise<RedirectListener> {
  const first = Promise.withResolvers<Arrival>();
  let isTaken = false;
  const server = createServer(connectionLimits, (request, response) => {
    const query = queryOf(request);
    const redirect = query && readRedirect(query);
    if (!isLoopbackHost(request.headers.host, request.socket.localPort))
      void show(response, foreignHost);
    else if (query === undefined) void show(response, notFound);
    else if (redirect === undefined) void show(response, notAResponse);
    else if (!isEqual(query.get('state') ?? '', options.state)) void show(response, otherLogin);
    else if (isTaken) void show(response, alreadyTaken);
    else {
      isTaken = true;
      first.resolve({ redirect, show: (page) => show(response, page) });
    }
  });
  const port = await listen(server, options.port);
  return {
    redirectUri: `http://localhost:${port}${callbackPath}`,
    arrival: (signal) => untilAborted(first.promise, signal),
    close: () => close(server),
  };
}

const notFound: Page = {
  status: 404,
  heading: 'Not found',
  sentence: 'Only the answer of a login is awaited here.',
};

const notAResponse: Page = {
  status: 400,
  heading: 'Nothing to do',
  sentence: "This address carries no answer of Strava's; the login still waits for one.",
};

const otherLogin: Page = {
  status: 400,
  heading: 'Not this login',
  sentence:
    'This answer belongs to another login; nothing was stored. To go on, open the address that the terminal shows.',
};

const foreignHost: Page = {
  status: 400,
  heading: 'Wrong address',
  sentence: 'A login is answered at localhost only.',
};

const alreadyTaken: Page = {
  status: 409,
  heading: 'Already answered',
  sentence: 'This login has its answer already; see the terminal.',
};

/** The query of a request for the callback; undefined for any other. */
function queryOf({ method, url }: IncomingMessage): URLSearchParams | undefined {
  const target = URL.parse(url ?? '', `http://${host}`);
  return method === 'GET' && target?.pathname === callbackPath ? target.searchParams : undefined;
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Resolves when the page has left, or the browser has. */
function show(response: ServerResponse, { status, heading, sentence, next }: Page): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    if (response.destroyed) resolve();
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.end(renderPage(heading, sentence, next));
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(portRejected(port, error));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function portRejected(port: number, error: NodeJS.ErrnoException): Error {
  const reason = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${error.code ?? ''})`;
  return new ConfigurationError(
    [
      `AUTH_PORT: port ${port} on ${host} ${reason}; another login may be waiting there, else choose another port, or 0 for any free one`,
    ],
    { cause: error },
  );
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      resolve(undefined);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

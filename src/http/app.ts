/**
 * Apps of Hono as the server takes them: an unknown path is 404 as JSON, and an error that a handler throws
 * is a bug, which reaches the server.
 */
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { Hono } from 'hono';
import { isLoopbackAddress } from '../domain/loopback.ts';
import { isKnownHost } from './host.ts';
import { jsonResponse } from './response.ts';

export interface AppEnv {
  Bindings: HttpBindings;
}

export type App = Hono<AppEnv>;

export function createApp(): App {
  const app = new Hono<AppEnv>();
  app.onError((error) => {
    throw error;
  });
  // The same for everything that does not exist, so that clients cannot probe for paths.
  app.notFound(() => notFound());
  return app;
}

export function notFound(): Response {
  return jsonResponse(404, { message: 'Not Found' });
}

export function misdirected(): Response {
  return jsonResponse(421, {
    message: 'Misdirected Request: the Host header names another host than this one',
  });
}

/**
 * For what a web page with a name of its own must not read: where the server listens on the loopback
 * address, a request has to be addressed to this machine, by `localhost` or an IP address. Where other
 * machines reach the server, its names are known to nobody here.
 */
export function requireKnownHost(listensAt: string): MiddlewareHandler<AppEnv> {
  const isLoopback = isLoopbackAddress(listensAt);
  return async ({ env }, next) => {
    if (isLoopback && !isKnownHost(env.incoming.headers.host)) return misdirected();
    await next();
    return undefined;
  };
}

/**
 * What every request to the page has to be, and the headers of every response.
 */
import type { MiddlewareHandler } from 'hono';
import type { PageConfig } from '../../config/config.ts';
import { isLoopbackAddress } from '../../domain/loopback.ts';
import type { AppEnv } from '../../http/app.ts';
import { misdirected, notFound } from '../../http/app.ts';
import { hostnameOf } from '../../http/host.ts';
import { jsonResponse } from '../../http/response.ts';

export const loginPath = '/login';
export const logoutPath = '/logout';

/** The only paths that take anything but GET and HEAD, where the page has a password. */
const postPaths: readonly string[] = [loginPath, logoutPath];

/** Adds the headers to each response, and responds itself to what the page does not take. */
export function guardPage(config: PageConfig): MiddlewareHandler<AppEnv> {
  const headers = securityHeaders(config);
  const isLocal = isLoopbackAddress(config.host) && !config.isProxyTrusted;
  return async (c, next) => {
    const rejected =
      (isLocal ? rejectForeign(c.env.incoming.headers) : undefined) ??
      rejectMethod(c.req.method, c.req.path, config);
    if (rejected === undefined) await next();
    else c.res = rejected;
    for (const [name, value] of headers) c.res.headers.set(name, value);
    // Nobody reads it: what makes it can stop.
    if (c.req.method === 'HEAD') await c.res.body?.cancel();
  };
}

/** Where no login protects the page: another site's name for this machine, or a proxy that passes it on. */
function rejectForeign(headers: NodeJS.Dict<string | string[]>): Response | undefined {
  const isForwarded = Object.keys(headers).some(
    (name) => name === 'forwarded' || name === 'via' || name.startsWith('x-forwarded-'),
  );
  if (isForwarded) return notFound();
  const { host } = headers;
  const hostname = typeof host === 'string' ? hostnameOf(host) : undefined;
  return hostname !== undefined && isLoopbackAddress(hostname) ? undefined : misdirected();
}

function rejectMethod(
  method: string,
  path: string,
  { passwordFile }: PageConfig,
): Response | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (method === 'POST' && postPaths.includes(path) && passwordFile !== undefined) return undefined;
  const response = jsonResponse(405, { message: 'The page only reads: use GET or HEAD.' });
  response.headers.set('allow', 'GET, HEAD');
  return response;
}

/** Nothing but the page's own files and, if they are set, the map's tiles is loaded or run. */
function securityHeaders({ tiles }: PageConfig): readonly (readonly [string, string])[] {
  // Leaflet puts an empty image of its own, as data, into a tile that is no longer wanted.
  const images = tiles === undefined ? [] : [`img-src 'self' data: ${new URL(tiles.url).origin}`];
  const policy = [
    "default-src 'self'",
    ...images,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ];
  return [
    ['content-security-policy', policy.join('; ')],
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'no-referrer'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['cross-origin-opener-policy', 'same-origin'],
  ];
}

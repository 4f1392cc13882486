/**
 * The `Host` header as a defence against DNS rebinding: a web page can resolve a name of its own to
 * 127.0.0.1, and its requests then carry that name.
 */
import { isIP } from 'node:net';

const httpPort = 80;

/** Whether a request was addressed to localhost, 127.0.0.1 or [::1], at this port. */
export function isLoopbackHost(header: string | undefined, port: number | undefined): boolean {
  const host = parse(header);
  return (
    host !== undefined &&
    ['localhost', '127.0.0.1', '[::1]'].includes(host.hostname) &&
    Number(host.port === '' ? httpPort : host.port) === port
  );
}

/**
 * Whether a request was addressed to localhost or a literal IP address, at any port. A request without the
 * header comes from no browser.
 */
export function isKnownHost(header: string | undefined): boolean {
  if (header === undefined) return true;
  const hostname = hostnameOf(header);
  return hostname !== undefined && (hostname === 'localhost' || isIP(hostname) !== 0);
}

/** The name or address that the header names, without brackets; undefined where it names none. */
export function hostnameOf(header: string): string | undefined {
  return parse(header)?.hostname.replace(/^\[(.*)\]$/, '$1');
}

function parse(header: string | undefined): URL | undefined {
  // Anything else is a path, a user or a query, and no host.
  if (header === undefined || !/^[\w.:[\]-]+$/.test(header)) return undefined;
  return URL.parse(`http://${header}`) ?? undefined;
}

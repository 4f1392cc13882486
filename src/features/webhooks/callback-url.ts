/**
 * The callback URL as `webhook subscribe` takes it: its path is the secret that keeps strangers out, for
 * Strava signs nothing.
 */
import { UsageError } from '../../errors.ts';

const minPathLength = 16;

/**
 * The whole callback URL; where it has no path, `secret` becomes it.
 * @throws UsageError
 */
export function readCallbackUrl(text: string, secret: string): string {
  const url = URL.parse(text.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError('--callback-url takes an address such as https://strava.example.org.');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new UsageError(
      '--callback-url has to begin with https://: over http anyone on the way can read its secret path. http:// is for this machine only.',
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new UsageError('--callback-url takes an address without a user, a query and a fragment.');
  }
  if (url.pathname === '/') return new URL(`/${secret}`, url).href;
  if (url.pathname.length < minPathLength) {
    throw new UsageError(
      `The path of --callback-url needs at least ${minPathLength} characters, for it is the secret that keeps strangers out: Strava signs nothing. Leave the path away, and a random one is made.`,
    );
  }
  return url.href;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

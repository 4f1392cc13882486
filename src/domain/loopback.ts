/**
 * Addresses of this machine alone.
 */

/** Whether a server that listens there is reached from this machine only. */
export function isLoopbackAddress(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d+){3}$/.test(host);
}

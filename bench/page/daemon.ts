/**
 * The daemon of a filled database, with its page on a free port. Nobody is logged in, so that it only serves.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findFreePort } from '../../src/embedded-mongodb/loopback-port.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { figuresOf } from '../../test/support/command/process-figures.ts';
import { eventually } from '../../test/support/waiting.ts';
import type { OwnStore } from '../filled-store.ts';
import { cli, nodeOptions } from '../sync/contenders.ts';

export interface Daemon {
  /** Without a slash at the end. */
  readonly url: string;
  /** NaN on systems without /proc. */
  readonly residentMb: () => Promise<number>;
}

/** Starts the daemon, and stops it afterwards. */
export async function withDaemon(
  { uri, database }: OwnStore,
  { apiUrl, oauthUrl, clientId, clientSecret }: Simulator,
  use: (daemon: Daemon) => Promise<void>,
): Promise<void> {
  const port = await findFreePort();
  const env = {
    PATH: process.env['PATH'] ?? '',
    NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/domestique'),
    STRAVA_CLIENT_ID: clientId,
    STRAVA_CLIENT_SECRET: clientSecret,
    STRAVA_API_URL: apiUrl,
    STRAVA_OAUTH_URL: oauthUrl,
    MONGODB_URI: uri,
    MONGODB_DATABASE: database,
    HTTP_PORT: '0',
    PAGE_PORT: String(port),
  };
  const daemon = spawn(process.execPath, [...nodeOptions, cli, 'start'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const ended = once(daemon, 'close');
  try {
    await eventually(() =>
      fetch(url).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    await use({
      url,
      residentMb: async () => (await figuresOf(daemon.pid ?? 0))?.residentMb ?? Number.NaN,
    });
  } finally {
    daemon.kill('SIGTERM');
    await ended;
  }
}

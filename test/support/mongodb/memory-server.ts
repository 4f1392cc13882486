/**
 * The tests' servers, started by mongodb-memory-server with the binary that the program itself would use.
 * The library removes their files, and ends them if the tests' process is killed.
 */
import { once } from 'node:events';
import { MongoMemoryServer } from 'mongodb-memory-server-core';
import { chooseMongod } from '../../../src/embedded-mongodb/binary.ts';

/** A loaded machine, or a recovery after a kill, takes its time. */
const launchTimeout = 60_000;

/** What every server has in common: the engine that users have, and little memory. */
export const sharedOptions = {
  storageEngine: 'wiredTiger',
  launchTimeout,
} as const;
export const sharedArgs: readonly string[] = [
  ...['--quiet', '--slowms', '60000', '--nounixsocket', '--wiredTigerCacheSizeGB', '0.25'],
  ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
  // Tests store documents of long ago, which it would remove at any moment.
  ...['--setParameter', 'ttlMonitorEnabled=false'],
];

/** The binary, with its version, which the library compares; `log` takes a line about a download. */
export async function libraryBinary(
  log: (message: string) => void = () => undefined,
): Promise<{ systemBinary: string; version: string }> {
  const { path, version } = await chooseMongod({ env: process.env, log });
  return { systemBinary: path, version };
}

interface MemoryServerOptions {
  /** A free one by default. */
  readonly port?: number;
  /** Further arguments of mongod. */
  readonly args?: readonly string[];
  /** A user with every right; without it, nobody has to log in. */
  readonly owner?: { readonly name: string; readonly password: string };
  readonly log?: (message: string) => void;
}

/** One server on a free port and an empty folder. */
export async function startMemoryServer(
  options: MemoryServerOptions = {},
): Promise<MongoMemoryServer> {
  const { port, args = [], owner, log } = options;
  return await MongoMemoryServer.create({
    binary: await libraryBinary(log),
    instance: {
      ...sharedOptions,
      args: [...sharedArgs, ...args],
      ...(port !== undefined && { port, portGeneration: false }),
    },
    ...(owner && {
      auth: { enable: true, customRootName: owner.name, customRootPwd: owner.password },
    }),
  });
}

/** SIGKILL; resolves when it is gone. `server.start(true)` starts it again at the same place. */
export async function killMemoryServer(server: MongoMemoryServer): Promise<void> {
  const child = server.instanceInfo?.instance.mongodProcess;
  if (child !== undefined) {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }
  await server.stop({ doCleanup: false, force: false });
}

/** Ends it at once, and removes its files. */
export async function removeMemoryServer(server: MongoMemoryServer): Promise<void> {
  await killMemoryServer(server);
  await server.cleanup();
}

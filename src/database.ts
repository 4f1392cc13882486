/**
 * Opens MongoDB: finds or starts the server, connects, and makes the database what this program expects.
 * main.ts wires the stores.
 */
import type { Store } from './mongo/schema/collections.ts';
import { storeOf } from './mongo/schema/collections.ts';
import type { MongoOptions } from './mongo/base/connection.ts';
import { connectMongo } from './mongo/base/connection.ts';
import { useEmbeddedServer } from './embedded-mongodb/server.ts';
import { createLeaseStore } from './mongo/coordination/leases.ts';
import { ensureVersion } from './mongo/schema/schema-version.ts';
import { prepareDatabase } from './mongo/setup/ensure-indexes.ts';
import type { TokenVault } from './mongo/tokens/token-vault.ts';
import { openVault } from './mongo/tokens/token-vault.ts';
import type { Program } from './program.ts';
import type { LeaseStore } from './sync/ports/leases.ts';

/** The connection, and what seals and opens the tokens. */
export interface OpenMongo {
  readonly store: Store;
  readonly vault: TokenVault;
  /** Releases the embedded server too. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the configured MongoDB, or the embedded one, checks its version, and makes its collections and
 * indexes. `onTry` is called whenever MongoDB is tried again.
 * @throws DatabaseNewerError where it is of a newer version.
 */
export async function openMongo(
  program: Program,
  deadlineMs: number,
  onTry?: () => void,
): Promise<OpenMongo> {
  const { config, clock, log, random, signal } = program;
  const vault = await openVault(config.tokenKeyFile, (message) => {
    log.warn(message);
  });
  const server = config.mongodb.uri === undefined ? await openEmbedded(program) : undefined;
  try {
    const uri = server?.uri ?? config.mongodb.uri ?? '';
    const { database } = config.mongodb;
    const onAway = async (): Promise<void> => {
      onTry?.();
      await server?.ensureRunning();
    };
    const options = { uri, database, clock, log, random, deadlineMs, signal, onAway };
    const store = await connectPrepared(program, options);
    const close = async (): Promise<void> => {
      await store.close();
      await server?.release();
    };
    return { store, vault, close };
  } catch (error) {
    await server?.release();
    throw error;
  }
}

async function connectPrepared(program: Program, options: MongoOptions): Promise<Store> {
  const store = storeOf(await connectMongo(options));
  try {
    await ensureVersion(store, new Date(program.clock.nowMs()));
    await prepareDatabase(store);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

function openEmbedded({ config, clock, log, env, signal }: Program) {
  return useEmbeddedServer({
    dataDir: config.dataDir,
    port: config.mongodb.port,
    env,
    clock,
    signal,
    log: (message) => {
      log.info(message);
    },
    debug: (message) => {
      log.debug(message);
    },
  });
}

/** The leases in the name of this process. */
export function leasesOf({ config, clock, pid, host, owner }: Program, store: Store): LeaseStore {
  const { durationMs } = config.lease;
  const options = { durationMs, pid, host, process: owner, clock };
  return createLeaseStore(store, options);
}

/**
 * Opens MongoDB: finds or starts the server, connects, and makes the database what this program expects.
 * main.ts wires the stores.
 */
import { commandLine } from './domain/invocation.ts';
import type { Application } from './mongo/schema/definitions/application.ts';
import { everyApplication } from './mongo/schema/definitions/application.ts';
import type { Store } from './mongo/schema/collections.ts';
import { storeOf } from './mongo/schema/collections.ts';
import type { MongoOptions } from './mongo/base/connection.ts';
import { connectMongo } from './mongo/base/connection.ts';
import { saveAthleteSettings } from './mongo/athletes/athlete-settings.ts';
import { useEmbeddedServer } from './embedded-mongodb/server.ts';
import { showStepWhenSlow } from './features/shared/progress/delayed.ts';
import { createLeaseStore } from './mongo/coordination/leases.ts';
import { ensureVersion, hasVersion } from './mongo/schema/schema-version.ts';
import { prepareDatabase } from './mongo/setup/ensure-indexes.ts';
import { adoptLogins } from './mongo/tokens/adopt-logins.ts';
import type { TokenVault } from './mongo/tokens/token-vault.ts';
import { openVault } from './mongo/tokens/token-vault.ts';
import type { Program } from './program.ts';
import type { LeaseStore } from './sync/ports/leases.ts';

/** The connection, and what seals and opens the tokens. */
export interface OpenMongo {
  readonly store: Store;
  readonly vault: TokenVault;
  /**
   * Makes what is missing of the collections and indexes, adopts logins that were typed in by hand, and
   * writes the athletes' settings where they differ; repeating it changes nothing.
   */
  readonly prepare: () => Promise<void>;
  /** Releases the embedded server too. */
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  /** How long to try while MongoDB is away. */
  readonly deadlineMs: number;
  /** How long a MongoDB of the user's may take to respond at the start; it is tried once then. */
  readonly openWithinMs?: number;
  /** Whether the program only reads: then it needs no right to write, and nothing is made. */
  readonly isReadOnly?: boolean;
  /** Called whenever MongoDB is tried again. */
  readonly onTry?: (() => void) | undefined;
}

/**
 * Opens the configured MongoDB, or the embedded one, and checks its version. Unless the program only reads,
 * it also makes the collections and indexes that are missing.
 * @throws DatabaseNewerError where it is of a newer version.
 */
export async function openMongo(
  program: Program,
  { deadlineMs, openWithinMs, isReadOnly = false, onTry }: OpenOptions,
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
    const timing =
      server === undefined && openWithinMs !== undefined
        ? { deadlineMs: 0, openWithinMs }
        : { deadlineMs };
    const options = { uri, database, clock, log, random, ...timing, signal, onAway };
    const store = await connect(program, options);
    const prepare = (): Promise<void> => prepareStore(program, store, vault);
    try {
      if (isReadOnly) await sayIfEmpty(program, store);
      else await prepare();
    } catch (error) {
      await store.close();
      throw error;
    }
    const close = async (): Promise<void> => {
      await store.close();
      await server?.release();
    };
    return { store, vault, prepare, close };
  } catch (error) {
    await server?.release();
    throw error;
  }
}

async function connect({ log }: Program, options: MongoOptions): Promise<Store> {
  return storeOf(await connectMongo(options), (message) => {
    log.warn(message);
  });
}

/** The configured client id, else every application. */
export function applicationOf({ config }: Pick<Program, 'config'>): Application {
  return config.strava.clientId ?? everyApplication;
}

async function prepareStore(program: Program, store: Store, vault: TokenVault): Promise<void> {
  const { clock, config, log } = program;
  await ensureVersion(store, new Date(clock.nowMs()));
  await showStepWhenSlow(program, 'Making missing indexes and views', () => prepareDatabase(store));
  for (const athlete of await adoptLogins(store, vault))
    log.info({ athlete }, 'Adopted a login that was typed in by hand.');
  await saveAthleteSettings(store, applicationOf(program), config.athlete);
}

async function sayIfEmpty({ log }: Program, store: Store): Promise<void> {
  if (await hasVersion(store)) return;
  log.warn(
    `The database ${store.address} is empty: Domestique has stored nothing in it yet. Run: ${commandLine('auth')}, or: ${commandLine('import', '--file', 'export.zip')}`,
  );
}

function openEmbedded(program: Program) {
  const { config, clock, log, env, signal } = program;
  const options = {
    dataDir: config.dataDir,
    port: config.mongodb.port,
    env,
    clock,
    signal,
    log: (message: string) => {
      log.info(message);
    },
    debug: (message: string) => {
      log.debug(message);
    },
  };
  return showStepWhenSlow(program, 'Starting the embedded MongoDB', () =>
    useEmbeddedServer(options),
  );
}

/** The leases in the name of this process. */
export function leasesOf({ config, clock, pid, host, owner }: Program, store: Store): LeaseStore {
  const { durationMs } = config.lease;
  const options = { durationMs, pid, host, process: owner, clock };
  return createLeaseStore(store, options);
}

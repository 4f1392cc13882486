/**
 * The connection that the checks share: to the configured MongoDB, or to the embedded one if it runs.
 * Nothing is started, made or changed.
 */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { commandLine } from '../../domain/invocation.ts';
import { uriOf } from '../../embedded-mongodb/mongod.ts';
import { findRunningMongod } from '../../embedded-mongodb/running-mongod.ts';
import { connectMongo } from '../../mongo/base/connection.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import { storeOf } from '../../mongo/schema/collections.ts';
import type { Program } from '../../program.ts';
import type { Finding } from './check.ts';

/** The embedded MongoDB's data files, without symbolic links, as its process names them. */
export async function dataFilesOf({ dataDir }: Config): Promise<string> {
  return join(await realpath(dataDir).catch(() => dataDir), 'mongodb');
}

/** The URI to use; undefined if the embedded MongoDB does not run. */
async function findUri(config: Config): Promise<string | undefined> {
  if (config.mongodb.uri !== undefined) return config.mongodb.uri;
  const running = await findRunningMongod(await dataFilesOf(config));
  return running === undefined ? undefined : uriOf(running.port);
}

/** Below the time of a check, so that it can say why there is no connection. */
const maxOpenMs = 4_000;

/** @throws MongoUnavailableError, MongoRejectedError, ConfigurationError. */
async function connect(
  { clock, log, random, signal }: Omit<Program, 'config'>,
  { mongodb: { database } }: Config,
  uri: string,
): Promise<Store> {
  return storeOf(
    await connectMongo({
      ...{ uri, database, clock, random, signal },
      log: log.child({}, { level: 'silent' }),
      deadlineMs: 0,
      openWithinMs: maxOpenMs,
      onAway: () => Promise.resolve(),
    }),
  );
}

/** An open database, or why there is none for the other checks. */
export type Connection =
  | { readonly store: Store }
  | { readonly store?: never; readonly uri: string | undefined; readonly error?: unknown };

export async function openConnection(
  program: Omit<Program, 'config'>,
  config: Config,
): Promise<Connection> {
  const uri = await findUri(config);
  if (uri === undefined) return { uri };
  try {
    return { store: await connect(program, config, uri) };
  } catch (error) {
    return { uri, error };
  }
}

/** For a check that needs the database. */
export function withoutDatabase(
  what: string,
  { uri }: Exclude<Connection, { store: Store }>,
): Finding {
  return {
    mark: 'skipped',
    found: `${what} cannot be checked without MongoDB.`,
    ...(uri === undefined && {
      advice: `Start the embedded one with ${commandLine('db')}, and give this command again in another terminal.`,
    }),
  };
}

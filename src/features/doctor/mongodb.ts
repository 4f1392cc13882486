/** Whether MongoDB can be reached, is recent enough, and allows what the program does. */
import type { Document } from 'mongodb';
import type { Config } from '../../config/config.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import { hasVersion } from '../../mongo/schema/schema-version.ts';
import type { Program } from '../../program.ts';
import type { Finding } from './check.ts';
import { findingsOf } from './check.ts';
import type { Connection } from './connection.ts';
import { checkEmbedded } from './embedded.ts';

/** What the responses of MongoDB say, of which only the used fields are read. */
export interface MongoFacts {
  readonly address: string;
  /** Such as `6.0.5`. */
  readonly version: string;
  readonly hello: Document;
  /** Of `connectionStatus` with the privileges. */
  readonly authInfo: Document;
}

export async function readMongoFacts({ db, address }: Store): Promise<MongoFacts> {
  const { version } = await db.command({ buildInfo: 1 });
  const { authInfo } = await db.command({ connectionStatus: 1, showPrivileges: true });
  return {
    address,
    version: String(version),
    hello: await db.command({ hello: 1 }),
    authInfo: authInfo as Document,
  };
}

const minMajor = 6;

/** The actions that the program needs of MongoDB, by what a user calls them. */
const neededActions = {
  read: ['find'],
  write: ['insert', 'update', 'remove'],
  'make collections and indexes': ['createCollection', 'createIndex'],
} as const;

export function assessMongo(facts: MongoFacts, database: string): readonly Finding[] {
  const { address, version, hello, authInfo } = facts;
  const found = `MongoDB ${version}, a ${topologyOf(hello)}, answers at ${address}.`;
  const isOld = Number.parseInt(version, 10) < minMajor;
  const missing = missingRights(authInfo, database);
  return [
    isOld
      ? { mark: 'failed', found, advice: `Install MongoDB ${minMajor}.0 or later.` }
      : { mark: 'ok', found },
    ...(missing.length === 0
      ? [
          {
            mark: 'ok' as const,
            found: `The user may read, write and make indexes in ${database}.`,
          },
        ]
      : [
          {
            mark: 'failed' as const,
            found: `The user may not ${missing.join(' or ')} in the database ${database}.`,
            advice: 'Give it the role readWrite on that database.',
          },
        ]),
  ];
}

function topologyOf({ setName, msg }: Document): string {
  if (msg === 'isdbgrid') return 'sharded cluster';
  return typeof setName === 'string' ? 'replica set' : 'standalone server';
}

interface Privilege {
  readonly resource: { readonly db?: string; readonly anyResource?: boolean };
  readonly actions: readonly string[];
}

/** Without any user, MongoDB asks nobody for rights, or has rejected the first read already. */
function missingRights(
  { authenticatedUsers, authenticatedUserPrivileges }: Document,
  database: string,
): readonly string[] {
  if ((authenticatedUsers as readonly unknown[]).length === 0) return [];
  const allowed = new Set(
    (authenticatedUserPrivileges as readonly Privilege[])
      .filter(
        ({ resource: { db, anyResource } }) => anyResource === true || db === '' || db === database,
      )
      .flatMap(({ actions }) => actions),
  );
  return Object.entries(neededActions)
    .filter(([, actions]) => actions.some((action) => !allowed.has(action)))
    .map(([right]) => right);
}

/** @throws MongoUnavailableError, MongoRejectedError, DatabaseNewerError, EmbeddedServerError. */
export async function checkMongo(
  { config, connection, env }: MongoCheck,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { store } = connection;
  if (store !== undefined) {
    // Reads, so it also proves the right to read where the server names no user.
    await hasVersion(store);
    return assessMongo(await readMongoFacts(store), config.mongodb.database);
  }
  if (connection.error !== undefined) return findingsOf(connection.error);
  return [await checkEmbedded(config, env, signal)];
}

export interface MongoCheck {
  readonly config: Config;
  readonly connection: Connection;
  readonly env: Program['env'];
}

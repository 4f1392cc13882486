/**
 * The programs that the benchmark compares, each run in a process of its own against a simulated Strava of
 * its own.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { int64 } from '../../src/mongo/base/bson-value.ts';
import type { Measured } from './figures.ts';
import { measureMongod } from './mongod-usage.ts';
import type { Server } from './mongod-usage.ts';
import type { StravaAddress } from './strava.ts';
import type { Usage } from './usage.ts';

const here = import.meta.dirname;
export const cli = join(here, '../../src/cli.ts');
/** The options of bin/domestique for every command. */
export const nodeOptions = ['--max-semi-space-size=4', '--no-separate-gc-phases'];
/** The further options of `backup`, `export` and `rebuild`. */
export const readerOptions = ['--initial-old-space-size=64'];
const measuredBy = ['--import', join(here, 'usage.ts')];

export interface Surroundings {
  readonly server: Server;
  readonly folder: string;
  readonly activities: number;
  /** The folder for a profile of the sync. */
  readonly profileFolder: string | undefined;
}

/** A program that fills a database from a simulated Strava. */
export interface Contender {
  readonly name: string;
  readonly run: (
    surroundings: Surroundings,
    address: StravaAddress,
    database: string,
  ) => Promise<Usage>;
}

export async function withStrava<T>(
  activities: number,
  run: (address: StravaAddress, countRequests: () => Promise<number>) => Promise<T>,
): Promise<T> {
  const strava = fork(join(here, 'strava.ts'), [String(activities)]);
  try {
    const [address] = (await once(strava, 'message')) as [StravaAddress];
    return await run(address, async () => {
      strava.send('count');
      const [count] = (await once(strava, 'message')) as [number];
      return count;
    });
  } finally {
    strava.kill();
  }
}

export function environmentOf(
  address: StravaAddress,
  { server, folder }: Surroundings,
  database: string,
) {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    NODE_COMPILE_CACHE: join(here, '../../node_modules/.cache/domestique'),
    BENCH_USAGE: join(folder, 'usage.json'),
    STRAVA_CLIENT_ID: address.clientId,
    STRAVA_CLIENT_SECRET: address.clientSecret,
    STRAVA_API_URL: address.apiUrl,
    STRAVA_OAUTH_URL: address.oauthUrl,
    STRAVA_QUOTA_SHORT: '1000000',
    STRAVA_QUOTA_DAILY: '1000000',
    MONGODB_URI: server.uri,
    MONGODB_DATABASE: database,
    HTTP_PORT: '0',
    // As in bin/domestique.
    MALLOC_ARENA_MAX: '2',
    LOG_FORMAT: 'json',
  };
}

/** Runs a program to its end, and reads its usage. */
export async function runToEnd(
  surroundings: Surroundings,
  {
    args,
    address,
    database,
  }: { args: readonly string[]; address: StravaAddress; database: string },
): Promise<Usage> {
  const env = environmentOf(address, surroundings, database);
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  const child = spawn(process.execPath, [...nodeOptions, ...measuredBy, ...args], {
    env,
    stdio: [...stdio],
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code ?? 'a signal'}.`);
  return JSON.parse(await readFile(env.BENCH_USAGE, 'utf8')) as Usage;
}

export async function logIn(
  { server }: Surroundings,
  { refreshToken, clientId }: StravaAddress,
  database: string,
): Promise<void> {
  await using client = new MongoClient(server.uri);
  const scope = ['read', 'activity:read_all', 'profile:read_all', 'read_all'];
  const grant = { access_token: 'expired', refresh_token: refreshToken, expires_at: new Date(0) };
  await client
    .db(database)
    .collection('tokens')
    .insertOne({ _id: int64(1001) as never, ...grant, scope, client_id: clientId });
}

function loop(name: string, file: string): Contender {
  return {
    name,
    run: (surroundings, address, database) => {
      const args = [join(here, file), JSON.stringify(address), surroundings.server.uri, database];
      return runToEnd(surroundings, { args, address, database });
    },
  };
}

export const sync: Contender = {
  name: '`sync`',
  run: async (surroundings, address, database) => {
    await logIn(surroundings, address, database);
    const { profileFolder } = surroundings;
    const profile =
      profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    return runToEnd(surroundings, { args: [...profile, cli, 'sync'], address, database });
  },
};

export const contenders: readonly Contender[] = [
  loop('bare loop', 'bare-loop.ts'),
  loop('durable loop', 'durable-loop.ts'),
  sync,
];

/** Measures a contender with a database and a simulated Strava of its own. */
export async function measure(
  surroundings: Surroundings,
  { name, run }: Contender,
): Promise<Measured> {
  const { server, activities } = surroundings;
  const database = 'bench';
  await using client = new MongoClient(server.uri);
  await client.db(database).dropDatabase();
  const measured = await withStrava(activities, async (address, countRequests) => {
    const { result, usage } = await measureMongod(server, () =>
      run(surroundings, address, database),
    );
    return { ...result, mongod: usage, requests: await countRequests() };
  });
  const stored = await client.db(database).collection('activities').countDocuments();
  if (stored !== activities) throw new Error(`The ${name} stored ${stored} of ${activities}.`);
  return measured;
}

/**
 * A database, a simulated Strava with athletes who have logged in, and daemons in processes of their own.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from 'mongodb';
import { MongoClient } from 'mongodb';
import { int64 } from '../../src/mongo/base/bson-value.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';

export const cli = join(import.meta.dirname, '../../src/cli.ts');
export const leaseMs = 15_000;

export interface Stage {
  readonly simulator: Simulator;
  readonly db: Db;
  readonly daemon: () => ChildProcess;
}

export interface StageOptions {
  readonly name: string;
  readonly athletes: number;
  readonly activities: number;
  readonly quota: { readonly short: number; readonly shortWindowMs: number };
}

/** The variables of every process of a bench. */
export function environmentOf(
  simulator: Simulator,
  { uri, name, folder }: { readonly uri: string; readonly name: string; readonly folder: string },
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    STRAVA_CLIENT_ID: simulator.clientId,
    STRAVA_CLIENT_SECRET: simulator.clientSecret,
    STRAVA_API_URL: simulator.apiUrl,
    STRAVA_OAUTH_URL: simulator.oauthUrl,
    STRAVA_QUOTA_DAILY: '1000000',
    MONGODB_URI: uri,
    MONGODB_DATABASE: name,
    HTTP_PORT: '0',
    LEASE_DURATION: `${leaseMs}ms`,
  };
}

/** A database and a Strava with athletes who have logged in. */
export async function withStage<T>(
  uri: string,
  { name, athletes: count, activities, quota }: StageOptions,
  run: (stage: Stage) => Promise<T>,
): Promise<T> {
  await using client = new MongoClient(uri);
  const ids = Array.from({ length: count }, (_, index) => 1001 + index);
  const simulator = await startSimulator({
    athletes: ids.map((id) => ({
      ...{ id, firstname: 'Ada', lastname: String(id), activities, years: 1 },
      samplesPerActivity: [5, 30] as const,
    })),
    quota: { ...quota, daily: 1_000_000 },
  });
  const db = client.db(name);
  const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
  const env = {
    ...environmentOf(simulator, { uri, name, folder }),
    STRAVA_QUOTA_SHORT: String(quota.short),
    STRAVA_QUOTA_SHORT_WINDOW: `${quota.shortWindowMs}ms`,
  };
  const daemons: ChildProcess[] = [];
  const daemon = (): ChildProcess => {
    const child = spawn(process.execPath, [cli, 'start'], { env, stdio: 'ignore' });
    daemons.push(child);
    return child;
  };
  try {
    await logIn(db, simulator, ids);
    return await run({ simulator, db, daemon });
  } finally {
    for (const child of daemons) child.kill('SIGKILL');
    await simulator.close();
    await db.dropDatabase();
    await rm(folder, { recursive: true });
  }
}

export async function logIn(db: Db, simulator: Simulator, ids: readonly number[]): Promise<void> {
  const scope = ['read', 'activity:read_all', 'profile:read_all', 'read_all'];
  const grant = { access_token: 'expired', expires_at: new Date(0), scope };
  const logins = ids.map((id) => ({
    ...{ _id: int64(id) as never, ...grant, client_id: simulator.clientId },
    refresh_token: simulator.issueRefreshToken(id),
  }));
  await db.collection('tokens').insertMany(logins);
}

export async function stop(child: ChildProcess): Promise<number> {
  const startMs = performance.now();
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
  return performance.now() - startMs;
}

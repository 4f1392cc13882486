/**
 * Measures many athletes and several daemons on one database against a simulated Strava, each daemon in its
 * own process: `npm run bench:athletes` prints the table of docs/benchmarks.md.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Document } from 'mongodb';
import { MongoClient } from 'mongodb';
import { findMongod } from '../src/embedded-mongodb/binary.ts';
import { startMongod } from '../src/embedded-mongodb/mongod.ts';
import { int64 } from '../src/mongo/base/bson-value.ts';
import { startSimulator } from '../src/simulator/api/server.ts';
import type { Simulator } from '../src/simulator/simulator.ts';

const cli = join(import.meta.dirname, '../src/cli.ts');
const leaseMs = 15_000;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

interface Stage {
  readonly simulator: Simulator;
  readonly db: Db;
  readonly daemon: () => ChildProcess;
}

interface StageOptions {
  readonly name: string;
  readonly athletes: number;
  readonly activities: number;
  readonly quota: { readonly short: number; readonly shortWindowMs: number };
}

/** A database and a Strava with athletes who have logged in. */
async function withStage<T>(
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
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    STRAVA_CLIENT_ID: simulator.clientId,
    STRAVA_CLIENT_SECRET: simulator.clientSecret,
    STRAVA_API_URL: simulator.apiUrl,
    STRAVA_OAUTH_URL: simulator.oauthUrl,
    STRAVA_QUOTA_SHORT: String(quota.short),
    STRAVA_QUOTA_SHORT_WINDOW: `${quota.shortWindowMs}ms`,
    STRAVA_QUOTA_DAILY: '1000000',
    MONGODB_URI: uri,
    MONGODB_DATABASE: name,
    HTTP_PORT: '0',
    LEASE_DURATION: `${leaseMs}ms`,
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

async function logIn(db: Db, simulator: Simulator, ids: readonly number[]): Promise<void> {
  const scope = ['read', 'activity:read_all', 'profile:read_all', 'read_all'];
  const grant = { access_token: 'expired', expires_at: new Date(0), scope };
  const logins = ids.map((id) => ({
    ...{ _id: int64(id) as never, ...grant, client_id: simulator.clientId },
    refresh_token: simulator.issueRefreshToken(id),
  }));
  await db.collection('tokens').insertMany(logins);
}

async function stop(child: ChildProcess): Promise<number> {
  const startMs = performance.now();
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await ended;
  return performance.now() - startMs;
}

/** Athletes held by each daemon, in the order of their pids. */
async function heldBy(db: Db, daemons: readonly ChildProcess[]): Promise<readonly number[]> {
  const workers = await db.collection('workers').find().toArray();
  return Promise.all(
    daemons.map(({ pid }) => {
      const owner = { $in: workers.filter((one) => one['pid'] === pid).map(({ _id }) => _id) };
      return db.collection('leases').countDocuments({ _id: /^athlete:/ as never, owner });
    }),
  );
}

interface Shared {
  readonly requests: readonly number[];
  readonly held: readonly number[];
  /** From the end of a process, and from its standstill, until others have all its athletes. */
  readonly killedMs: number;
  readonly stoppedMs: number;
}

/** Three daemons that start four seconds apart, with thirty athletes. */
function measureShares(uri: string): Promise<Shared> {
  const quota = { short: 200, shortWindowMs: 20_000 };
  const options = { name: 'shares', athletes: 30, activities: 120, quota };
  return withStage(uri, options, async ({ db, daemon }) => {
    const three = [daemon()];
    for (let started = 1; started < 3; started += 1) {
      await sleep(4_000);
      three.push(daemon());
    }
    await sleep(30_000);
    const held = await heldBy(db, three);
    await Promise.all(three.map(stop));
    const runs = await db.collection('runs').find().toArray();
    const requests = three.map(({ pid }) => requestsOf(runs, pid));
    const [suspended, killed] = [daemon(), daemon(), daemon()];
    while ((await heldBy(db, [suspended, killed])).includes(0)) await sleep(500);
    await sleep(10_000);
    const stoppedMs = await timeToReplace(db, suspended, 'SIGSTOP');
    suspended.kill('SIGKILL');
    await sleep(5_000);
    const killedMs = await timeToReplace(db, killed, 'SIGKILL');
    return { requests, held, killedMs, stoppedMs };
  });
}

function requestsOf(runs: readonly Document[], pid: number | undefined): number {
  return runs
    .filter((run) => run['pid'] === pid)
    .reduce(
      (sum, run) => sum + Number((run['counts'] as Document | undefined)?.['requests'] ?? 0),
      0,
    );
}

async function timeToReplace(db: Db, child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  const worker = await db.collection('workers').findOne({ pid: child.pid ?? 0 });
  if (worker === null) return Number.NaN;
  const leases = db.collection('leases');
  const ofWorker = { _id: /^athlete:/ as never, owner: worker._id };
  const names = (await leases.find(ofWorker).toArray()).map(({ _id }) => _id);
  const startMs = performance.now();
  child.kill(signal);
  const isTaken = { _id: { $in: names }, owner: { $exists: true, $ne: worker._id } };
  while ((await leases.countDocuments(isTaken)) < names.length) {
    if (performance.now() - startMs > 8 * leaseMs) return Number.NaN;
    await sleep(100);
  }
  return performance.now() - startMs;
}

interface Thousand {
  readonly firstRequestMs: number;
  readonly queriesPerS: number;
  readonly writesPerS: number;
  readonly stopMs: number;
  readonly rssMb: number;
}

/** One daemon with so many athletes, whose quota is spent soon. */
function measureOne(uri: string, athletes: number): Promise<Thousand> {
  const quota = { short: 20, shortWindowMs: 900_000 };
  const options = { name: `athletes_${athletes}`, athletes, activities: 3, quota };
  return withStage(uri, options, async ({ simulator, db, daemon }) => {
    const startMs = performance.now();
    const child = daemon();
    await simulator.requests.waitFor((log) => log.entries.some((one) => one.isCounted), 300_000);
    const firstRequestMs = performance.now() - startMs;
    await sleep(20_000);
    const seconds = 20;
    await db.command({ profile: 2 });
    await sleep(seconds * 1_000);
    await db.command({ profile: 0 });
    const profiled = await db
      .collection('system.profile')
      .aggregate([
        { $match: { ns: { $not: /system\.profile$/ }, appName: 'domestique' } },
        { $group: { _id: '$op', count: { $sum: 1 } } },
      ])
      .toArray();
    const isWrite = ({ _id }: Document): boolean =>
      ['insert', 'update', 'remove'].includes(String(_id));
    const sum = (all: readonly Document[]): number =>
      all.reduce((total, { count }) => total + Number(count), 0);
    const rssMb = await residentMb(child);
    return {
      firstRequestMs,
      queriesPerS: sum(profiled.filter((one) => !isWrite(one))) / seconds,
      writesPerS: sum(profiled.filter(isWrite)) / seconds,
      stopMs: await stop(child),
      rssMb,
    };
  });
}

/** NaN on systems without /proc. */
async function residentMb({ pid = 0 }: ChildProcess): Promise<number> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    return Number(kilobytes) / 1_024;
  } catch {
    return Number.NaN;
  }
}

function tableOf(shared: Shared, few: Thousand, many: Thousand): string {
  const inLeases = (ms: number): string => (ms / leaseMs).toFixed(2);
  const both = (name: string, figure: (of: Thousand) => number, digits: number): string =>
    `| ${name} | ${figure(few).toFixed(digits)} | ${figure(many).toFixed(digits)} |`;
  return [
    '| one daemon | 50 athletes | 1,000 athletes |',
    '|---|---|---|',
    both('from the start to the first request, s', (of) => of.firstRequestMs / 1_000, 1),
    both('queries a second while it waits for the quota', (of) => of.queriesPerS, 2),
    both('writes a second while it waits', (of) => of.writesPerS, 2),
    both('stop, s', (of) => of.stopMs / 1_000, 1),
    both('RSS, MB', (of) => of.rssMb, 0),
    '',
    '| three daemons, thirty athletes | |',
    '|---|---|',
    `| athletes of each, 30 s after the third began | ${shared.held.join(', ')} |`,
    `| requests of each until then | ${shared.requests.join(', ')} |`,
    `| a killed one replaced, in lease durations | ${inLeases(shared.killedMs)} |`,
    `| a suspended one replaced, in lease durations | ${inLeases(shared.stoppedMs)} |`,
  ].join('\n');
}

const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
const binary = await findMongod({ env: process.env, log: say });
const [dbPath, logPath] = [join(folder, 'db'), join(folder, 'mongod.log')];
const mongod = await startMongod({ binary, dbPath, port: 0, logPath });
try {
  say('Fifty athletes on one daemon');
  const few = await measureOne(mongod.uri, 50);
  say('A thousand athletes on one daemon');
  const many = await measureOne(mongod.uri, 1_000);
  say('Three daemons with thirty athletes');
  const shared = await measureShares(mongod.uri);
  process.stdout.write(`${tableOf(shared, few, many)}\n`);
} finally {
  await mongod.stop();
  await rm(folder, { recursive: true, force: true });
}

/**
 * Measures the job against a bare loop, each in its own process against its own simulated Strava:
 * `npm run bench` prints the table of docs/benchmarks.md. `npm run bench -- 200 --idle-seconds 10` takes less.
 */
import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { MongoClient } from 'mongodb';
import { int64 } from '../src/mongo/base/bson-value.ts';
import { findMongod } from '../src/embedded-mongodb/binary.ts';
import { startMongod } from '../src/embedded-mongodb/mongod.ts';
import type { StravaAddress } from './sync/strava.ts';
import type { Usage } from './sync/usage.ts';

const here = import.meta.dirname;
const cli = join(here, '../src/cli.ts');
/** The options of bin/domestique. */
const nodeOptions = ['--max-semi-space-size=16', '--import', join(here, 'sync/usage.ts')];
const say = (text: string): void => void process.stderr.write(`${text}\n`);

interface Surroundings {
  readonly uri: string;
  readonly folder: string;
  readonly activities: number;
  /** The folder for a profile of the job. */
  readonly profileFolder: string | undefined;
}

interface Measured extends Usage {
  readonly requests: number;
}

async function withStrava<T>(
  activities: number,
  run: (address: StravaAddress, countRequests: () => Promise<number>) => Promise<T>,
): Promise<T> {
  const strava = fork(join(here, 'sync/strava.ts'), [String(activities)]);
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

function environmentOf(address: StravaAddress, { uri, folder }: Surroundings) {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    NODE_COMPILE_CACHE: join(here, '../node_modules/.cache/domestique'),
    BENCH_USAGE: join(folder, 'usage.json'),
    STRAVA_CLIENT_ID: address.clientId,
    STRAVA_CLIENT_SECRET: address.clientSecret,
    STRAVA_API_URL: address.apiUrl,
    STRAVA_OAUTH_URL: address.oauthUrl,
    STRAVA_QUOTA_SHORT: '1000000',
    STRAVA_QUOTA_DAILY: '1000000',
    MONGODB_URI: uri,
    MONGODB_DATABASE: 'job',
    HTTP_PORT: '0',
    LOG_FORMAT: 'json',
  };
}

/** Runs a program to its end, and reads its usage. */
async function measure(
  surroundings: Surroundings,
  args: readonly string[],
  address: StravaAddress,
): Promise<Usage> {
  const env = environmentOf(address, surroundings);
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  const child = spawn(process.execPath, [...nodeOptions, ...args], { env, stdio: [...stdio] });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code ?? 'a signal'}.`);
  return JSON.parse(await readFile(env.BENCH_USAGE, 'utf8')) as Usage;
}

async function logIn({ uri }: Surroundings, { refreshToken, clientId }: StravaAddress) {
  await using client = new MongoClient(uri);
  const scope = ['read', 'activity:read_all', 'profile:read_all', 'read_all'];
  const grant = { access_token: 'expired', refresh_token: refreshToken, expires_at: new Date(0) };
  await client
    .db('job')
    .collection('tokens')
    .insertOne({ _id: int64(1001) as never, ...grant, scope, client_id: clientId });
}

async function assertStored({ uri, activities }: Surroundings, name: string): Promise<void> {
  await using client = new MongoClient(uri);
  const stored = await client.db(name).collection('activities').countDocuments();
  if (stored !== activities) throw new Error(`${name} stored ${stored} of ${activities}.`);
}

function measureBareLoop(surroundings: Surroundings): Promise<Measured> {
  return withStrava(surroundings.activities, async (address, countRequests) => {
    const args = [join(here, 'sync/bare-loop.ts'), JSON.stringify(address), surroundings.uri];
    const usage = await measure(surroundings, args, address);
    await assertStored(surroundings, 'bare_loop');
    return { ...usage, requests: await countRequests() };
  });
}

function profileOptions({ profileFolder }: Surroundings): readonly string[] {
  return profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
}

interface Idle {
  readonly residentMb: number;
  readonly cpuMs: number;
}

async function measureJob(
  surroundings: Surroundings,
  idleSeconds: number,
): Promise<{ readonly job: Measured; readonly idle: Idle | undefined }> {
  return withStrava(surroundings.activities, async (address, countRequests) => {
    await logIn(surroundings, address);
    const usage = await measure(
      surroundings,
      [...profileOptions(surroundings), cli, 'sync'],
      address,
    );
    await assertStored(surroundings, 'job');
    const job = { ...usage, requests: await countRequests() };
    const idle = idleSeconds > 0 ? await idleOf(surroundings, address, idleSeconds) : undefined;
    return { job, idle };
  });
}

/** The daemon that only runs its schedule. */
async function idleOf(
  surroundings: Surroundings,
  address: StravaAddress,
  seconds: number,
): Promise<Idle | undefined> {
  say(`The daemon idles for ${seconds} s`);
  const env = environmentOf(address, surroundings);
  const [semiSpace = ''] = nodeOptions;
  const daemon = spawn(process.execPath, [semiSpace, cli, 'start'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    let output = '';
    for await (const chunk of daemon.stderr.iterator({ destroyOnReturn: false })) {
      output += String(chunk);
      if (output.includes('Domestique is running')) break;
    }
    daemon.stderr.resume();
    await sleep(5_000);
    const before = await figuresOf(daemon);
    await sleep(seconds * 1_000);
    const after = await figuresOf(daemon);
    if (before === undefined || after === undefined) return undefined;
    return { residentMb: after.residentMb, cpuMs: after.cpuMs - before.cpuMs };
  } finally {
    daemon.kill('SIGTERM');
    await once(daemon, 'close');
  }
}

/** Undefined on systems without /proc. A tick of the kernel is 10 ms. */
async function figuresOf({ pid = 0 }: ChildProcess): Promise<Idle | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    const cpuMs = (Number(fields[11]) + Number(fields[12])) * 10;
    return { residentMb: Number(kilobytes) / 1_024, cpuMs };
  } catch {
    return undefined;
  }
}

function tableOf(bare: Measured, job: Measured, activities: number): string {
  const row = (name: string, figure: (of: Measured) => number, digits: number): string => {
    const [loop, own] = [figure(bare), figure(job)];
    const cells = [name, loop.toFixed(digits), own.toFixed(digits), (own / loop).toFixed(2)];
    return `| ${cells.join(' | ')} |`;
  };
  return [
    `| ${activities} activities with streams | bare loop | \`sync\` | ratio |`,
    '|---|---|---|---|',
    row('requests an activity', ({ requests }) => requests / activities, 3),
    row('CPU, user and system, s', ({ cpuMs }) => cpuMs / 1_000, 1),
    row('wall time, s', ({ wallMs }) => wallMs / 1_000, 1),
    row('peak RSS, MB', (of) => of.peakMb, 0),
  ].join('\n');
}

async function bench(surroundings: Surroundings, idleSeconds: number): Promise<void> {
  say(
    `The load is ${loadavg()
      .map((load) => load.toFixed(1))
      .join(', ')} on ${cpus().length} cores`,
  );
  say('The bare loop');
  const bare = await measureBareLoop(surroundings);
  say('The job');
  const { job, idle } = await measureJob(surroundings, idleSeconds);
  process.stdout.write(`${tableOf(bare, job, surroundings.activities)}\n`);
  if (idle === undefined) return;
  const [memory, cpu] = [idle.residentMb.toFixed(0), (idle.cpuMs / 1_000).toFixed(2)];
  process.stdout.write(`\nThe idle daemon: ${memory} MB, ${cpu} s of CPU in ${idleSeconds} s.\n`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'idle-seconds': { type: 'string', default: '120' },
    'cpu-prof': { type: 'string' },
  },
});
const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
const binary = await findMongod({ env: process.env, log: say });
const [dbPath, logPath] = [join(folder, 'db'), join(folder, 'mongod.log')];
const mongod = await startMongod({ binary, dbPath, port: 0, logPath });
try {
  const activities = Number(positionals[0] ?? 1_000);
  await bench(
    { uri: mongod.uri, folder, activities, profileFolder: values['cpu-prof'] },
    Number(values['idle-seconds']),
  );
} finally {
  await mongod.stop();
  await rm(folder, { recursive: true, force: true });
}

/**
 * Measures the import of recordings of an hour at a sample a second, in a process of its own:
 * `npm run bench:import` prints the table of docs/benchmarks.md. `npm run bench:import -- 50` takes less.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { systemClock } from '../src/clock.ts';
import { findMongod } from '../src/embedded-mongodb/binary.ts';
import { startMongod } from '../src/embedded-mongodb/mongod.ts';
import { makeArchive } from '../src/simulator/archive/make-archive.ts';
import { createWorld } from '../src/simulator/world/world.ts';
import type { StepUsage } from './import/steps.ts';
import { cli, nodeOptions, runToEnd } from './sync/contenders.ts';
import { measureMongod } from './sync/mongod-usage.ts';
import type { Server } from './sync/mongod-usage.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const athleteId = 1001;
/** The import needs no application. */
const nobody = { apiUrl: '', oauthUrl: '', clientId: '', clientSecret: '', refreshToken: '' };

async function writeArchive(path: string, activities: number): Promise<void> {
  const athlete = { id: athleteId, firstname: 'Ada', lastname: 'Bench', activities, years: 6 };
  const { world } = createWorld({
    seed: 6,
    athletes: [{ ...athlete, samplesPerActivity: 3_600, manualShare: 0 }],
    clock: systemClock,
    onEvent: () => undefined,
  });
  await makeArchive(world, athleteId, { path });
}

/** The CPU of each step without the database, in a process that does nothing else. */
async function measureSteps(path: string): Promise<StepUsage> {
  const steps = join(import.meta.dirname, 'import/steps.ts');
  const child = fork(steps, [path], { execArgv: [...nodeOptions] });
  const [usage] = (await once(child, 'message')) as [StepUsage];
  return usage;
}

interface Bench {
  readonly server: Server;
  readonly folder: string;
  readonly activities: number;
}

async function bench({ server, folder, activities }: Bench): Promise<string> {
  const path = join(folder, 'export.zip');
  await writeArchive(path, activities);
  say('The import');
  const surroundings = { server, folder, activities, profileFolder: undefined };
  const args = [cli, 'import', '--file', path];
  const { result, usage } = await measureMongod(server, () =>
    runToEnd(surroundings, { args, address: nobody, database: 'bench' }),
  );
  await using client = new MongoClient(server.uri);
  const stored = await client.db('bench').collection('streams').countDocuments({ part: 0 });
  if (stored < 0.9 * activities)
    throw new Error(`It stored ${stored} of ${activities} recordings.`);
  say('Its steps');
  const steps = await measureSteps(path);
  const known = Object.values(steps).reduce((sum, ms) => sum + ms, 0);
  const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
  const rows = [
    [`${activities} recordings of an hour`, 'import'],
    ['---', '---'],
    ['archive, MB', ((await stat(path)).size / 1e6).toFixed(1)],
    ['wall time, s', seconds(result.wallMs)],
    ['peak RSS, MB', result.peakMb.toFixed(0)],
    ['CPU, user and system, s', seconds(result.cpuMs)],
    ...Object.entries(steps).map(([step, ms]) => [`– ${step}`, seconds(ms)]),
    ['– the start, the writes and the rest', seconds(result.cpuMs - known)],
    ["mongod's CPU, s", seconds(usage.cpuMs)],
    ['commands an activity', (usage.commands / activities).toFixed(2)],
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

say(
  `The load is ${loadavg()
    .map((one) => one.toFixed(1))
    .join(', ')} on ${cpus().length} cores`,
);
const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
const binary = await findMongod({ env: process.env, log: say });
const [dbPath, logPath] = [join(folder, 'db'), join(folder, 'mongod.log')];
const mongod = await startMongod({ binary, dbPath, port: 0, logPath });
try {
  const activities = Number(process.argv[2] ?? 1_000);
  process.stdout.write(await bench({ server: mongod, folder, activities }));
} finally {
  await mongod.stop();
  await rm(folder, { recursive: true, force: true });
}

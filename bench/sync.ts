/**
 * Measures the sync against two loops, each in its own process against its own simulated Strava:
 * `npm run bench` prints the table of docs/benchmarks.md, with the medians of three rounds.
 * `npm run bench -- 200 --idle-seconds 10` takes less. `npm run bench -- --check` compares the sync alone
 * with bench/sync/limits.json, and ends with 1 where it costs more. `npm run bench -- --idle` measures the
 * idle daemon alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findMongod } from '../src/embedded-mongodb/binary.ts';
import { startMongod } from '../src/embedded-mongodb/mongod.ts';
import { contenders, measure, sync } from './sync/contenders.ts';
import type { Contender, Surroundings } from './sync/contenders.ts';
import { compareWithLimits, mediansOf, tableOf } from './sync/figures.ts';
import type { Measured } from './sync/figures.ts';
import { measureIdle } from './sync/idle.ts';
import limits from './sync/limits.json' with { type: 'json' };

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Runs the contenders by turns, so that other work on the machine meets them alike. */
async function runRounds(
  surroundings: Surroundings,
  by: readonly Contender[],
  rounds: number,
): Promise<readonly (readonly number[])[]> {
  const measured = by.map((): Measured[] => []);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, contender] of by.entries()) {
      say(`Round ${round} of ${rounds}: ${contender.name}`);
      measured[index]?.push(await measure(surroundings, contender));
    }
  }
  return measured.map((one) => mediansOf(one, surroundings.activities));
}

async function bench(
  surroundings: Surroundings,
  { rounds, idleSeconds }: { rounds: number; idleSeconds: number },
): Promise<void> {
  const load = loadavg().map((one) => one.toFixed(1));
  say(`The load is ${load.join(', ')} on ${cpus().length} cores`);
  const names = contenders.map(({ name }) => name);
  const medians = await runRounds(surroundings, contenders, rounds);
  process.stdout.write(`${tableOf(names, medians, surroundings.activities)}\n`);
  if (idleSeconds > 0) await benchIdle(surroundings, idleSeconds);
}

async function benchIdle(surroundings: Surroundings, seconds: number): Promise<void> {
  say(`The daemon syncs, then idles for ${seconds} s`);
  const idle = await measureIdle(surroundings, seconds);
  if (idle === undefined) return;
  const [memory, own] = [idle.residentMb.toFixed(0), idle.anonymousMb.toFixed(0)];
  const [cpu, before] = [(idle.cpuMs / 1_000).toFixed(2), (idle.syncCpuMs / 1_000).toFixed(2)];
  process.stdout.write(
    `\nThe idle daemon: ${memory} MB, ${own} of them anonymous, and ${cpu} s of CPU in ${seconds} s, after ${before} s for its sync.\n`,
  );
}

/** Compares what does not depend on the machine's speed with the file of limits. */
async function check(surroundings: Surroundings): Promise<void> {
  const [medians = []] = await runRounds(surroundings, [sync], 1);
  for (const { text, isWithin } of compareWithLimits(medians)) {
    process.stdout.write(`${text}\n`);
    if (!isWithin) process.exitCode = 1;
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean', default: false },
    idle: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    'idle-seconds': { type: 'string', default: '120' },
    'cpu-prof': { type: 'string' },
  },
});
const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
const binary = await findMongod({ env: process.env, log: say });
const [dbPath, logPath] = [join(folder, 'db'), join(folder, 'mongod.log')];
const mongod = await startMongod({ binary, dbPath, port: 0, logPath });
try {
  const surroundings: Surroundings = {
    server: mongod,
    folder,
    activities: Number(positionals[0] ?? (values.check ? limits.activities : 1_000)),
    profileFolder: values['cpu-prof'],
  };
  const idleSeconds = Number(values['idle-seconds']);
  if (values.check) await check(surroundings);
  else if (values.idle) await benchIdle(surroundings, idleSeconds);
  else {
    await bench(surroundings, { rounds: Number(values.rounds), idleSeconds });
  }
} finally {
  await mongod.stop();
  await rm(folder, { recursive: true, force: true });
}

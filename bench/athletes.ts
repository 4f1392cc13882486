/**
 * Measures many athletes, several daemons and several applications on one database against a simulated
 * Strava, each in its own process, and the budget for polls on simulated days: `npm run bench:athletes`
 * prints the tables of docs/benchmarks.md. `-- --days` prints those of the simulated days alone.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMongod } from '../src/embedded-mongodb/binary.ts';
import { startMongod } from '../src/embedded-mongodb/mongod.ts';
import type { Applications } from './athletes/applications.ts';
import { measureApplications } from './athletes/applications.ts';
import type { OneDaemon } from './athletes/one-daemon.ts';
import { measureOne } from './athletes/one-daemon.ts';
import { estimatedOld, pollDay, pollTable } from './athletes/poll-days.ts';
import type { Shared } from './athletes/shares.ts';
import { measureShares } from './athletes/shares.ts';
import { leaseMs } from './athletes/stage.ts';

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function oneDaemonTable(daemons: readonly OneDaemon[]): readonly string[] {
  const row = (name: string, figure: (of: OneDaemon) => number, digits: number): string =>
    `| ${name} | ${daemons.map((one) => figure(one).toFixed(digits)).join(' | ')} |`;
  return [
    '| one daemon | 1 athlete | 50 athletes | 1,000 athletes |',
    '|---|---|---|---|',
    row('from the start to the first request, s', (of) => of.firstRequestMs / 1_000, 1),
    row('queries a second while it waits for the quota', (of) => of.queriesPerS, 2),
    row('writes a second while it waits', (of) => of.writesPerS, 2),
    row('stop, s', (of) => of.stopMs / 1_000, 1),
    row('RSS, MB', (of) => of.rssMb, 0),
  ];
}

function sharesTable(shared: Shared): readonly string[] {
  const inLeases = (ms: number): string => (ms / leaseMs).toFixed(2);
  return [
    '| three daemons, thirty athletes | |',
    '|---|---|',
    `| athletes of each, 30 s after the third began | ${shared.held.join(', ')} |`,
    `| requests of each until then | ${shared.requests.join(', ')} |`,
    `| a killed one replaced, in lease durations | ${inLeases(shared.killedMs)} |`,
    `| a suspended one replaced, in lease durations | ${inLeases(shared.stoppedMs)} |`,
  ];
}

function applicationsTable({ documents, changed, stored }: Applications): readonly string[] {
  return [
    '| two applications in one database | |',
    '|---|---|',
    `| activities that the \`sync\` of one stored | ${stored} |`,
    `| documents of the other's before it | ${documents} |`,
    `| those that it changed | ${changed} |`,
  ];
}

function estimateTable(): readonly string[] {
  return [
    '| ten athletes, requests for a backlog in a day | |',
    '|---|---|',
    `| as \`--dry-run\` and \`status\` reckon | ${estimatedOld(10)} |`,
    `| on the simulated day | ${pollDay(10, 0).old} |`,
  ];
}

const print = (...tables: readonly (readonly string[])[]): void => {
  process.stdout.write(`${tables.map((lines) => lines.join('\n')).join('\n\n')}\n`);
};

async function measure(uri: string): Promise<readonly (readonly string[])[]> {
  const daemons: OneDaemon[] = [];
  for (const count of [1, 50, 1_000]) {
    say(`One daemon, ${count} athletes`);
    daemons.push(await measureOne(uri, count));
  }
  say('Two applications');
  const applications = await measureApplications(uri);
  say('Three daemons with thirty athletes');
  const shared = await measureShares(uri);
  return [oneDaemonTable(daemons), sharesTable(shared), applicationsTable(applications)];
}

const days = [pollTable(), estimateTable()];
if (process.argv.includes('--days')) print(...days);
else {
  const folder = await mkdtemp(join(tmpdir(), 'domestique-bench-'));
  const binary = await findMongod({ env: process.env, log: say });
  const [dbPath, logPath] = [join(folder, 'db'), join(folder, 'mongod.log')];
  const mongod = await startMongod({ binary, dbPath, port: 0, logPath });
  try {
    print(...(await measure(mongod.uri)), ...days);
  } finally {
    await mongod.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

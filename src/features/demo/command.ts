/**
 * `demo`: runs the whole job, with the same code, against the simulated Strava and an embedded MongoDB of
 * its own. It reads and changes neither the user's data nor the user's tokens.
 */
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { photosIn } from '../../config/config.ts';
import { dayMs } from '../../domain/duration.ts';
import type { ExitCode } from '../../errors.ts';
import { exitCodes } from '../../errors.ts';
import { commandLine } from '../../domain/invocation.ts';
import { commandDeadlineMs, openDatabase } from '../../main.ts';
import type { Program } from '../../program.ts';
import { makeArchive } from '../../simulator/archive/make-archive.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/api/server.ts';
import { auth } from '../auth/command.ts';
import { demoAnswers } from './expected-results.ts';
import { addHabits, changeAtStrava } from './world.ts';
import { importExport } from '../import/command.ts';
import { sync } from '../sync/command.ts';

const athlete = {
  id: 1001,
  firstname: 'Ada',
  lastname: 'Example',
  activities: 200,
  years: 4,
  samplesPerActivity: [600, 2_400] as const,
};
/** How old the athlete's bulk export is. */
const exportAgeMs = 730 * dayMs;
/** Large enough that the demo does not wait for the next quota window. */
const quota = { short: 2_000, daily: 20_000 };
/** Differs from the default port of the user's own embedded server. */
const demoPort = 27_218;
const database = 'domestique_demo';

export async function demo(program: Program): Promise<ExitCode> {
  const { clock, print } = program;
  const simulator = await startSimulator({ clock, athletes: [athlete], quota });
  addHabits(simulator.world, athlete.id, clock.nowMs());
  try {
    const demoProgram = programOf(program, simulator);
    return await show(demoProgram, simulator, print);
  } finally {
    await simulator.close();
  }
}

/** What the demo fetches, independent of the user's settings. */
const demonstrated = {
  shouldFetchStreams: true,
  trackSource: 'summary' as const,
  shouldFetchDetails: true,
  shouldFetchSegments: false,
  lists: [],
  parts: [],
  sports: [],
  shouldFetchAthlete: true,
};

function programOf(program: Program, simulator: Simulator): Program {
  const { config } = program;
  const { schedule, timezone } = config.sync;
  return {
    ...program,
    config: {
      ...config,
      dataDir: join(config.dataDir, 'demo'),
      photoFiles: { isOn: false, folder: photosIn(join(config.dataDir, 'demo')) },
      mongodb: { database, port: 0 },
      // Without SYNC_SINCE and similar settings, which must not change what the demo shows.
      sync: { schedule, timezone, ...demonstrated },
      strava: {
        ...config.strava,
        clientId: simulator.clientId,
        clientSecret: simulator.clientSecret,
        apiUrl: simulator.apiUrl,
        oauthUrl: simulator.oauthUrl,
        quota: { ...config.strava.quota, ...quota },
      },
    },
  };
}

async function show(
  program: Program,
  simulator: Simulator,
  print: (text: string) => void,
): Promise<ExitCode> {
  print('A simulated Strava is running, with one athlete and four years of activities.');
  const open = await openDatabase(program, commandDeadlineMs);
  try {
    await open.store.db.dropDatabase();
    const imported = await importOlder(program, simulator);
    if (imported !== exitCodes.done) return imported;
    print('');
    await logIn(program, simulator.grant(athlete.id));
    const exitCode = await syncTwice(program, simulator);
    if (program.signal.aborted || exitCode !== exitCodes.done) return exitCode;
    print(`\n${await demoAnswers(open.store)}`);
    print(`\n${waysToExplore(program)}`);
    return exitCodes.done;
  } finally {
    await open.close();
  }
}

async function syncTwice(program: Program, { world }: Simulator): Promise<ExitCode> {
  const options = { wait: true, dryRun: false, retryParked: false, json: false };
  program.print(
    '\nSyncing: the list first, then the streams that the export does not have, and details.',
  );
  const exitCode = await sync(program, options);
  if (program.signal.aborted || exitCode !== exitCodes.done) return exitCode;
  program.print('\nAt Strava one activity gets another name, and one is deleted. Syncing again:');
  changeAtStrava(world, athlete.id);
  return sync(program, options);
}

function waysToExplore({ config, configSource }: Program): string {
  const { configDir, userFolders } = configSource;
  const { dataDir } = config;
  const folder =
    userFolders === undefined ? relative(join(configDir, '..'), dataDir) : `'${dataDir}'`;
  const variables = `DATA_DIR=${folder} MONGODB_PORT=${demoPort} MONGODB_DATABASE=${database}`;
  return [
    'While this command runs, explore its database with a browser, or with any MongoDB client:',
    ...['page', 'db'].map((name) => `  ${variables} ${commandLine(name)}`),
  ].join('\n');
}

/** Imports a bulk export of the athlete, made when they had half of their activities. */
async function importOlder(program: Program, { world }: Simulator): Promise<ExitCode> {
  const path = join(program.config.dataDir, 'export.zip');
  const madeAt = new Date(program.clock.nowMs() - exportAgeMs);
  const older = world.activities(athlete.id).filter(({ startAt }) => startAt < madeAt);
  const ids = new Set(older.map(({ id }) => id));
  try {
    program.print('\nImporting the bulk export that the athlete asked for two years ago.');
    await makeArchive(world, athlete.id, { path, madeAt, includes: (id) => ids.has(id) });
    const options = { file: [path], dryRun: false, wait: true, json: false };
    return await importExport(program, options);
  } finally {
    await rm(path, { force: true });
  }
}

/** Prints only the first line of a login: the rest is advice for users with an account. */
async function logIn(program: Program, code: string): Promise<void> {
  const print = (text: string): void => {
    program.print(text.split('\n')[0] ?? '');
  };
  await auth({ ...program, print }, { code, isBrowserWanted: false, isForced: false });
}

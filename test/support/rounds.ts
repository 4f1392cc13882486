/**
 * Rounds of the job in this process, against a simulator over HTTP and a real mongod. A week between two
 * rounds takes no time: the dates in the database are moved into the past instead.
 */
import type { Db } from 'mongodb';
import { afterAll } from 'vitest';
import { sync } from '../../src/features/sync/command.ts';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Endpoint } from '../../src/simulator/api/request-log.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { useDatabase } from './mongodb/database.ts';
import { differences, logIn } from './mirror.ts';
import type { TestProgram } from './command/program.ts';
import { createTestProgram } from './command/program.ts';
import { athleteNamed } from './scene.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

export interface RoundsOptions extends SimulatorOptions {
  /** The number of activities of the default athlete (1001); default 30. */
  readonly activities?: number;
  /** Variables of the configuration. */
  readonly config?: Readonly<Record<string, string>>;
}

/** The result of one round. */
export interface Round {
  readonly exitCode: number;
  /** The number of counted requests, in total and by endpoint. */
  readonly requests: number;
  readonly requestsTo: (endpoint: Endpoint) => number;
  readonly program: TestProgram;
}

export interface Rounds {
  readonly simulator: Simulator;
  readonly db: Db;
  /** A program for the test's own commands. */
  readonly program: (config?: Readonly<Record<string, string>>) => TestProgram;
  /** Moves the dates in the database into the past. */
  readonly pass: (ms: number) => Promise<void>;
  /** `sync`, to its end. */
  readonly round: (config?: Readonly<Record<string, string>>) => Promise<Round>;
  readonly differences: () => Promise<readonly string[]>;
}

const ample = { short: 5_000, daily: 50_000 };
const ampleConfig = {
  STRAVA_QUOTA_SHORT: '5000',
  STRAVA_QUOTA_DAILY: '50000',
  SYNC_ATHLETE: 'false',
};

/** Call it at the top of a test file; the returned function opens the scene of one test. */
export function useRounds(): (options?: RoundsOptions) => Promise<Rounds> {
  const { client, name, uri } = useDatabase();
  const simulators: Simulator[] = [];
  const databases: Db[] = [];
  afterAll(async () => {
    await Promise.all(simulators.map((simulator) => simulator.close()));
    await Promise.all(databases.map((db) => db.dropDatabase()));
  });
  return async ({ activities = 30, config = {}, ...options } = {}) => {
    const athletes = options.athletes ?? [athleteNamed('Ada', 1001, activities)];
    const simulator = await startSimulator({ quota: ample, ...options, athletes });
    const db = client.db(`${name}_${databases.length}`);
    simulators.push(simulator);
    databases.push(db);
    for (const { id } of athletes) await logIn(db, simulator, id);
    const program: Rounds['program'] = (more = {}) =>
      createTestProgram({
        mongodb: { uri, name: db.databaseName },
        strava: simulator,
        config: { ...ampleConfig, ...config, ...more },
      });
    return {
      simulator,
      db,
      program,
      pass: (ms) => age(db, ms),
      round: (more) => roundOf(simulator, program(more)),
      differences: () => differences(db, simulator, 1001),
    };
  };
}

const remembered: Readonly<Record<string, readonly string[]>> = {
  athletes: [
    'sync.polled_at',
    'sync.reconciled_at.recent',
    'sync.reconciled_at.full',
    'sync.profile.fetched_at',
    'sync.zones.fetched_at',
    'sync.stats.fetched_at',
  ],
  activities: [
    'sync.first_seen_at',
    'sync.confirmed_at',
    'sync.fetched_at',
    'sync.details.next_try_at',
  ],
  changes: ['seen_at'],
  parked: ['first_seen_at', 'last_seen_at'],
  segments: ['sync.record.fetched_at'],
};

async function age(db: Db, ms: number): Promise<void> {
  for (const [name, fields] of Object.entries(remembered)) {
    for (const field of fields) {
      const older = { $set: { [field]: { $subtract: [`$${field}`, ms] } } };
      await db.collection(name).updateMany({ [field]: { $type: 'date' } }, [older]);
    }
  }
}

async function roundOf(simulator: Simulator, program: TestProgram): Promise<Round> {
  const before = simulator.requests.entries.length;
  const options = { wait: true, dryRun: false, retryParked: false, json: false };
  const exitCode = await sync(program, options);
  const entries = simulator.requests.entries.slice(before);
  return {
    exitCode,
    requests: entries.filter(({ isCounted }) => isCounted).length,
    requestsTo: (endpoint) => entries.filter((entry) => entry.endpoint === endpoint).length,
    program,
  };
}

/**
 * A simulated Strava with logged-in athletes and an empty database, for one test each; commands that a
 * failed test left running are killed after it.
 */
import type { Db, Document, MongoClient } from 'mongodb';
import { Long } from 'mongodb';
import { afterAll } from 'vitest';
import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import type { Ended, Launch, Running, Surroundings } from './command/command.ts';
import { start } from './command/command.ts';
import { useDatabase } from './mongodb/database.ts';
import { startInProcess } from './command/in-process.ts';
import { differences, logIn } from './mirror.ts';

export const athleteId = 1001;

type ActivityDocument = Document & { readonly _id: Long };

type Variables = Readonly<Record<string, string>>;

export interface SceneOptions extends SimulatorOptions {
  /** The number of activities of the default athlete; default 30. */
  readonly activities?: number;
  /** Variables for every command of the test. */
  readonly env?: Variables;
  /** False stores no login. */
  readonly isLoggedIn?: boolean;
}

export interface Scene extends Surroundings {
  readonly simulator: Simulator;
  readonly db: Db;
  readonly env: Variables;
  /** Starts a command and returns while it runs. */
  readonly launch: (args: readonly string[], env?: Variables, how?: Launch) => Running;
  /** Runs a command to its end, in a child process. */
  run(...args: string[]): Promise<Ended>;
  /** `run` with more variables. */
  readonly runWith: (env: Variables, ...args: string[]) => Promise<Ended>;
  /** `launch`, `run` and `runWith` in this process, see in-process.ts. */
  readonly begin: (args: readonly string[], env?: Variables) => Running;
  call(...args: string[]): Promise<Ended>;
  readonly callWith: (env: Variables, ...args: string[]) => Promise<Ended>;
  /** The differences between the database and Strava. */
  differences(id?: number): Promise<readonly string[]>;
  /** The ids of the activities whose streams were requested, each once, in order. */
  requestedStreams(): readonly number[];
  /** The number of requests that counted against the quota. */
  countedRequests(): number;
  stored(id: number): Promise<Document | null>;
}

/** Small recordings, to keep tests fast. */
const samplesPerActivity = [5, 30] as const;
const ample = { short: 5_000, daily: 50_000 };
const ampleEnv = { STRAVA_QUOTA_SHORT: '5000', STRAVA_QUOTA_DAILY: '50000' };

export function athleteNamed(firstname: string, id: number, activities: number) {
  return { id, firstname, lastname: 'Example', activities, samplesPerActivity };
}

/** The server of scenes, and the start of their databases' names. */
export interface SceneServer {
  readonly client: MongoClient;
  readonly name: string;
  /** The URI that commands get. */
  readonly uri: string;
}

export interface Scenes {
  readonly open: (options?: SceneOptions) => Promise<Scene>;
  /** Kills the commands that still run, and removes the databases of all scenes so far. */
  readonly close: () => Promise<void>;
}

/**
 * Call it at the top of a test file; the returned function opens the scene of a test. Each has its own
 * database, so that tests that mostly wait can run side by side.
 */
export function useScene(): Scenes['open'] {
  const { open, close } = createScenes(useDatabase());
  afterAll(close);
  return open;
}

/** Scenes outside of a test file. */
export function createScenes({ client, name, uri }: SceneServer): Scenes {
  const running = new Set<Running>();
  const simulators: Simulator[] = [];
  const databases: Db[] = [];
  let opened = 0;
  const open: Scenes['open'] = async ({
    activities = 30,
    env = {},
    isLoggedIn = true,
    ...options
  } = {}) => {
    const athletes = options.athletes ?? [athleteNamed('Ada', athleteId, activities)];
    const simulator = await startSimulator({ quota: ample, ...options, athletes });
    const db = client.db(`${name}_${opened}`);
    opened += 1;
    simulators.push(simulator);
    databases.push(db);
    if (isLoggedIn) for (const { id } of athletes) await logIn(db, simulator, id);
    const mongodb = { uri, name: db.databaseName };
    return sceneOf(simulator, mongodb, { db, env: { ...ampleEnv, ...env }, running });
  };
  const close = async (): Promise<void> => {
    for (const command of running) command.kill('SIGKILL');
    await Promise.allSettled([...running].map(({ ended }) => ended));
    await Promise.all(simulators.splice(0).map((simulator) => simulator.close()));
    await Promise.all(databases.splice(0).map((db) => db.dropDatabase()));
  };
  return { open, close };
}

function sceneOf(
  simulator: Simulator,
  mongodb: Surroundings['mongodb'],
  { db, env, running }: { db: Db; env: Variables; running: Set<Running> },
): Scene {
  const { requests } = simulator;
  const withEnv = (more: Variables): Surroundings => ({
    simulator,
    mongodb,
    env: { ...env, ...more },
  });
  const keep = (command: Running): Running => {
    running.add(command);
    const forget = (): void => void running.delete(command);
    command.ended.then(forget, forget);
    return command;
  };
  const launch: Scene['launch'] = (args, more = {}, how = {}) =>
    keep(start(withEnv(more), args, how));
  const begin: Scene['begin'] = (args, more = {}) => keep(startInProcess(withEnv(more), args));
  return {
    simulator,
    mongodb,
    db,
    env,
    launch,
    run: (...args) => launch(args).ended,
    runWith: (more, ...args) => launch(args, more).ended,
    begin,
    call: (...args) => begin(args).ended,
    callWith: (more, ...args) => begin(args, more).ended,
    differences: (id = athleteId) => differences(db, simulator, id),
    requestedStreams: () => {
      const fetched = requests.entries.filter(({ endpoint }) => endpoint === 'streams');
      return [...new Set(fetched.map(({ activityId }) => activityId ?? 0))];
    },
    countedRequests: () => requests.entries.filter(({ isCounted }) => isCounted).length,
    stored: (id) =>
      db.collection<ActivityDocument>('activities').findOne({ _id: Long.fromNumber(id) }),
  };
}

/** The ids of all activities in the database, in ascending order. */
export async function storedIds(db: Db): Promise<readonly number[]> {
  const found = await db
    .collection('activities')
    .find({}, { projection: { _id: 1 } })
    .toArray();
  return found.map(({ _id }) => Number(_id)).sort((one, other) => one - other);
}

/** The ids of all activities that Strava has, in ascending order. */
export function trueIds({ world }: Simulator, id = athleteId): readonly number[] {
  return world
    .activities(id)
    .map((one) => one.id)
    .sort((one, other) => one - other);
}

/** The document that `--json` printed. */
export function printedJson({ stdout }: Ended): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>;
}

/**
 * The embedded MongoDB: a real mongod on DATA_DIR that several of our processes share. The first one
 * starts it, later ones adopt it, and the last one shuts it down; a crash leaves it running for the next
 * one. It never touches a process that is not provably the mongod of this folder.
 */
import type { Clock } from '../clock.ts';
import { EmbeddedServerError } from '../errors.ts';
import { chooseMongod, seriesOf } from './binary.ts';
import type { Environment } from './binary-cache.ts';
import {
  hasUsers,
  openDataFolder,
  readSeries,
  recordSeries,
  registerUser,
  rejectOtherSeries,
  type DataFolder,
} from './data-folder.ts';
import { explainFileErrors } from './file-errors.ts';
import { isPortFree } from './loopback-port.ts';
import { startMongod, uriOf } from './mongod.ts';
import { closeLog, openLog } from './mongod-log.ts';
import { withProcessLock } from './process-lock.ts';
import { findRunningMongod, shutDown, waitUntilReady } from './running-mongod.ts';

export interface EmbeddedServerOptions {
  dataDir: string;
  /** The port of a server that has to be started; 0 is any free port. */
  port: number;
  env: Environment;
  /** Takes a line about slow steps, such as a download. */
  log: (message: string) => void;
  /** Takes a line about routine steps: started, adopted, shut down. */
  debug: (message: string) => void;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/** This process's share in the server. */
export interface EmbeddedServer {
  uri: string;
  /** Starts the server again, at the same address, if its process has died. */
  ensureRunning(): Promise<void>;
  /** Gives the share back, and shuts the server down after the last one. Idempotent. */
  release(): Promise<void>;
}

/** @throws ConfigurationError for the folder, EmbeddedServerError, and the signal's reason. */
export async function useEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { dataDir, clock, signal, debug } = options;
  const subject = { name: `DATA_DIR (${dataDir})`, isSetting: true };
  const folder = await explainFileErrors(subject, () => openDataFolder(dataDir));
  const whileLocked = <T>(work: () => Promise<T>, abort?: AbortSignal): Promise<T> =>
    explainFileErrors(subject, () =>
      withProcessLock({ folder: folder.lockFolder, clock, signal: abort }, work),
    );

  return await whileLocked(async () => {
    const unregister = await registerUser(folder);
    const leave = async (): Promise<void> => {
      await unregister();
      if (await hasUsers(folder)) return;
      const running = await findRunningMongod(folder.dbPath);
      if (running === undefined) return;
      await shutDown(running, clock);
      debug('Shut the embedded MongoDB down');
    };
    const port = await adoptOrStart(folder, options).catch(async (error: unknown) => {
      // The first error explains more than a failure of the cleanup.
      await Promise.allSettled([leave()]);
      throw error;
    });
    let released: Promise<void> | undefined;
    return {
      uri: uriOf(port),
      ensureRunning: async () => {
        if (released !== undefined) return;
        const now = await whileLocked(() => adoptOrStart(folder, { ...options, port }), signal);
        if (now === port) return;
        throw new EmbeddedServerError(
          `The embedded MongoDB was started again at port ${now} instead of ${port}: start this program again too.`,
        );
      },
      release: () => {
        // Without the signal: a release after an abort has to complete.
        released ??= whileLocked(leave);
        return released;
      },
    };
  }, signal);
}

/** The port of the server, which runs and is ready. */
async function adoptOrStart(folder: DataFolder, options: EmbeddedServerOptions): Promise<number> {
  const adopted = await adopt(folder, options);
  if (adopted !== undefined) return adopted;
  try {
    return await start(folder, options);
  } catch (error) {
    // If a starter was killed early, its mongod shows up only when a second one is rejected.
    const port = error instanceof EmbeddedServerError ? await adopt(folder, options) : undefined;
    if (port === undefined) throw error;
    return port;
  }
}

async function adopt(
  folder: DataFolder,
  { clock, signal, debug }: EmbeddedServerOptions,
): Promise<number | undefined> {
  const running = await findRunningMongod(folder.dbPath);
  if (running === undefined) return undefined;
  const { port, pid } = running;
  try {
    const version = await waitUntilReady(running, { clock, signal });
    await closeLog(folder, port);
    await recordSeries(folder, seriesOf(version));
    debug(`Using the embedded MongoDB that runs at port ${port} (pid ${pid})`);
    return port;
  } catch (error) {
    const isStuck = error instanceof EmbeddedServerError && (await running.isRunning());
    if (isStuck || !(error instanceof EmbeddedServerError)) throw error;
    return undefined;
  }
}

async function start(folder: DataFolder, options: EmbeddedServerOptions): Promise<number> {
  const { clock, signal, log, debug, env, port } = options;
  const { dbPath, logPath, logLink } = folder;
  const mongod = await chooseMongod({ env, log, signal, series: await readSeries(folder) });
  await rejectOtherSeries(folder, mongod);
  if (port !== 0 && !(await isPortFree(port))) {
    throw new EmbeddedServerError(
      `Port ${port} is taken by another program, or not allowed: set MONGODB_PORT to another port for the embedded MongoDB.`,
    );
  }
  await openLog(folder);
  const given = { binary: mongod.path, dbPath, logPath, logLink, port, env, clock, signal };
  const started = await startMongod(given);
  await closeLog(folder, started.port);
  await recordSeries(folder, mongod.series);
  debug(`Started the embedded MongoDB ${mongod.version} at port ${started.port} on ${dbPath}`);
  return started.port;
}

/**
 * Makes sure that a mongod runs on a data folder: finds the one that does, or starts one. The
 * caller holds the folder's lock, and decides when the server may go.
 */
import type { Clock } from '../clock.ts';
import { EmbeddedServerError } from '../errors.ts';
import { chooseMongod } from './binary.ts';
import type { Environment } from './fetching.ts';
import { readSeries, recordSeries, rejectOtherSeries, type DataFolder } from './data-folder.ts';
import { isPortFree } from './loopback-port.ts';
import { waitUntilAnswers } from './mongod-answer.ts';
import { rotateLog } from './mongod-log.ts';
import { seriesOf } from './mongod-version.ts';
import { startMongod } from './mongod.ts';
import { findRunningMongod } from './running-mongod.ts';

export interface EmbeddedServerOptions {
  dataDir: string;
  /** Where a server that has to be started listens; 0 is any free port. */
  port: number;
  env: Environment;
  /** Told what takes long, such as a download. */
  log: (message: string) => void;
  /** Told the routine: started, found, shut down. */
  debug: (message: string) => void;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/** The port of the server, which runs and answers. */
export async function adoptOrStart(
  folder: DataFolder,
  options: EmbeddedServerOptions,
): Promise<number> {
  return (await pickUp(folder, options)) ?? (await startOrAdopt(folder, options));
}

/** Where a starter was killed at once, its mongod shows up only while a second one is refused. */
async function startOrAdopt(folder: DataFolder, options: EmbeddedServerOptions): Promise<number> {
  try {
    return await start(folder, options);
  } catch (error) {
    const port = error instanceof EmbeddedServerError ? await pickUp(folder, options) : undefined;
    if (port === undefined) throw error;
    return port;
  }
}

async function pickUp(
  folder: DataFolder,
  { clock, signal, debug }: EmbeddedServerOptions,
): Promise<number | undefined> {
  const running = await findRunningMongod(folder.dbPath);
  if (running === undefined) return undefined;
  try {
    const { version } = await waitUntilAnswers({ ...running, clock, signal });
    await recordSeries(folder, seriesOf(version));
    debug(`Using the embedded MongoDB that runs at port ${running.port} (pid ${running.pid})`);
    return running.port;
  } catch (error) {
    const isStuck = error instanceof EmbeddedServerError && (await running.isRunning());
    if (isStuck || !(error instanceof EmbeddedServerError)) throw error;
    return undefined;
  }
}

async function start(folder: DataFolder, options: EmbeddedServerOptions): Promise<number> {
  const { clock, signal, log, env, port } = options;
  const series = await readSeries(folder);
  const mongod = await chooseMongod({ env, log, signal, series });
  await rejectOtherSeries(folder, mongod);
  await rejectTakenPort(port);
  await rotateLog(folder.logPath);
  const { dbPath, logPath } = folder;
  const started = await startMongod({
    binary: mongod.path,
    ...{ dbPath, logPath, port, env, clock, signal },
  });
  await recordSeries(folder, mongod.series);
  options.debug(
    `Started the embedded MongoDB ${mongod.version} at port ${started.port} on ${dbPath}`,
  );
  return started.port;
}

async function rejectTakenPort(port: number): Promise<void> {
  if (port === 0 || (await isPortFree(port))) return;
  throw new EmbeddedServerError(
    `Port ${port} is taken by another program, or not allowed: set MONGODB_PORT to another port for ` +
      'the embedded MongoDB.',
  );
}

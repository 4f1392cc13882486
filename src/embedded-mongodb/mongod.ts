/**
 * Starts one mongod in its own session, on the loopback address only, and waits until it is ready.
 * server.ts decides who uses it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { realpath, statfs } from 'node:fs/promises';
import { resolve } from 'node:path';

import { systemClock, type Clock } from '../clock.ts';
import { EmbeddedServerError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import type { Environment } from './binary-cache.ts';
import { findFreePort } from './loopback-port.ts';
import { lastComplaint, logSize } from './mongod-log.ts';
import { waitUntilReady } from './running-mongod.ts';

const maxPortAttempts = 3;
/** With less free space, a failure to start is the full disk's, whatever the log still took. */
const fullDiskBytes = 64 * 1024;
/** EXIT_NET_ERROR: it could not listen. */
const portExitCode = 48;

export interface MongodOptions {
  binary: string;
  /** Created if missing. */
  dbPath: string;
  /** 0 is any free one. */
  port: number;
  logPath: string;
  /** The path that mongod opens for it, if it is another one. */
  logLink?: string | undefined;
  /** Further arguments of mongod. */
  extraArgs?: readonly string[] | undefined;
  /** Only the library path is handed down: mongod may outlive us, and secrets stay here. */
  env?: Environment | undefined;
  clock?: Clock | undefined;
  signal?: AbortSignal | undefined;
}

/** A mongod that this process started. It outlives the process unless it is stopped. */
export interface StartedMongod {
  uri: string;
  pid: number;
  port: number;
  /** Shuts it down cleanly and waits until it is gone. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL, without waiting, as in a crash. */
  kill(): void;
}

/** @throws EmbeddedServerError with the last error of mongod's log if it does not start. */
export async function startMongod(options: MongodOptions): Promise<StartedMongod> {
  await makeFolder(options.dbPath, 0o700);
  const dbPath = await realpath(options.dbPath);
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port === 0 ? await findFreePort() : options.port;
    const logStart = await logSize(options.logPath);
    const child = await spawnMongod({ ...options, dbPath, port });
    if (await becomesReady(child, { ...options, port })) {
      return {
        uri: uriOf(port),
        pid: child.pid ?? 0,
        port,
        stop: () => end(child, 'SIGTERM'),
        kill: () => {
          child.kill('SIGKILL');
        },
      };
    }
    const wasPortTaken = child.exitCode === portExitCode;
    if (options.port === 0 && wasPortTaken && attempt < maxPortAttempts) continue;
    throw await startError(child, options, logStart);
  }
}

/** The URI of a mongod at this port of the loopback address. */
export function uriOf(port: number): string {
  return `mongodb://127.0.0.1:${port}/`;
}

async function spawnMongod(options: MongodOptions): Promise<ChildProcess> {
  const { binary, dbPath, env } = options;
  const libraries = env?.['LD_LIBRARY_PATH'];
  const child = spawn(resolve(binary), argumentsOf(options), {
    cwd: dbPath,
    detached: true,
    stdio: 'ignore',
    env: libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries },
  });
  child.unref();
  try {
    await once(child, 'spawn');
    return child;
  } catch (error) {
    throw new EmbeddedServerError(`${binary} could not be started.`, { cause: error });
  }
}

/**
 * A small cache and no diagnostic files, because it runs beside other programs on a user's machine. No
 * slow operation is logged, because its line would hold the documents.
 */
function argumentsOf({ dbPath, port, logPath, logLink, extraArgs }: MongodOptions): string[] {
  return [
    ...['--dbpath', dbPath, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
    ...['--logpath', resolve(logLink ?? logPath), '--logappend', '--logRotate', 'reopen'],
    ...['--quiet', '--slowOpSampleRate', '0', '--wiredTigerCacheSizeGB', '0.25'],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false', ...(extraArgs ?? [])],
  ];
}

/** False if the process ends. */
async function becomesReady(child: ChildProcess, options: MongodOptions): Promise<boolean> {
  const { port, clock = systemClock, signal } = options;
  const isRunning = () => Promise.resolve(!hasExited(child));
  try {
    await waitUntilReady({ port, pid: child.pid ?? 0, isRunning }, { clock, signal });
    return true;
  } catch (error) {
    if (hasExited(child)) return false;
    await end(child, 'SIGKILL');
    throw error;
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (hasExited(child)) return;
  child.ref();
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function startError(
  child: ChildProcess,
  { dbPath, logPath }: MongodOptions,
  logStart: number,
): Promise<EmbeddedServerError> {
  const how = child.signalCode ?? `exit code ${String(child.exitCode)}`;
  const { bavail, bsize } = await statfs(dbPath);
  const why =
    bavail * bsize < fullDiskBytes
      ? 'the disk is full'
      : ((await lastComplaint(logPath, logStart)) ?? 'it wrote no reason');
  return new EmbeddedServerError(
    `mongod did not start (${how}): ${why.replace(/\.?$/, '')}; its log is ${logPath}.`,
  );
}

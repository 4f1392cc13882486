/**
 * A running mongod: finds the one on a data folder, waits until one is ready, and shuts one down. It
 * finds it by mongod's own lock file, which names a pid, and by that process's command line, which names
 * the folder and the port; so no record of ours can be stale.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';

import type { Clock } from '../clock.ts';
import { EmbeddedServerError } from '../errors.ts';
import { commandLineOf, identifyProcess, isRunning } from '../process-identity.ts';
import { hasListener } from './loopback-port.ts';

const pollMs = 20;
const requestTimeoutMs = 2_000;
/** Recovery after a crash replays a minute of journal at most. */
const readyTimeoutMs = 120_000;
/** A clean shutdown writes a checkpoint first. */
const shutdownTimeoutMs = 60_000;

/** A process that was started to serve a port; it may not respond yet. */
export interface RunningMongod {
  pid: number;
  port: number;
  isRunning: () => Promise<boolean>;
}

/** The mongod on the folder, if this program started one and it runs. */
export async function findRunningMongod(dbPath: string): Promise<RunningMongod | undefined> {
  const lockFile = await readFile(join(dbPath, 'mongod.lock'), 'utf8').catch(() => '');
  const pid = Number.parseInt(lockFile, 10);
  if (!(pid > 0)) return undefined;
  const identity = await identifyProcess(pid);
  if (identity === undefined) return undefined;
  const [, rest] = (await commandLineOf(pid)).split(` --dbpath ${dbPath} --port `);
  const port = Number.parseInt(rest ?? '', 10);
  return port > 0 ? { pid, port, isRunning: () => isRunning(identity) } : undefined;
}

/**
 * Returns the version when this very process responds at its port.
 * @throws EmbeddedServerError if it ends or takes minutes, and the signal's reason.
 */
export async function waitUntilReady(
  mongod: RunningMongod,
  { clock, signal }: { clock: Clock; signal?: AbortSignal | undefined },
): Promise<string> {
  const { port, pid } = mongod;
  const deadlineMs = clock.monotonicMs() + readyTimeoutMs;
  while (clock.monotonicMs() < deadlineMs) {
    signal?.throwIfAborted();
    const status = (await hasListener(port)) ? await requestStatus(port) : undefined;
    if (status?.pid === pid) return status.version;
    if (!(await mongod.isRunning())) throw new EmbeddedServerError(`mongod ${pid} has ended.`);
    await clock.sleep(pollMs, signal);
  }
  throw new EmbeddedServerError(`mongod ${pid} does not respond at port ${port}.`);
}

/** Undefined if the listener does not respond as a mongod. */
async function requestStatus(port: number): Promise<{ pid: number; version: string } | undefined> {
  await using client = clientOf(port);
  try {
    const { pid, version } = await client.db('admin').command({ serverStatus: 1, metrics: 0 });
    return { pid: Number(pid), version: String(version) };
  } catch {
    return undefined;
  }
}

/**
 * Has the mongod at this port open its log path again.
 * @throws EmbeddedServerError if it does not respond.
 */
export async function requestLogRotation(port: number): Promise<void> {
  await using client = clientOf(port);
  try {
    await client.db('admin').command({ logRotate: 1 });
  } catch (error) {
    throw new EmbeddedServerError(`mongod at port ${port} does not close its log.`, {
      cause: error,
    });
  }
}

function clientOf(port: number): MongoClient {
  return new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: requestTimeoutMs,
    connectTimeoutMS: requestTimeoutMs,
    socketTimeoutMS: requestTimeoutMs,
  });
}

/** SIGTERM is mongod's clean shutdown. Resolves when the process is gone. */
export async function shutDown(mongod: RunningMongod, clock: Clock): Promise<void> {
  const deadlineMs = clock.monotonicMs() + shutdownTimeoutMs;
  try {
    process.kill(mongod.pid, 'SIGTERM');
  } catch (error) {
    const hasEnded = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!hasEnded) throw error;
  }
  while (await mongod.isRunning()) {
    if (clock.monotonicMs() > deadlineMs) {
      throw new EmbeddedServerError(`mongod ${mongod.pid} still runs a minute after SIGTERM.`);
    }
    await clock.sleep(pollMs);
  }
}

/**
 * Finds the mongod that runs on a data folder, whoever started it, and ends it. Trusts only what
 * the system says: mongod's own lock file names a pid, and that process's command line names the
 * folder and the port; so there is no record of ours that could be stale.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '../clock.ts';
import { EmbeddedServerError } from '../errors.ts';
import { commandLineOf, identifyProcess, isRunning } from '../process-identity.ts';

const pollMs = 20;
/** A clean shutdown writes a checkpoint first. */
const shutdownTimeoutMs = 60_000;

/** A process that runs and was told to serve this folder; it need not answer yet. */
export interface RunningMongod {
  pid: number;
  port: number;
  isRunning: () => Promise<boolean>;
}

/** Undefined when no mongod that was started by this program runs on the folder. */
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

/** SIGTERM is mongod's clean shutdown. Resolves when the process is gone. */
export async function shutDown(mongod: RunningMongod, clock: Clock): Promise<void> {
  const deadlineMs = clock.monotonicMs() + shutdownTimeoutMs;
  signalTo(mongod.pid);
  while (await mongod.isRunning()) {
    if (clock.monotonicMs() > deadlineMs) {
      throw new EmbeddedServerError(
        `mongod ${mongod.pid} was told to end a minute ago and runs on.`,
      );
    }
    await clock.sleep(pollMs);
  }
}

function signalTo(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    const hasEnded = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!hasEnded) throw error;
  }
}

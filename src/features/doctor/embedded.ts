/** Whether the embedded MongoDB, which does not run, could be started. */
import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { findLocalMongod } from '../../embedded-mongodb/binary.ts';
import { isPortFree } from '../../embedded-mongodb/loopback-port.ts';
import type { Program } from '../../program.ts';
import type { Finding } from './check.ts';

/** @throws EmbeddedServerError if there is a mongod here that does not run. */
export async function checkEmbedded(
  { dataDir, mongodb: { port } }: Config,
  env: Program['env'],
  signal: AbortSignal,
): Promise<Finding> {
  const folder = await nearestFolder(dataDir);
  if (!(await isWritable(folder))) {
    return {
      mark: 'failed',
      found: 'This user cannot write the folder of DATA_DIR.',
      advice: 'Change its owner, or set DATA_DIR to another folder.',
    };
  }
  if (!(await isPortFree(port))) {
    return {
      mark: 'failed',
      found: `Port ${port}, where the embedded MongoDB would be started, is taken or not allowed.`,
      advice: 'Set MONGODB_PORT to another port.',
    };
  }
  const mongod = await findLocalMongod({ env, signal, log: () => undefined });
  if (mongod === undefined) {
    return {
      mark: 'ok',
      found: 'The embedded MongoDB does not run; the next command fetches it once, about 42 MB.',
    };
  }
  return {
    mark: 'ok',
    found: `The embedded MongoDB does not run; a command would start MongoDB ${mongod.version}.`,
  };
}

/** The folder itself, or the nearest above it that exists. */
export async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path);
  return parent === path || (await isThere(path)) ? path : nearestFolder(parent);
}

function isThere(path: string): Promise<boolean> {
  return isAllowed(path, constants.F_OK);
}

function isWritable(folder: string): Promise<boolean> {
  return isAllowed(folder, constants.W_OK | constants.X_OK);
}

async function isAllowed(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}

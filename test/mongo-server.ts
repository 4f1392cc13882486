/**
 * One mongod for the whole run of the tests, on a free port and on a folder of its own; both are
 * gone afterwards. Each test file takes a database of its own from it, see support/database.ts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { findMongod } from '../src/embedded-mongodb/binary.ts';
import { startMongod } from '../src/embedded-mongodb/mongod.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    mongoUri: string;
  }
}

/** Vitest's globalSetup; what it gives back is the teardown. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (message: string) => process.stderr.write(`${message}\n`);
  const binary = await findMongod({ env: process.env, log });
  const folder = await mkdtemp(join(tmpdir(), 'domestique-mongod-'));
  const mongod = await startMongod({
    binary,
    dbPath: join(folder, 'db'),
    port: 0,
    logPath: join(folder, 'mongod.log'),
  });
  project.provide('mongoUri', mongod.uri);
  return async () => {
    await mongod.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

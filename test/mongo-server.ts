/**
 * One mongod for the whole run of the tests, on a free port and on a folder of its own; both are
 * gone afterwards. Each test file takes a database of its own from it, see support/database.ts.
 */
import type { TestProject } from 'vitest/node';

import { startMemoryServer } from './support/mongodb/memory-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    mongoUri: string;
  }
}

/** Vitest's globalSetup; what it gives back is the teardown. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startMemoryServer({
    log: (message) => process.stderr.write(`${message}\n`),
  });
  project.provide('mongoUri', server.getUri());
  return async () => {
    await server.stop();
  };
}

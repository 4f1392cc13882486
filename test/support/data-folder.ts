/**
 * Folders for embedded servers: each test gets its own DATA_DIR on a free port, removed after the test file.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { findFreePort, hasListener } from '../../src/embedded-mongodb/loopback-port.ts';

export interface TestDataFolder {
  readonly path: string;
  readonly port: number;
  /** Variables that make a command use an embedded server in this folder. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether mongod ran and was shut down cleanly. */
  isShutDown(): Promise<boolean>;
}

/** Call it at the top of a test file; the returned function creates a folder. */
export function useDataFolders(): () => Promise<TestDataFolder> {
  const paths: string[] = [];
  afterAll(async () => {
    await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
  });
  return async () => {
    const path = await mkdtemp(join(tmpdir(), 'domestique-data-'));
    paths.push(path);
    const port = await findFreePort();
    return {
      path,
      port,
      env: { MONGODB_URI: '', DATA_DIR: path, MONGODB_PORT: String(port) },
      isShutDown: async () => {
        const { size } = await stat(join(path, 'mongodb', 'mongod.lock'));
        const users = await readdir(join(path, 'mongodb-users'));
        return size === 0 && users.length === 0 && !(await hasListener(port));
      },
    };
  };
}

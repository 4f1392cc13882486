/** A project folder with the real defaults, for tests to put further files of configuration into. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { loadConfig } from '../../src/config/load.ts';
import type { LoadOptions } from '../../src/config/load.ts';
import { ConfigurationError } from '../../src/errors.ts';

export const realConfigDir = path.resolve(import.meta.dirname, '../../config');

export interface ProjectFolder extends Disposable {
  readonly dir: string;
  readonly configDir: string;
  /** Writes a file below the project's folder, an object as JSON; returns its absolute path. */
  write(name: string, content: object | string, mode?: number): string;
}

export function createProjectFolder(): ProjectFolder {
  const dir = mkdtempSync(path.join(tmpdir(), 'domestique-config-'));
  const configDir = path.join(dir, 'config');
  mkdirSync(configDir);
  cpSync(path.join(realConfigDir, 'default.json'), path.join(configDir, 'default.json'));
  return {
    dir,
    configDir,
    write: (name, content, mode = 0o600) => {
      const filePath = path.join(dir, name);
      writeFileSync(filePath, typeof content === 'string' ? content : JSON.stringify(content));
      chmodSync(filePath, mode);
      return filePath;
    },
    [Symbol.dispose]: () => {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The problems that loading brings up; none when it succeeds. */
export function problemsOf(options: LoadOptions): readonly string[] {
  try {
    loadConfig(options);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

/**
 * The folders of an installed package: nothing of the user's is in the package, which an update replaces.
 */
import path from 'node:path';

import type { Environment } from './variables.ts';

export interface UserFolders {
  /** With `secrets.json` and `local.json`. */
  readonly config: string;
  /** Where relative paths of settings start, that of DATA_DIR too. */
  readonly data: string;
}

/**
 * See https://specifications.freedesktop.org/basedir-spec/latest/; a relative path in its variables is
 * ignored. On macOS the data is where applications have theirs.
 */
export function userFoldersOf(platform: string, env: Environment, home: string): UserFolders {
  const dataHome = platform === 'darwin' ? 'Library/Application Support' : '.local/share';
  return {
    config: path.join(baseOf(env['XDG_CONFIG_HOME'], path.join(home, '.config')), 'domestique'),
    data: path.join(baseOf(env['XDG_DATA_HOME'], path.join(home, dataHome)), 'domestique'),
  };
}

function baseOf(given: string | undefined, byDefault: string): string {
  return given !== undefined && path.isAbsolute(given) ? given : byDefault;
}

/**
 * Where fetched binaries of mongod lie: the program's own folder in the user's cache, and those of
 * mongodb-memory-server. Only finds what is complete; fetches nothing.
 */
import { access, constants, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

import type { Environment } from './fetching.ts';

/** The program's own folder of binaries; XDG_CACHE_HOME counts where it is absolute. */
export function binaryFolder(env: Environment): string {
  const base = env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(base) ? base : join(homeOf(env), '.cache'), 'domestique', 'mongod');
}

/** The complete binaries in the program's own folder; each was renamed there when it was ready. */
export async function findOwnBinaries(env: Environment): Promise<string[]> {
  return await findExecutables(binaryFolder(env), () => true);
}

/**
 * The complete binaries that mongodb-memory-server fetched, for this program or another. It writes
 * the file beside each, with its checksum, when the binary is all there.
 */
export async function findLibraryBinaries(env: Environment): Promise<string[]> {
  const folders = [env['MONGOMS_DOWNLOAD_DIR'] ?? '', join(homeOf(env), '.cache/mongodb-binaries')];
  const found = await Promise.all(
    folders
      .filter((folder) => folder !== '')
      .map((folder) => findExecutables(folder, (name, all) => all.has(`${name}.md5`))),
  );
  return found.flat();
}

/** The first executable of this name on the PATH. */
export async function findOnPath(name: string, env: Environment): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '').split(':')) {
    const path = join(folder, name);
    if (isAbsolute(folder) && (await isExecutable(path))) return path;
  }
  return undefined;
}

function homeOf(env: Environment): string {
  const home = env['HOME'] ?? '';
  return home === '' ? homedir() : home;
}

async function findExecutables(
  folder: string,
  isComplete: (name: string, all: ReadonlySet<string>) => boolean,
): Promise<string[]> {
  const all = new Set(await readdir(folder).catch(() => []));
  const names = [...all].filter((name) => /^mongod-.*\d$/.test(name) && isComplete(name, all));
  const newestFirst = names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const paths = newestFirst.map((name) => join(folder, name));
  const executable = await Promise.all(paths.map(isExecutable));
  return paths.filter((_, index) => executable[index]);
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * The places of mongod binaries: the program's own folder in the user's cache, the folders of
 * mongodb-memory-server, and the PATH. It finds complete binaries and fetches none.
 */
import { access, constants, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Environment variables, as the composition root passes them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface FetchOptions {
  env: Environment;
  /** Takes one line of progress at a time. */
  log: (message: string) => void;
  signal?: AbortSignal | undefined;
}

/** Fetches a mongod and returns the path of the binary. @throws EmbeddedServerError */
export type Fetcher = (options: FetchOptions) => Promise<string>;

/** The program's own folder of binaries; ignores a relative XDG_CACHE_HOME. */
export function binaryFolder(env: Environment): string {
  const base = env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(base) ? base : join(homeOf(env), '.cache'), 'domestique', 'mongod');
}

/** The complete binaries in the program's own folder: a binary is renamed into it when it is complete. */
export function findOwnBinaries(env: Environment): Promise<string[]> {
  return findExecutables(binaryFolder(env), () => true);
}

/** The binaries that mongodb-memory-server fetched; its checksum file beside each marks it complete. */
export async function findLibraryBinaries(env: Environment): Promise<string[]> {
  const folders = [env['MONGOMS_DOWNLOAD_DIR'] ?? '', join(homeOf(env), '.cache/mongodb-binaries')];
  const found = await Promise.all(
    folders
      .filter((folder) => folder !== '')
      .map((folder) => findExecutables(folder, (name, all) => all.has(`${name}.md5`))),
  );
  return found.flat();
}

/** The first executable of this name on the PATH, or none. */
export async function findOnPath(name: string, env: Environment): Promise<string[]> {
  for (const folder of (env['PATH'] ?? '').split(':')) {
    const path = join(folder, name);
    if (isAbsolute(folder) && (await isExecutable(path))) return [path];
  }
  return [];
}

function homeOf(env: Environment): string {
  const home = env['HOME'] ?? '';
  return home === '' ? homedir() : home;
}

/** Newest first. */
async function findExecutables(
  folder: string,
  isComplete: (name: string, all: ReadonlySet<string>) => boolean,
): Promise<string[]> {
  const all = new Set(await readdir(folder).catch(() => []));
  const paths = [...all]
    .filter((name) => /^mongod-.*\d$/.test(name) && isComplete(name, all))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(folder, name));
  const executable = await Promise.all(paths.map(isExecutable));
  return paths.filter((_, index) => executable[index]);
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * The layout and the content of DATA_DIR: the data files and their MongoDB series, and the users of the
 * server. A user is a file named after its process, so that a process that crashed does not count. The
 * caller holds the folder's lock.
 */
import { randomUUID } from 'node:crypto';
import { readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EmbeddedServerError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { identifySelf, isRunning } from '../process-identity.ts';
import type { Mongod } from './binary.ts';

/** Absolute paths without symbolic links: every process uses the same names. */
export interface DataFolder {
  root: string;
  dbPath: string;
  logPath: string;
  /** Where mongod logs: leads to the log during a start, then to nothing. */
  logLink: string;
  usersFolder: string;
  lockFolder: string;
  seriesFile: string;
}

/** The log of the embedded MongoDB in a DATA_DIR. */
export function logPathIn(dataDir: string): string {
  return join(dataDir, 'mongod.log');
}

/** Creates missing folders, readable by their owner only, because they hold tokens. */
export async function openDataFolder(dataDir: string): Promise<DataFolder> {
  await makeFolder(dataDir);
  const root = await realpath(dataDir);
  const folder: DataFolder = {
    root,
    dbPath: join(root, 'mongodb'),
    logPath: logPathIn(root),
    logLink: join(root, 'mongod.log.link'),
    usersFolder: join(root, 'mongodb-users'),
    lockFolder: join(root, 'mongodb-lock'),
    seriesFile: join(root, 'mongodb-version'),
  };
  for (const each of [folder.dbPath, folder.usersFolder, folder.lockFolder]) {
    await makeFolder(each, 0o700);
  }
  return folder;
}

/** The series of the data files, such as `6.0`; undefined before the first start. */
export async function readSeries({ seriesFile }: DataFolder): Promise<string | undefined> {
  const series = (await readFile(seriesFile, 'utf8').catch(() => '')).trim();
  return series === '' ? undefined : series;
}

/** Records the series of a mongod that has opened the data files, unless one is recorded. */
export async function recordSeries(folder: DataFolder, series: string): Promise<void> {
  if ((await readSeries(folder)) !== undefined) return;
  const draft = `${folder.seriesFile}.draft`;
  await writeFile(draft, `${series}\n`);
  await rename(draft, folder.seriesFile);
}

/** @throws EmbeddedServerError if the data files belong to another series than the mongod. */
export async function rejectOtherSeries(folder: DataFolder, mongod: Mongod): Promise<void> {
  const series = await readSeries(folder);
  if (series === undefined || series === mongod.series) return;
  throw new EmbeddedServerError(
    `The data in ${folder.root} belongs to MongoDB ${series}, and ${mongod.path} is MongoDB ` +
      `${mongod.version}: set MONGOMS_SYSTEM_BINARY to a mongod ${series}, or dump the data with ` +
      `mongodump from one and restore it with mongorestore into a new DATA_DIR.`,
  );
}

/** Registers this process as one more user; returns the function that removes it. */
export async function registerUser({ usersFolder }: DataFolder): Promise<() => Promise<void>> {
  const file = join(usersFolder, `${await identifySelf()}_${randomUUID()}`);
  await writeFile(file, '');
  return () => rm(file, { force: true });
}

/** Whether the process of any user still runs; removes the files of the others. */
export async function hasUsers({ usersFolder }: DataFolder): Promise<boolean> {
  let isUsed = false;
  for (const name of await readdir(usersFolder)) {
    if (await isRunning(name.split('_')[0] ?? '')) isUsed = true;
    else await rm(join(usersFolder, name), { force: true });
  }
  return isUsed;
}

/**
 * The layout of DATA_DIR, and what stands in it: which series of MongoDB the data files belong to.
 */
import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { EmbeddedServerError } from '../errors.ts';
import type { Mongod } from './mongod-version.ts';

/** Absolute paths, without symbolic links, so that every process names them alike. */
export interface DataFolder {
  root: string;
  dbPath: string;
  logPath: string;
  usersFolder: string;
  lockFolder: string;
  seriesFile: string;
}

/** Makes what is missing, readable by its owner only: tokens lie in it. */
export async function openDataFolder(dataDir: string): Promise<DataFolder> {
  await mkdir(dataDir, { recursive: true });
  const root = await realpath(dataDir);
  const folder: DataFolder = {
    root,
    dbPath: join(root, 'mongodb'),
    logPath: join(root, 'mongod.log'),
    usersFolder: join(root, 'mongodb-users'),
    lockFolder: join(root, 'mongodb-lock'),
    seriesFile: join(root, 'mongodb-version'),
  };
  for (const each of [folder.dbPath, folder.usersFolder, folder.lockFolder]) {
    await mkdir(each, { recursive: true, mode: 0o700 });
  }
  return folder;
}

/** The series, such as `6.0`, that the data files belong to; undefined before the first start. */
export async function readSeries(folder: DataFolder): Promise<string | undefined> {
  const text = await readFile(folder.seriesFile, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

/** Records the series of a mongod that has opened the data files, unless one is recorded. */
export async function recordSeries(folder: DataFolder, series: string): Promise<void> {
  if ((await readSeries(folder)) !== undefined) return;
  const draft = `${folder.seriesFile}.draft`;
  await writeFile(draft, `${series}\n`);
  await rename(draft, folder.seriesFile);
}

/** Throws EmbeddedServerError when the data files belong to another series than the mongod. */
export async function rejectOtherSeries(folder: DataFolder, mongod: Mongod): Promise<void> {
  const series = await readSeries(folder);
  if (series === undefined || series === mongod.series) return;
  throw new EmbeddedServerError(
    `The data in ${folder.root} belongs to MongoDB ${series}, and ${mongod.path} is MongoDB ` +
      `${mongod.version}: set MONGOMS_SYSTEM_BINARY to a mongod ${series}, or dump the data with ` +
      `mongodump from one and restore it with mongorestore into a new DATA_DIR.`,
  );
}

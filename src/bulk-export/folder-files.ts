/** The files of an export that was unpacked. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { BulkExportUnusableError, NoBulkExportError } from '../errors.ts';
import { activitiesFile, isOfSystem, tooLarge } from './export-files.ts';
import type { ArchiveLimits, ExportFiles, FileContent } from './export-files.ts';

/**
 * Opens the folder that holds `activities.csv`, or that holds the one folder that does.
 * @throws BulkExportUnusableError, NoBulkExportError
 */
export async function openFolder(path: string, limits: ArchiveLimits): Promise<ExportFiles> {
  const root = await findRoot(path);
  return {
    madeAt: await newestFile(root),
    has: async (name) => (await fileIn(root, name)) !== undefined,
    sizeOf: async (name) => {
      const file = await fileIn(root, name);
      return file === undefined ? 0 : (await stat(file)).size;
    },
    read: (name) => readFileIn(root, name, limits),
    close: () => Promise.resolve(),
  };
}

async function findRoot(path: string): Promise<string> {
  const folder = await realpath(path);
  if ((await fileIn(folder, activitiesFile)) !== undefined) return folder;
  const roots: string[] = [];
  for (const name of await subfolders(folder, path)) {
    const root = join(folder, name);
    if ((await fileIn(root, activitiesFile)) !== undefined) roots.push(root);
  }
  const [root, other] = roots;
  if (root === undefined) {
    throw new NoBulkExportError(
      `${path} has no ${activitiesFile}: it is no bulk export of Strava, or not the whole one.`,
    );
  }
  if (other === undefined) return root;
  throw new NoBulkExportError(
    `${path} holds ${roots.length} exports. Name each folder by a --file of its own.`,
  );
}

async function subfolders(folder: string, path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (cause) {
    throw new BulkExportUnusableError(`${path} cannot be read: ${codeOf(cause)}.`, { cause });
  }
}

async function newestFile(root: string): Promise<Date> {
  let newest = 0;
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (!entry.isFile() || isOfSystem(entry.name)) continue;
    newest = Math.max(newest, (await stat(join(root, entry.name))).mtimeMs);
  }
  return new Date(Math.floor(newest));
}

/** The real path of a regular file below the root; undefined for a symbolic link that leads out of it. */
async function fileIn(root: string, name: string): Promise<string | undefined> {
  try {
    const path = await realpath(join(root, name));
    return path.startsWith(root + sep) && (await stat(path)).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}

async function readFileIn(root: string, name: string, limits: ArchiveLimits): Promise<FileContent> {
  const path = await fileIn(root, name);
  if (path === undefined) return { unreadable: 'the folder has no such file' };
  try {
    if ((await stat(path)).size > limits.fileBytes) return { unreadable: tooLarge(limits) };
    return { bytes: await readFile(path) };
  } catch (error) {
    return { unreadable: `the file cannot be opened (${codeOf(error)})` };
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure';
}

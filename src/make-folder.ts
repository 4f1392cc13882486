/**
 * Makes a folder and its parents, and says why one cannot be used. Node's own `mkdir` with `recursive` does
 * not end where a parent exists and still takes no folder, as below /proc.
 */
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What the system's codes of file failures mean, as the end of a sentence about a folder. */
export const fileFailures: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EDQUOT: 'the disk quota is spent',
  EEXIST: 'something that is not a folder has that name',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'it is not there, and cannot be made there',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'something that is not a folder has that name',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
};

/** A folder that exists stays as it is. @throws the system's error, ENOENT for a link that leads nowhere. */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    const isParentMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const parent = dirname(path);
    if (!isParentMissing || parent === path) throw error;
    await makeFolder(parent, mode);
    await makeOne(path, mode);
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!isTaken || !(await stat(path)).isDirectory()) throw error;
  }
}

/** The path itself, or the nearest above it that exists. */
export async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path);
  return parent === path || (await isAllowed(path, constants.F_OK)) ? path : nearestFolder(parent);
}

/** Whether files can be made in the folder, also where the folder has to be made first. */
export async function canWriteIn(path: string): Promise<boolean> {
  const folder = await nearestFolder(path);
  const isFolder = (await stat(folder)).isDirectory();
  return isFolder && (await isAllowed(folder, constants.W_OK | constants.X_OK));
}

async function isAllowed(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}

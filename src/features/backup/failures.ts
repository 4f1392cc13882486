/**
 * Distinguishes failures of the file system and of the compression from all others, and words those of a backup
 * that is read.
 */
import { stat } from 'node:fs/promises';
import { BackupUnusableError } from '../../errors.ts';

interface CodedError extends Error {
  readonly code: string;
}

function hasCode(error: unknown): error is CodedError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

export function isOfFileSystem(error: unknown): error is CodedError {
  return hasCode(error) && 'syscall' in error && error.code !== 'ABORT_ERR';
}

/** The error for a failed read: one sentence for a failure of the file system, else the failure itself. */
export function unreadable(path: string, error: unknown): unknown {
  if (hasCode(error) && error.code.startsWith('Z_')) {
    const why = error.code === 'Z_BUF_ERROR' ? 'it ends too early' : 'its compression is broken';
    return damaged(path, why, error);
  }
  return isOfFileSystem(error)
    ? new BackupUnusableError(`${path} cannot be read (${error.code}).`, { cause: error })
    : error;
}

/** The error for a damaged file. */
export function damaged(path: string, why: string, cause?: unknown): BackupUnusableError {
  return new BackupUnusableError(`${path} is damaged or no backup: ${why}. Take another one.`, {
    cause,
  });
}

/** @throws BackupUnusableError for a pipe or a device: reading one may never end. */
export async function assertRegular(path: string): Promise<void> {
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isDirectory()) throw damaged(path, 'it is not a regular file');
}

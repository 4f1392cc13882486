/**
 * The file of a backup: compressed by gzip, which every tool reads; there whole or not at all; readable
 * by its owner alone, because it holds where somebody lives. It does not know what is in it.
 */
import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BackupUnusableError, OutputFailedError, UsageError } from '../../errors.ts';

const ownerOnly = 0o600;

/**
 * Writes beside the final place, and moves it there once it is on the disk. A backup that is there
 * already is replaced then and not before. Returns its size in bytes.
 * @throws UsageError where something else than a file has the name, OutputFailedError where it cannot
 * be written, and the signal's reason once that is aborted.
 */
export async function writeBackup(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const target = await targetOf(path);
  const folder = dirname(target);
  const temporary = join(folder, `.domestique-${randomUUID()}.part`);
  try {
    const file = await open(temporary, 'wx', ownerOnly);
    const bytes = await writeWhole(file, pieces, signal);
    await rename(temporary, target);
    await syncFolder(folder);
    return bytes;
  } catch (error) {
    await rm(temporary, { force: true });
    throw isOfFileSystem(error)
      ? new OutputFailedError(`${path} cannot be written (${error.code}).`, { cause: error })
      : error;
  }
}

/** Where a link leads to, so that it stays one. */
async function targetOf(path: string): Promise<string> {
  const target = await realpath(path).catch(() => path);
  const found = await stat(target).catch(() => undefined);
  if (found === undefined || found.isFile()) return target;
  throw new UsageError(
    `--out takes a file; ${path} is ${found.isDirectory() ? 'a folder' : 'none'}.`,
  );
}

async function writeWhole(
  file: FileHandle,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  try {
    const compressed = createGzip();
    const written = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const chunk of chunks) await file.appendFile(chunk);
    };
    await pipeline(pieces, compressed, written, { signal });
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** The new name, too, has to survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * What the file holds, decompressed.
 * @throws BackupUnusableError where it cannot be read or is damaged.
 */
export async function* readBackup(path: string): AsyncGenerator<Buffer> {
  const source = createReadStream(path);
  const decompressed = createGunzip();
  // It destroys both on a failure of either, which then comes out of the loop.
  const piped = pipeline(source, decompressed).catch(() => undefined);
  try {
    for await (const chunk of decompressed) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    source.destroy();
    await piped;
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (isOfCompression(error)) {
    const why = error.code === 'Z_BUF_ERROR' ? 'it ends too early' : 'its compression is broken';
    return damaged(path, why, error);
  }
  return isOfFileSystem(error)
    ? new BackupUnusableError(`${path} cannot be read (${error.code}).`, { cause: error })
    : error;
}

/** The sentence for a file that is not what was written. */
export function damaged(path: string, why: string, cause?: unknown): BackupUnusableError {
  return new BackupUnusableError(`${path} is damaged or no backup: ${why}. Take another one.`, {
    cause,
  });
}

interface SystemError extends Error {
  readonly code: string;
}

function hasCode(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function isOfFileSystem(error: unknown): error is SystemError {
  return hasCode(error) && 'syscall' in error && error.code !== 'ABORT_ERR';
}

function isOfCompression(error: unknown): error is SystemError {
  return hasCode(error) && error.code.startsWith('Z_');
}

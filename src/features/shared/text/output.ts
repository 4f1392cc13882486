/**
 * Writes a document: to a stream at the speed of its reader, or to a file that is there completely or not
 * at all. It does not depend on the format.
 */
import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../../../errors.ts';
import type { Program } from '../../../program.ts';
import { isReaderGone, outputFailed } from '../../../process/standard-streams.ts';
import { escapeActing } from '../../../terminal-text.ts';

/** A document in pieces. */
export type Pieces = AsyncIterable<string>;

/** Writes a line beside the result, to stderr; not with --quiet. */
export function writeNote({ isQuiet, stderr }: Program, text: string): void {
  if (!isQuiet) stderr.write(`${text}\n`);
}

/** The length of one write, in characters. */
const batchLength = 65_536;

/**
 * Writes to a stream and leaves it open. It writes each batch when the reader has taken the one before. A
 * reader that has gone (`| head`) ends the writing without an error. On a terminal, characters that would
 * act there are escaped.
 * @throws OutputFailedError if it cannot be written, and the signal's reason once that is aborted.
 */
export async function writeToStream(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  pieces: Pieces,
  signal: AbortSignal,
): Promise<void> {
  // The write's callback gets the failure. Without a listener, the event would end the process.
  stream.on('error', () => undefined);
  for await (const batch of batchesOf(pieces, signal)) {
    const failure = await new Promise<Error | null | undefined>((done) => {
      stream.write(stream.isTTY === true ? escapeActing(batch) : batch, done);
    });
    if (isReaderGone(failure, stream)) return;
    if (failure) throw outputFailed('standard output', failure);
  }
}

/**
 * Writes a temporary file and renames it when it is complete and on the disk. Only its owner can read it:
 * recordings show where an athlete lives.
 * @throws UsageError if the path is not a file, OutputFailedError if it cannot be written, and the signal's reason once that is aborted.
 */
export async function writeToFile(
  path: string,
  pieces: Pieces,
  signal: AbortSignal,
): Promise<void> {
  const target = await targetOf(path);
  const temporary = join(dirname(target), `.domestique-${randomUUID()}.part`);
  try {
    await writeWhole(temporary, pieces, { path, signal });
    await named(path, () => rename(temporary, target));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** @throws UsageError if there is a file at the path. */
export async function assertAbsent(path: string): Promise<void> {
  if (!(await isFile(path))) return;
  throw new UsageError(`${path} exists already: --force replaces it.`);
}

/** Whether there is a file at the path, or behind a link there. */
export async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true;
}

/** The target of a link, so that the link stays; never a device or a folder. */
async function targetOf(path: string): Promise<string> {
  const target = await realpath(path).catch(() => path);
  const found = await stat(target).catch(() => undefined);
  if (found === undefined || found.isFile()) return target;
  throw new UsageError(
    `--out takes a file here; ${path} is ${found.isDirectory() ? 'a folder' : 'none'}.`,
  );
}

async function writeWhole(
  temporary: string,
  pieces: Pieces,
  { path, signal }: { path: string; signal: AbortSignal },
): Promise<void> {
  const file = await named(path, () => open(temporary, 'wx', 0o600));
  try {
    for await (const batch of batchesOf(pieces, signal)) {
      await named(path, () => file.appendFile(batch));
    }
    await named(path, () => file.sync());
  } finally {
    await file.close();
  }
}

/** Wraps only errors of the file system: an error of the source stays as it is. */
async function named<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw outputFailed(path, error);
  }
}

async function* batchesOf(pieces: Pieces, signal: AbortSignal): AsyncGenerator<string> {
  let batch = '';
  for await (const piece of pieces) {
    signal.throwIfAborted();
    batch += piece;
    if (batch.length < batchLength) continue;
    yield batch;
    batch = '';
  }
  signal.throwIfAborted();
  if (batch !== '') yield batch;
}

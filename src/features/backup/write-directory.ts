/**
 * Writes the directory of a backup: there whole or not at all, compressed by gzip, readable by its owner
 * alone, because it shows where an athlete lives. It does not know what is in the files.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { OutputFailedError, UsageError } from '../../errors.ts';
import { makeFolder } from '../../make-folder.ts';
import { isOfFileSystem } from './failures.ts';
import { manifestName, readManifest } from './format.ts';

/** Writes one file, compressed where its name ends in .gz. */
export type WriteFile = (name: string, pieces: Pieces) => Promise<WrittenFile>;

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface WrittenFile {
  /** Of the file as it is, hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Writes beside the final place, and moves the directory there once everything is on the disk. An
 * earlier backup of that name is replaced then and not before; anything else is left alone.
 * @throws UsageError where something else has the name, OutputFailedError where it cannot be written,
 * and the signal's reason once that is aborted.
 */
export async function writeDirectory<T>(
  path: string,
  fill: (write: WriteFile) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  const target = await realpath(path).catch(() => path);
  const temporary = join(dirname(target), `.domestique-${randomUUID()}.part`);
  try {
    await assertReplaceable(target, path);
    const folders = new Set([temporary]);
    await mkdir(temporary, { mode: 0o700 });
    const result = await fill((name, pieces) => {
      const file = join(temporary, name);
      folders.add(dirname(file));
      return writeFile(file, pieces, signal);
    });
    for (const folder of folders) await syncFolder(folder);
    await assertReplaceable(target, path);
    await moveInto(temporary, target);
    return result;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw isOfFileSystem(error)
      ? new OutputFailedError(`${path} cannot be written (${error.code}).`, { cause: error })
      : error;
  }
}

async function assertReplaceable(target: string, path: string): Promise<void> {
  const found = await stat(target).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory()) throw new UsageError(`--out takes a directory; ${path} is none.`);
  if ((await readdir(target)).length === 0 || (await isBackup(target))) return;
  throw new UsageError(
    `${path} holds something else than a backup of this program, and is left as it is. Give --out a new directory.`,
  );
}

/** Whether a manifest is there that names every file: then nothing else is lost with the directory. */
async function isBackup(folder: string): Promise<boolean> {
  const manifest = readManifest(await readFile(join(folder, manifestName), 'utf8').catch(() => ''));
  if (typeof manifest === 'string') return false;
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => !entry.isDirectory());
  const paths = files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  return paths.every((path) => path === manifestName || Object.hasOwn(manifest.files, path));
}

async function moveInto(temporary: string, target: string): Promise<void> {
  const parent = dirname(target);
  const aside = join(parent, `.domestique-${randomUUID()}.old`);
  // A directory with files in it cannot be replaced in one step.
  const isThere = (await stat(target).catch(() => undefined)) !== undefined;
  if (isThere) await rename(target, aside);
  try {
    await rename(temporary, target);
  } catch (error) {
    if (isThere) await rename(aside, target);
    throw error;
  }
  await syncFolder(parent);
  await rm(aside, { recursive: true, force: true });
}

/** The fastest level: the standard one takes four times the CPU to make files a tenth smaller. */
const compression = { level: constants.Z_BEST_SPEED, chunkSize: 65_536 };

async function writeFile(path: string, pieces: Pieces, signal: AbortSignal): Promise<WrittenFile> {
  await makeFolder(dirname(path), 0o700);
  await using file = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  const written = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      await file.appendFile(chunk);
    }
  };
  const packed = path.endsWith('.gz') ? createGzip(compression) : new PassThrough();
  await pipeline(pieces, packed, written, { signal });
  await file.sync();
  return { sha256: hash.digest('hex'), bytes };
}

/** The directory's entries, too, have to survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

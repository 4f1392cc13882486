/** The files of an export in the zip that Strava made, or that somebody packed again. */
import type { Readable } from 'node:stream';
import { open as openFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { getFileNameLowLevel, openPromise, validateFileName } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { BulkExportUnusableError, NoBulkExportError } from '../errors.ts';
import { activitiesFile, athleteFiles, isOfSystem, tooLarge } from './export-files.ts';
import type { ArchiveLimits, ExportFiles, FileContent } from './export-files.ts';

/**
 * Opens the zip and reads its directory, so that a cut or hostile one is found before anything is used.
 * @throws BulkExportUnusableError, NoBulkExportError
 */
export async function openZip(path: string, limits: ArchiveLimits): Promise<ExportFiles> {
  const zip = await openDirectory(path);
  try {
    const directory = await readDirectory(zip, path, limits);
    return zipFiles(zip, directory, limits);
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function openDirectory(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: false });
  } catch (cause) {
    if (await isZip(path))
      throw new BulkExportUnusableError(`${path} is cut or damaged. Download it again.`, { cause });
    throw new NoBulkExportError(
      `${path} is no zip. Name the zip that Strava made, or the folder that it was unpacked to.`,
      { cause },
    );
  }
}

/** @throws NoBulkExportError where it cannot be read. */
async function isZip(path: string): Promise<boolean> {
  try {
    await using file = await openFile(path);
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('latin1') === 'PK\x03\x04';
  } catch (cause) {
    throw new NoBulkExportError(`${path} cannot be read. Check who may read it.`, { cause });
  }
}

interface Directory {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly madeAt: Date;
}

async function readDirectory(
  zip: ZipFile,
  path: string,
  limits: ArchiveLimits,
): Promise<Directory> {
  const entries = new Map<string, Entry>();
  let newest = 0;
  const fail = (problem: string, cause?: unknown): never => {
    throw new BulkExportUnusableError(`${path} ${problem}.`, { cause });
  };
  if (zip.entryCount > limits.entries) fail(`has more than ${limits.entries} files`);
  try {
    for await (const entry of zip.eachEntry()) {
      const name = nameOf(entry);
      const unsafe = validateFileName(name);
      if (unsafe !== null) fail(`has a file with an unsafe name, ${JSON.stringify(name)}`);
      if (!isOfSystem(name)) newest = Math.max(newest, timeOf(entry));
      if (isOfUse(name)) entries.set(name, entry);
      if (entries.size > limits.recordings) fail(`has more than ${limits.recordings} recordings`);
      if (endOf(entry) > zip.fileSize) fail('is cut or damaged. Download it again');
    }
  } catch (error) {
    if (error instanceof BulkExportUnusableError) throw error;
    fail('is cut or damaged. Download it again', error);
  }
  return { entries: belowRoot(entries, path), madeAt: new Date(newest) };
}

function nameOf(entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

/** A zip has no time zone; Strava's servers are in UTC. */
function timeOf(entry: Entry): number {
  const time = entry.getLastModDate({ timezone: 'UTC' }).getTime();
  return Number.isNaN(time) ? 0 : time;
}

function endOf(entry: Entry): number {
  return entry.relativeOffsetOfLocalHeader + entry.compressedSize;
}

const tables = new Set<string>([activitiesFile, ...Object.values(athleteFiles)]);

/** Whether it may be read later; photos are not kept in memory. */
function isOfUse(name: string): boolean {
  if (isOfSystem(name) || name.endsWith('/')) return false;
  const [first = '', second = ''] = name.split('/');
  return [first, second].some((part) => tables.has(part)) || /^(?:[^/]+\/)?activities\//.test(name);
}

/** By their paths below the one folder that holds `activities.csv`. */
function belowRoot(entries: ReadonlyMap<string, Entry>, path: string): ReadonlyMap<string, Entry> {
  const roots = [...entries.keys()]
    .filter((name) => name === activitiesFile || name.endsWith(`/${activitiesFile}`))
    .map((name) => name.slice(0, -activitiesFile.length))
    .sort((one, other) => one.length - other.length);
  const root = roots[0];
  if (root === undefined) {
    throw new NoBulkExportError(
      `${path} has no ${activitiesFile}: it is no bulk export of Strava, or not the whole one.`,
    );
  }
  if (root !== '' && roots.length > 1) {
    throw new NoBulkExportError(
      `${path} holds ${roots.length} exports. Unpack it, and name each folder by a --file of its own.`,
    );
  }
  const below = [...entries].filter(([name]) => name.startsWith(root));
  return new Map(below.map(([name, entry]) => [name.slice(root.length), entry]));
}

function zipFiles(
  zip: ZipFile,
  { entries, madeAt }: Directory,
  limits: ArchiveLimits,
): ExportFiles {
  return {
    madeAt,
    has: (path) => entries.has(path),
    sizeOf: (path) => entries.get(path)?.uncompressedSize ?? 0,
    read: async (path) => {
      const entry = entries.get(path);
      if (entry === undefined) return { unreadable: 'the archive has no such file' };
      if (entry.uncompressedSize > limits.fileBytes) return { unreadable: tooLarge(limits) };
      if (!entry.canDecodeFileData()) {
        return { unreadable: 'the archive has encrypted it, or packed it by an unknown method' };
      }
      return readEntry(zip, entry);
    },
    close: () => {
      zip.close();
      return Promise.resolve();
    },
  };
}

/** yauzl ends the stream with an error once more bytes come than the directory says. */
async function readEntry(zip: ZipFile, entry: Entry): Promise<FileContent> {
  const damaged = { unreadable: 'the archive is damaged at this file' };
  try {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    return crc32(bytes) === entry.crc32 ? { bytes } : damaged;
  } catch {
    return damaged;
  }
}

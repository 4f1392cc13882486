/**
 * Reads the directory of a backup, ours or one of mongodump, compressed or not, and makes sure that it is
 * what was written: every file's checksum where there is a manifest, and every document. It writes nothing.
 */
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BackupUnusableError, NoBackupError } from '../../errors.ts';
import { schemaVersion } from '../../mongo/schema/schema-version.ts';
import { assertRegular, damaged, isOfFileSystem, unreadable } from './failures.ts';
import type { DumpFile, Manifest } from './format.ts';
import { manifestName, parseFileName, readManifest } from './format.ts';
import type { Counter } from '../shared/progress/count-progress.ts';
import { deserialized, documentsIn, loadMetadata } from './read-file.ts';
import { isCollectionName, isRestored, mainCollection, versionCollection } from './rules.ts';

/** The documents of one collection. */
export interface CollectionFile {
  readonly path: string;
  readonly documents: number;
}

/** The content of a whole backup. */
export interface Contents {
  /** Absent for one of mongodump. */
  readonly createdAt: Date | undefined;
  /** The database's version; absent if the dump does not include it. */
  readonly version: number | undefined;
  /** Of the collections that a restore adds documents to. */
  readonly files: ReadonlyMap<string, CollectionFile>;
}

/**
 * Reads everything once.
 * @throws NoBackupError where the path is wrong, BackupUnusableError where the backup is damaged, or of a
 * newer format or database.
 */
export async function verifyBackup(
  path: string,
  { progress, signal }: { progress: Counter; signal: AbortSignal },
): Promise<Contents> {
  const { folder, manifest } = await locate(path);
  if (manifest !== undefined) await assertChecksums(dirname(folder), manifest, signal);
  const files = new Map<string, CollectionFile>();
  let version: number | undefined;
  for (const [name, file] of await collectionsIn(folder, manifest)) {
    const expected = manifest?.files[`${basename(folder)}/${basename(file)}`]?.documents;
    progress.begin(name, expected);
    let documents = 0;
    for await (const bytes of documentsIn(file)) {
      signal.throwIfAborted();
      const document = deserialized(file, bytes);
      if (name === versionCollection && document['_id'] === 'database')
        version = versionIn(file, document['version']);
      documents += 1;
      progress.advance();
    }
    if (documents !== (expected ?? documents)) throw damaged(file, 'its count is wrong');
    if (isRestored(name)) files.set(name, { path: file, documents });
  }
  if (version !== undefined && version > schemaVersion) {
    throw new BackupUnusableError(
      `${path} is of a database of version ${version}, and this program knows ${schemaVersion}: restore it with a newer version of the program.`,
    );
  }
  return { createdAt: manifest?.created_at, version, files };
}

/** @throws BackupUnusableError for what no version of the program writes: the database would be of no use. */
function versionIn(file: string, found: unknown): number {
  const version = Number(found);
  if (Number.isSafeInteger(version) && version > 0) return version;
  throw damaged(file, 'it holds no version of the database');
}

interface Location {
  /** Of the database. */
  readonly folder: string;
  readonly manifest: Manifest | undefined;
}

/** A database's own folder may be given too. */
async function locate(path: string): Promise<Location> {
  const entries = await list(path);
  if (filesOf(entries).length > 0) {
    const folder = resolve(path);
    const manifest = await loadManifest(dirname(folder));
    const isOfIt = manifest?.database === basename(folder);
    return { folder, manifest: isOfIt ? manifest : undefined };
  }
  const manifest = await loadManifest(path);
  if (manifest !== undefined) return { folder: join(path, manifest.database), manifest };
  const databases: string[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const files = filesOf(await list(join(path, entry.name)));
    if (files.some(({ stem }) => stem === mainCollection)) databases.push(entry.name);
  }
  const [database, ...others] = databases;
  if (database === undefined)
    throw new NoBackupError(`${path} holds no backup of this program's database. ${rightPath}`);
  if (others.length === 0) return { folder: join(path, database), manifest };
  throw new NoBackupError(
    `${path} holds several databases of this program (${databases.join(', ')}). Name one: --in ${join(path, database)}`,
  );
}

const rightPath = 'Give the directory that backup or mongodump wrote.';
const problems: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is not a directory',
  EACCES: 'may not be read by this user',
};

async function list(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (!isOfFileSystem(error)) throw error;
    const what = problems[error.code] ?? `cannot be read (${error.code})`;
    throw new NoBackupError(`${path} ${what}. ${rightPath}`, { cause: error });
  }
}

interface NamedFile extends DumpFile {
  readonly name: string;
}

function filesOf(entries: readonly Dirent[]): readonly NamedFile[] {
  return entries.flatMap((entry) => {
    const parsed = entry.isDirectory() ? undefined : parseFileName(entry.name);
    return parsed === undefined ? [] : [{ ...parsed, name: entry.name }];
  });
}

async function loadManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, manifestName);
  try {
    await assertRegular(path);
    const manifest = readManifest(await readFile(path, 'utf8'));
    if (typeof manifest === 'string') throw new BackupUnusableError(`${path} ${manifest}.`);
    return manifest;
  } catch (error) {
    if (isOfFileSystem(error) && error.code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
}

async function assertChecksums(
  root: string,
  { files }: Manifest,
  signal: AbortSignal,
): Promise<void> {
  for (const [name, { sha256 }] of Object.entries(files)) {
    const path = join(root, name);
    const hash = createHash('sha256');
    try {
      await assertRegular(path);
      await pipeline(createReadStream(path), hash, { signal });
    } catch (error) {
      const isMissing = isOfFileSystem(error) && error.code === 'ENOENT';
      throw isMissing ? damaged(path, 'it is missing', error) : unreadable(path, error);
    }
    if (hash.digest('hex') !== sha256) throw damaged(path, 'its checksum is wrong');
  }
}

/** The files with documents, by collection, without those that only MongoDB needs. */
async function collectionsIn(
  folder: string,
  manifest: Manifest | undefined,
): Promise<ReadonlyMap<string, string>> {
  const found = filesOf(await list(folder));
  const collections = new Map<string, string>();
  for (const stem of new Set(found.map((file) => file.stem))) {
    const files = found.filter((file) => file.stem === stem);
    for (const { name } of files) {
      const isNamed = manifest && Object.hasOwn(manifest.files, `${basename(folder)}/${name}`);
      if (isNamed === false) throw damaged(join(folder, name), 'the manifest does not name it');
    }
    const [documents, otherDocuments] = files.filter(({ kind }) => kind === 'documents');
    const [metadata] = files.filter(({ kind }) => kind === 'metadata');
    const { collectionName, options = {} } = metadata
      ? await loadMetadata(join(folder, metadata.name))
      : {};
    const name = typeof collectionName === 'string' ? collectionName : decoded(stem);
    // Such a one has no documents under its own name.
    const isView = 'viewOn' in options || 'timeseries' in options;
    if (isView || !(isRestored(name) || name === versionCollection)) continue;
    if (!isCollectionName(name))
      throw damaged(
        folder,
        `MongoDB takes no collection named ${JSON.stringify(name)} beside Domestique's views`,
      );
    if (documents === undefined) throw damaged(folder, `the documents of ${name} are missing`);
    if (otherDocuments !== undefined) throw damaged(folder, `it holds ${name} twice`);
    collections.set(name, join(folder, documents.name));
  }
  return collections;
}

/** A name that is no escaped one stands for itself. */
function decoded(stem: string): string {
  try {
    return decodeURIComponent(stem);
  } catch {
    return stem;
  }
}

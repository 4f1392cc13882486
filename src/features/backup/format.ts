/**
 * The layout of a backup: the files that mongodump writes and mongorestore reads, and a manifest beside
 * them. No I/O.
 */
import { createHash } from 'node:crypto';

/** It stands beside the folder of the database, where mongorestore passes it by. */
export const manifestName = 'domestique-manifest.json';

const formatName = 'domestique-backup';
/** Grows with each change that an older program would misread. */
const formatVersion = 1;

/** The manifest's entry for one file. */
export interface FileEntry {
  /** Of the file as it is, compressed; hexadecimal. */
  readonly sha256: string;
  /** How many documents are in it; absent for metadata. */
  readonly documents?: number;
}

export interface Manifest {
  readonly created_at: Date;
  readonly database: string;
  /** By their paths within the backup. */
  readonly files: Readonly<Record<string, FileEntry>>;
}

export function writeManifest(manifest: Manifest): string {
  return `${JSON.stringify({ format: formatName, version: formatVersion, ...manifest }, null, 2)}\n`;
}

/** The manifest, or why it is of no use: the end of a sentence. */
export function readManifest(text: string): Manifest | string {
  const { format, version, created_at, database, files } = readObject(text) ?? {};
  if (typeof version === 'number' && version > formatVersion)
    return `is of format ${version}, and this program reads ${formatVersion}: restore it with a newer version of the program`;
  const createdAt = new Date(String(created_at));
  const isDated = !Number.isNaN(createdAt.getTime());
  return format === formatName && isDated && typeof database === 'string' && areFiles(files)
    ? { created_at: createdAt, database, files }
    : 'is damaged';
}

/** Undefined where the text is no JSON object. */
export function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function areFiles(value: unknown): value is Manifest['files'] {
  if (!isObject(value)) return false;
  return Object.entries(value).every(
    ([path, entry]) =>
      !path.split('/').includes('..') && isObject(entry) && typeof entry['sha256'] === 'string',
  );
}

const maxStemLength = 238;

/** A collection's name as mongodump writes it into a file's name: escaped, and a hash for the end of a long one. */
export function stemOf(collection: string): string {
  const escaped = encodeURIComponent(collection);
  if (escaped.length <= maxStemLength) return escaped;
  const hash = createHash('sha1').update(collection).digest('base64url');
  return `${escaped.slice(0, 208)}%24${hash}`;
}

export interface DumpFile {
  readonly stem: string;
  readonly kind: 'documents' | 'metadata';
}

/** Undefined for a file that is no collection's. */
export function parseFileName(name: string): DumpFile | undefined {
  const [, stem, suffix] = /^(.+?)\.(bson|metadata\.json)(?:\.gz)?$/.exec(name) ?? [];
  if (stem === undefined) return undefined;
  return { stem, kind: suffix === 'bson' ? 'documents' : 'metadata' };
}

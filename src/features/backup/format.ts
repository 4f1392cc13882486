/**
 * The format of a backup, before compression: one line of JSON (the head), a BSON document for each
 * stored document, a last one with the counts, and the SHA-256 of all that. It touches no file and no
 * database.
 */
import { BSON } from 'mongodb';

/** Grows with each change that an older program would misread. */
export const formatVersion = 1;
export const formatName = 'domestique-backup';

/** The first line. */
export interface BackupHead {
  readonly format: typeof formatName;
  readonly version: typeof formatVersion;
  readonly created_at: Date;
  /** What shape the documents are in: `schema-version.ts`. */
  readonly database_version: number;
  /** Whether the logins are in it. */
  readonly has_tokens: boolean;
}

/** How many documents of each collection. */
export type Counts = Readonly<Record<string, number>>;

export interface StoredDocument {
  readonly collection: string;
  /** BSON, as the server gave it. */
  readonly document: Uint8Array;
}

export type Frame = StoredDocument | { readonly counts: Counts };

export const digestAlgorithm = 'sha256';
export const digestBytes = 32;

export function headLine(head: BackupHead): Buffer {
  return Buffer.from(`${JSON.stringify(head)}\n`);
}

const embeddedDocument = 0x03;

/** `{collection, document}` around a document that stays as it is: reading it could not keep every type. */
export function documentFrame(collection: string, document: Uint8Array): Buffer {
  const named = Buffer.from(BSON.serialize({ collection }));
  const frame = Buffer.concat([
    named.subarray(0, -1),
    Buffer.from([embeddedDocument]),
    Buffer.from('document\0'),
    document,
    Buffer.from([0]),
  ]);
  frame.writeInt32LE(frame.length);
  return frame;
}

export function countsFrame(counts: Counts): Buffer {
  return Buffer.from(BSON.serialize({ counts }));
}

/** Undefined for a frame that no backup has. */
export function readFrame(bytes: Uint8Array): Frame | undefined {
  // Raw: what is within stays BSON.
  const { collection, document, counts } = BSON.deserialize(bytes, { raw: true });
  if (typeof collection === 'string' && document instanceof Uint8Array) {
    return { collection, document };
  }
  if (!(counts instanceof Uint8Array)) return undefined;
  return { counts: BSON.deserialize(counts) };
}

/** A document of which each value has its BSON type still, so that it is written as it was read. */
export function documentOf(bytes: Uint8Array): BSON.Document {
  // Nearly every number is of the type that the driver gives it by itself, and plain numbers are small.
  const plain = BSON.deserialize(bytes, { promoteLongs: false });
  const isSame = Buffer.compare(BSON.serialize(plain), bytes) === 0;
  return isSame ? plain : BSON.deserialize(bytes, { promoteValues: false, bsonRegExp: true });
}

/** What the head of a file is, or a sentence on why it is of no use. */
export function readHead(line: string): BackupHead | { readonly problem: string } {
  const head = parsed(line);
  if (head?.['format'] !== formatName) return { problem: 'is not a backup of this program' };
  const { version } = head;
  if (typeof version === 'number' && version > formatVersion) {
    return {
      problem: `is of format ${version}, and this program reads ${formatVersion}: restore it with a newer version of the program`,
    };
  }
  const createdAt = new Date(String(head['created_at']));
  const database = head['database_version'];
  const isDated = !Number.isNaN(createdAt.getTime());
  if (version !== formatVersion || !isDated || typeof database !== 'number') {
    return { problem: 'is damaged: its first line is not as a backup has it' };
  }
  return {
    format: formatName,
    version: formatVersion,
    created_at: createdAt,
    database_version: database,
    has_tokens: head['has_tokens'] === true,
  };
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

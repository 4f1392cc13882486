/**
 * Reads one file of a backup, compressed or not, in pieces: memory depends on the largest document alone.
 */
import { createReadStream } from 'node:fs';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { BSON } from 'mongodb';
import { assertRegular, damaged, unreadable } from './failures.ts';
import { isObject, readObject } from './format.ts';

export interface Metadata {
  /** Absent in the files of an old mongodump. */
  readonly collectionName?: unknown;
  readonly options?: object;
}

/** The metadata of the collection. @throws BackupUnusableError */
export async function loadMetadata(path: string): Promise<Metadata> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of contentOf(path)) {
    length += chunk.length;
    if (length > maxDocumentBytes) throw damaged(path, noMetadata);
    chunks.push(chunk);
  }
  const metadata = readObject(Buffer.concat(chunks).toString());
  if (metadata === undefined) throw damaged(path, noMetadata);
  const { collectionName, options } = metadata;
  return { collectionName, options: isObject(options) ? options : {} };
}

const noMetadata = 'it is no metadata';

/** MongoDB's limit of 16 MB, and room for what stands around a document. */
const maxDocumentBytes = 17_000_000;
const lengthBytes = 4;
const noDocument = 'something in it is no document';

/** Each document, as BSON. @throws BackupUnusableError */
export async function* documentsIn(path: string): AsyncGenerator<Uint8Array> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let wanted = lengthBytes;
  for await (const chunk of contentOf(path)) {
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes < wanted) continue;
    let bytes = Buffer.concat(pending);
    for (;;) {
      wanted = bytes.length < lengthBytes ? lengthBytes : bytes.readInt32LE();
      if (wanted < lengthBytes || wanted > maxDocumentBytes) throw damaged(path, noDocument);
      if (bytes.length < wanted) break;
      yield bytes.subarray(0, wanted);
      bytes = bytes.subarray(wanted);
    }
    pending = [bytes];
    pendingBytes = bytes.length;
  }
  if (pendingBytes > 0) throw damaged(path, 'it ends too early');
}

async function* contentOf(path: string): AsyncGenerator<Buffer> {
  await assertRegular(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const source = createReadStream(path);
  const content = path.endsWith('.gz') ? createGunzip() : new PassThrough();
  // It destroys both on a failure of either, which then comes out of the loop.
  const piped = pipeline(source, content).catch(() => undefined);
  try {
    for await (const chunk of content) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    source.destroy();
    await piped;
  }
}

/** @throws BackupUnusableError where it is no BSON. */
export function deserialized(path: string, bytes: Uint8Array): BSON.Document {
  try {
    return BSON.deserialize(bytes);
  } catch (error) {
    if (error instanceof BSON.BSONError) throw damaged(path, noDocument, error);
    throw error;
  }
}

/** A document of which each value has its BSON type still, so that it is written as it was read. */
export function exactDocument(bytes: Uint8Array): BSON.Document {
  // Nearly every number is of the type that the driver gives it by itself, and plain numbers are small.
  const plain = BSON.deserialize(bytes, { promoteLongs: false });
  const isSame = Buffer.compare(BSON.serialize(plain), bytes) === 0;
  return isSame ? plain : BSON.deserialize(bytes, { promoteValues: false, bsonRegExp: true });
}

/**
 * Reads a database into a backup: page by page, so that memory depends on one page (some megabytes, or
 * one document) and a connection that breaks costs one page. It writes nothing and knows no file.
 */
import { createHash } from 'node:crypto';
import type { Collection, Document } from 'mongodb';
import { BSON } from 'mongodb';
import type { Store } from '../../mongo/schema/collections.ts';
import { schemaVersion } from '../../mongo/schema/schema-version.ts';
import {
  countsFrame,
  digestAlgorithm,
  documentFrame,
  formatName,
  formatVersion,
} from './format.ts';
import { headLine } from './format.ts';
import { isBackedUp, readingOrder } from './selection.ts';

export interface DumpOptions {
  readonly hasTokens: boolean;
  readonly createdAt: Date;
  /** Told of each document. */
  readonly onDocument: (collection: string) => void;
}

/** The bytes of a backup, before compression. */
export async function* dump(store: Store, options: DumpOptions): AsyncGenerator<Uint8Array> {
  const digest = createHash(digestAlgorithm);
  for await (const piece of pieces(store, options)) {
    digest.update(piece);
    yield piece;
  }
  yield digest.digest();
}

async function* pieces(store: Store, options: DumpOptions): AsyncGenerator<Buffer> {
  const { hasTokens, createdAt, onDocument } = options;
  yield headLine({
    format: formatName,
    version: formatVersion,
    created_at: createdAt,
    database_version: schemaVersion,
    has_tokens: hasTokens,
  });
  const counts: Record<string, number> = {};
  for (const name of readingOrder(await collectionNames(store, hasTokens))) {
    counts[name] = 0;
    for await (const document of documentsOf(store, name)) {
      yield documentFrame(name, document);
      counts[name] += 1;
      onDocument(name);
    }
  }
  yield countsFrame(counts);
}

async function collectionNames({ db }: Store, hasTokens: boolean) {
  const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  return found.map(({ name }) => name).filter((name) => isBackedUp(name, hasTokens));
}

async function* documentsOf({ db }: Store, name: string): AsyncGenerator<Uint8Array> {
  const collection = db.collection(name);
  let start: PageStart = { documents: firstPage };
  for (;;) {
    const from = start;
    const page = await readPage(collection, from);
    yield* page;
    const newest = page.at(-1);
    if (newest === undefined) return;
    start = { last: idOf(newest), documents: nextPage(page) };
  }
}

interface PageStart {
  readonly last?: BSON.Document;
  readonly documents: number;
}

const firstPage = 20;
const maxPerPage = 1_000;
const pageBytes = 2_000_000;

/** How many documents of the size that these have. */
function nextPage(page: readonly Uint8Array[]): number {
  const bytes = page.reduce((sum, { length }) => sum + length, 0);
  return Math.min(maxPerPage, Math.ceil((pageBytes * page.length) / bytes));
}

/** The documents of the server's next answer, in the order of their ids. */
async function readPage(
  collection: Collection,
  { last, documents }: PageStart,
): Promise<readonly Uint8Array[]> {
  // A bound of the index and no filter: `$gt` finds only ids of the same type.
  const bound = last === undefined ? {} : { min: last };
  const options = { raw: true, hint: { _id: 1 }, batchSize: documents + 1, ...bound };
  const cursor = collection.find({}, options);
  try {
    const page: Uint8Array[] = [];
    do {
      const document = bytesOf(await cursor.next());
      if (document === undefined) break;
      // The bound is inclusive.
      if (page.length > 0 || last === undefined || !isSameId(document, last)) page.push(document);
    } while (page.length === 0 || cursor.bufferedCount() > 0);
    return page;
  } finally {
    await cursor.close();
  }
}

/** With `raw` the driver gives bytes, and says that they are a document. */
function bytesOf(document: Document | null): Uint8Array | undefined {
  if (document === null) return undefined;
  if (document instanceof Uint8Array) return document;
  throw new TypeError('The driver did not give the document as bytes.');
}

function idOf(document: Uint8Array): BSON.Document {
  return { _id: BSON.deserialize(document, { promoteValues: false })['_id'] as unknown };
}

function isSameId(document: Uint8Array, id: BSON.Document): boolean {
  return Buffer.compare(BSON.serialize(idOf(document)), BSON.serialize(id)) === 0;
}

/**
 * Reads a database into the files of a backup: page by page, so that memory depends on two pages (some
 * megabytes, or one document each) and a connection that breaks costs one page. It changes no document.
 */
import type { Collection, Document } from 'mongodb';
import { Binary, BSON } from 'mongodb';
import type { Store } from '../../mongo/schema/collections.ts';
import { ensureVersion } from '../../mongo/schema/schema-version.ts';
import type { FileEntry } from './format.ts';
import { manifestName, stemOf, writeManifest } from './format.ts';
import type { Counter } from '../shared/progress/count-progress.ts';
import { isBackedUp, readingOrder } from './rules.ts';
import type { WriteFile } from './write-directory.ts';

export interface DumpOptions {
  readonly hasTokens: boolean;
  readonly createdAt: Date;
  readonly progress: Counter;
}

export interface DumpSummary {
  readonly documents: number;
  /** How many collections have documents. */
  readonly collections: number;
  readonly bytes: number;
}

/** Writes two files for each collection, and the manifest. @throws DatabaseNewerError */
export async function dump(
  store: Store,
  write: WriteFile,
  { hasTokens, createdAt, progress }: DumpOptions,
): Promise<DumpSummary> {
  // So that there is a version to read.
  await ensureVersion(store, createdAt);
  const files: Record<string, FileEntry> = {};
  const summary = { documents: 0, collections: 0, bytes: 0 };
  const database = store.db.databaseName;
  for (const { name, metadata, estimate } of await collectionsOf(store, hasTokens)) {
    let documents = 0;
    progress.begin(name, estimate);
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const document of documentsOf(store, name)) {
        yield document;
        documents += 1;
        progress.advance();
      }
    };
    const path = `${database}/${stemOf(name)}`;
    const content = await write(`${path}.bson.gz`, counted());
    const described = await write(`${path}.metadata.json.gz`, [Buffer.from(metadata)]);
    files[`${path}.bson.gz`] = { sha256: content.sha256, documents };
    files[`${path}.metadata.json.gz`] = { sha256: described.sha256 };
    summary.documents += documents;
    summary.collections += Math.min(documents, 1);
    summary.bytes += content.bytes + described.bytes;
  }
  const manifest = writeManifest({ created_at: createdAt, database, files });
  await write(manifestName, [Buffer.from(manifest)]);
  return summary;
}

interface CollectionToDump {
  readonly name: string;
  /** JSON, as mongodump writes it. */
  readonly metadata: string;
  /** The estimated number of documents. */
  readonly estimate: number;
}

/** One entry of listCollections. */
interface CollectionFacts {
  readonly name: string;
  readonly options?: Document;
  readonly info?: Document;
}

/** Every value keeps its BSON type. */
const exact = { promoteValues: false };

async function collectionsOf(
  { db }: Store,
  hasTokens: boolean,
): Promise<readonly CollectionToDump[]> {
  const found = await db.listCollections({ type: 'collection' }, exact).toArray();
  const byName = new Map<string, CollectionFacts>(found.map((each) => [each.name, each]));
  const names = [...byName.keys()].filter((name) => isBackedUp(name, hasTokens));
  const described: CollectionToDump[] = [];
  for (const name of readingOrder(names)) {
    const collection = db.collection(name);
    const indexes = await collection.listIndexes(exact).toArray();
    const estimate = await collection.estimatedDocumentCount();
    const { options, info } = byName.get(name) ?? { name };
    const uuid = hexOf(info?.['uuid']);
    const metadata = { indexes, uuid, collectionName: name, type: 'collection', options };
    const text = BSON.EJSON.stringify(metadata, { relaxed: false });
    described.push({ name, estimate, metadata: text });
  }
  return described;
}

function hexOf(uuid: unknown): string {
  return uuid instanceof Binary ? Buffer.from(uuid.buffer).toString('hex') : '';
}

async function* documentsOf({ db, retry }: Store, name: string): AsyncGenerator<Uint8Array> {
  const collection = db.collection(name);
  const read = (start: PageStart) => retry(() => readPage(collection, start));
  let reading = read({ documents: firstPage });
  for (;;) {
    const page = await reading;
    const newest = page.at(-1);
    if (newest === undefined) return;
    // Read while this page is packed.
    reading = read({ last: idOf(newest), documents: nextPage(page) });
    // Whoever awaits it gets the failure; it may come before that.
    reading.catch(() => undefined);
    yield* page;
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

/** The documents of the server's next response, in the order of their ids. */
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
  return BSON.deserialize(idDocument(document), { promoteValues: false });
}

function isSameId(document: Uint8Array, id: BSON.Document): boolean {
  return Buffer.compare(idDocument(document), BSON.serialize(id)) === 0;
}

/** A document of the `_id` alone. Reading the whole document for it takes as long as packing that. */
function idDocument(document: Uint8Array): Uint8Array {
  for (const [, nameOffset, nameLength, offset, length] of BSON.onDemand.parseToElements(
    document,
  )) {
    const name = document.subarray(nameOffset, nameOffset + nameLength);
    if (Buffer.compare(name, idName) !== 0) continue;
    // The type's byte stands before the name.
    const element = document.subarray(nameOffset - 1, offset + length);
    const lengthOf = Buffer.alloc(4);
    lengthOf.writeInt32LE(lengthOf.length + element.length + 1);
    return Buffer.concat([lengthOf, element, Buffer.of(0)]);
  }
  throw new TypeError('A stored document has no _id.');
}

const idName = Buffer.from('_id');

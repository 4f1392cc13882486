/**
 * Writes a verified backup into a database, step by step, so that a restore that is killed leaves no
 * gap that is taken for complete. It makes no index: `prepareDatabase` has made them.
 */
import type { Document } from 'mongodb';
import { MongoBulkWriteError } from 'mongodb';
import { BackupUnusableError } from '../../errors.ts';
import { prepareDatabase } from '../../mongo/setup/ensure-indexes.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import {
  hasServerCode,
  isPassing,
  namespaceNotFound,
  unauthorized,
} from '../../mongo/base/failures.ts';
import { ensureVersion } from '../../mongo/schema/schema-version.ts';
import type { Contents } from './contents.ts';
import { documentsIn } from './contents.ts';
import type { Counts } from './format.ts';
import { documentOf } from './format.ts';
import { isKept, restoreSteps } from './selection.ts';

/** The collections with documents that a restore would put others in the place of. */
export async function collectionsInTheWay({ db }: Store): Promise<readonly string[]> {
  const full: string[] = [];
  for (const name of await replaceable({ db })) {
    const found = await db.collection(name).findOne({}, { projection: { _id: 1 } });
    if (found !== null) full.push(name);
  }
  return full.sort();
}

/** Empties what a restore replaces, the claims before what they claim, and makes the indexes anew. */
export async function emptyDatabase(store: Store): Promise<void> {
  const steps = restoreSteps(await replaceable(store)).toReversed();
  for (const name of steps.flat()) await drop(store, name);
  await prepareDatabase(store);
}

async function drop({ db }: Store, name: string): Promise<void> {
  try {
    await db.collection(name).drop();
  } catch (error) {
    if (!hasServerCode(error, namespaceNotFound)) throw error;
  }
}

async function replaceable({ db }: Pick<Store, 'db'>) {
  const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  return found.map(({ name }) => name).filter((name) => !isKept(name));
}

export interface RestoreOptions {
  readonly path: string;
  /** What the backup holds, as it was verified. */
  readonly contents: Contents;
  readonly now: Date;
  readonly signal: AbortSignal;
}

/**
 * Returns how many documents are new in the database, by collection.
 * @throws BackupUnusableError where MongoDB refuses a document.
 */
export async function restore(
  store: Store,
  { path, contents: { counts }, now, signal }: RestoreOptions,
): Promise<Counts> {
  await ensureVersion(store, now);
  const insert = createInsert(store);
  const written = new Map<string, number>(Object.keys(counts).map((name) => [name, 0]));
  const names = Object.keys(counts).filter((name) => (counts[name] ?? 0) > 0);
  for (const step of restoreSteps(names)) {
    for await (const batch of batchesIn(path, new Set(step))) {
      signal.throwIfAborted();
      const added = await insert(batch);
      written.set(batch.collection, (written.get(batch.collection) ?? 0) + added);
    }
  }
  return Object.fromEntries(written);
}

interface Batch {
  readonly collection: string;
  readonly documents: readonly Document[];
}

const maxBatchBytes = 2_000_000;
const maxPerBatch = 1_000;

async function* batchesIn(path: string, wanted: ReadonlySet<string>): AsyncGenerator<Batch> {
  let collection = '';
  let documents: Document[] = [];
  let bytes = 0;
  for await (const stored of documentsIn(path)) {
    if (!wanted.has(stored.collection)) continue;
    const isFull = bytes >= maxBatchBytes || documents.length >= maxPerBatch;
    if (documents.length > 0 && (isFull || stored.collection !== collection)) {
      yield { collection, documents };
      documents = [];
      bytes = 0;
    }
    collection = stored.collection;
    documents.push(documentOf(stored.document));
    bytes += stored.document.length;
  }
  if (documents.length > 0) yield { collection, documents };
}

const duplicateKey = 11000;

/** Returns how many were added. What is there stands: from a try before, or because it is never replaced. */
function createInsert(store: Store): (batch: Batch) => Promise<number> {
  // Documents that an older program wrote need not be as today's validators want them; to pass by those
  // takes a right that readWrite does not give, as it takes one to have them.
  let bypassDocumentValidation = true;
  const write = async ({ collection, documents }: Batch): Promise<number> => {
    const operations = documents.map((document) => ({ insertOne: { document } }));
    const options = {
      ordered: false,
      ...(bypassDocumentValidation && { bypassDocumentValidation }),
    };
    try {
      const { insertedCount } = await store.db
        .collection(collection)
        .bulkWrite(operations, options);
      return insertedCount;
    } catch (error) {
      const isForbidden = hasServerCode(error, unauthorized);
      if (!isForbidden || !bypassDocumentValidation) return addedThough(error, collection);
      bypassDocumentValidation = false;
      return write({ collection, documents });
    }
  };
  return (batch) => write(batch);
}

/** How many were added where all that was refused is there already. */
function addedThough(error: unknown, collection: string): number {
  if (!(error instanceof MongoBulkWriteError) || isPassing(error)) throw error;
  const rejections = [error.writeErrors].flat();
  if (rejections.length === 0) throw error;
  const rejected = rejections.find(({ code }) => code !== duplicateKey);
  if (rejected === undefined) return error.insertedCount;
  const reason = rejected.errmsg?.slice(0, 200) ?? 'no reason';
  throw new BackupUnusableError(`MongoDB refuses a document of ${collection} (${reason}).`, {
    cause: error,
  });
}

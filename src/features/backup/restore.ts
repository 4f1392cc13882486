/**
 * Writes a verified backup into a database, collection by collection, so that a restore that is killed
 * leaves no gap that is taken for complete. `prepareDatabase` makes indexes and validators, not the backup.
 */
import type { Document } from 'mongodb';
import { MongoBulkWriteError } from 'mongodb';
import { BackupUnusableError } from '../../errors.ts';
import type { Store } from '../../mongo/schema/collections.ts';
import {
  duplicateKey,
  hasServerCode,
  isPassing,
  namespaceNotFound,
  unauthorized,
} from '../../mongo/base/failures.ts';
import { prepareDatabase } from '../../mongo/setup/ensure-indexes.ts';
import { ensureVersion } from '../../mongo/schema/schema-version.ts';
import type { Counter } from '../shared/progress/count-progress.ts';
import type { Contents } from './read-directory.ts';
import { documentsIn, exactDocument } from './read-file.ts';
import { isReplaced, restoreOrder } from './rules.ts';

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
  for (const name of restoreOrder(await replaceable(store)).toReversed()) await drop(store, name);
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
  return found.map(({ name }) => name).filter(isReplaced);
}

export interface RestoreOptions {
  readonly now: Date;
  readonly signal: AbortSignal;
  readonly progress: Counter;
}

/** What became of the documents of one collection. */
export interface Restored {
  /** How many are new in the database. */
  readonly added: number;
  /** How many a unique index rejected, by its name; {@link idIndex} for those that are there already. */
  readonly rejected: ReadonlyMap<string, number>;
}

/** MongoDB's name of the index of the ids. */
export const idIndex = '_id_';

/**
 * Returns what became of the documents, by collection.
 * @throws BackupUnusableError if MongoDB rejects a document.
 */
export async function restore(
  store: Store,
  { files }: Contents,
  { now, signal, progress }: RestoreOptions,
): Promise<ReadonlyMap<string, Restored>> {
  await ensureVersion(store, now);
  const insert = createInsert(store);
  const restored = new Map<string, Restored>();
  for (const name of restoreOrder([...files.keys()])) {
    const { path = '', documents: total = 0 } = files.get(name) ?? {};
    progress.begin(name, total);
    let added = 0;
    const rejected = new Map<string, number>();
    for await (const documents of batchesOf(path)) {
      signal.throwIfAborted();
      const batch = await insert(name, documents);
      added += batch.added;
      for (const [index, count] of batch.rejected)
        rejected.set(index, (rejected.get(index) ?? 0) + count);
      progress.advance(documents.length);
    }
    restored.set(name, { added, rejected });
  }
  return restored;
}

type Batch = readonly Document[];

const maxBatchBytes = 2_000_000;
const maxInABatch = 1_000;

async function* batchesOf(path: string): AsyncGenerator<Batch> {
  let documents: Document[] = [];
  let bytes = 0;
  for await (const document of documentsIn(path)) {
    documents.push(exactDocument(document));
    bytes += document.length;
    if (bytes < maxBatchBytes && documents.length < maxInABatch) continue;
    yield documents;
    [documents, bytes] = [[], 0];
  }
  if (documents.length > 0) yield documents;
}

type Insert = (collection: string, documents: Batch) => Promise<Restored>;

/** What is there stands: because it is never replaced, or because the backup has it twice. */
function createInsert(store: Store): Insert {
  // Documents that an older program wrote need not be as today's validators want them; to pass by those
  // takes a right that readWrite does not give, as it takes one to have them.
  let bypassDocumentValidation = true;
  const write: Insert = async (collection, documents) => {
    const operations = documents.map((document) => ({ insertOne: { document } }));
    const options = {
      ordered: false,
      ...(bypassDocumentValidation && { bypassDocumentValidation }),
    };
    try {
      const { insertedCount } = await store.db
        .collection(collection)
        .bulkWrite(operations, options);
      return { added: insertedCount, rejected: new Map() };
    } catch (error) {
      const isForbidden = hasServerCode(error, unauthorized);
      if (!isForbidden || !bypassDocumentValidation) return restoredThough(error, collection);
      bypassDocumentValidation = false;
      return write(collection, documents);
    }
  };
  return (collection, documents) => write(collection, documents);
}

/** What became of the documents, if a unique index rejected every one that is not there now. */
function restoredThough(error: unknown, collection: string): Restored {
  if (!(error instanceof MongoBulkWriteError) || isPassing(error)) throw error;
  const rejections = [error.writeErrors].flat();
  if (rejections.length === 0) throw error;
  const unusable = rejections.find(({ code }) => code !== duplicateKey);
  if (unusable === undefined)
    return { added: error.insertedCount, rejected: countsByIndex(rejections) };
  const reason = unusable.errmsg?.slice(0, 200) ?? 'no reason';
  throw new BackupUnusableError(`MongoDB rejected a document of ${collection} (${reason}).`, {
    cause: error,
  });
}

function countsByIndex(
  rejections: readonly { readonly errmsg?: string | undefined }[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { errmsg = '' } of rejections) {
    const index = / index: (.+?) dup key: /.exec(errmsg)?.[1] ?? 'of an unknown name';
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return counts;
}

/**
 * Writes summaries into `activities`, so that one that BSON or MongoDB rejects fails none beside it. A
 * write under an older lease than the stored one fails, and one that is older than what is stored
 * changes nothing.
 */
import type { AnyBulkWriteOperation, Filter } from 'mongodb';
import { BSON, MongoBulkWriteError } from 'mongodb';
import type { ActivitySummary, UnusableRecord } from '../../domain/activity/activity.ts';
import { LeaseLostError } from '../../errors.ts';
import type { PageToStore } from '../../sync/ports/activities.ts';
import type { SummaryDocument, WriteContext } from './activity-document.ts';
import { documentOf, newDocument, summaryUpdate, withoutGeometry } from './activity-document.ts';
import { int64, isDeeperThan } from '../base/bson-value.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import { duplicateKey, isOfGeometry, isPassing } from '../base/failures.ts';
import { maxLevels } from '../base/bson-limits.ts';

const maxDocumentBytes = 16_000_000;
/**
 * A slow machine takes a good part of a second to index a long track, and no write may reach the deadline
 * for MongoDB.
 */
const writesAtOnce = 25;

interface Rejection {
  readonly index: number;
  readonly code: number;
  readonly message: string;
}

/** A page, and whether what expired stays away. */
export type PageWrite = PageToStore & Pick<WriteContext, 'expiry'>;

export interface SummaryWrite {
  readonly summary: ActivitySummary;
  readonly document: SummaryDocument;
  /** Whether an activity of its id was there before. */
  readonly isStored: boolean;
}

/** One record that is nested too deeply would fail the whole write command. */
export function isFlatEnough({ record }: ActivitySummary, unwritable: UnusableRecord[]): boolean {
  if (!isDeeperThan(record, maxLevels)) return true;
  unwritable.push({ record, reason: 'it is nested more deeply than MongoDB stores' });
  return false;
}

/** A record that BSON cannot hold (a key with a NUL, more than 16 MB) is found before it can fail a whole page. */
export function prepareWrite(
  summary: ActivitySummary,
  isStored: boolean,
  unwritable: UnusableRecord[],
): readonly SummaryWrite[] {
  try {
    const document = documentOf(summary);
    // Inside another, as it will be sent: only there the driver checks for its own keys (_bsontype).
    if (BSON.serialize(document).length <= maxDocumentBytes)
      return [{ summary, document, isStored }];
    unwritable.push({ record: summary.record, reason: 'it is larger than MongoDB stores' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    unwritable.push({ record: summary.record, reason: `it cannot be written as BSON (${reason})` });
  }
  return [];
}

/** What became of a page's writes. */
export interface Written {
  /** Those that MongoDB rejects one by one, each with its reason. */
  readonly rejected: readonly { readonly id: number; readonly unusable: UnusableRecord }[];
  /** Whether each was written with all that it has. */
  readonly isWhole: boolean;
}

/**
 * Writes summaries. One whose geometry is rejected is written without it.
 * @throws LeaseLostError where one was written under a newer lease.
 */
export async function writeSummaries(
  store: Store,
  writes: readonly SummaryWrite[],
  page: PageWrite,
): Promise<Written> {
  const rejections = await bulkWrite(store, writes, page);
  const withGeometry = rejections.filter(({ code }) => isOfGeometry(code));
  const plain = withGeometry.flatMap(({ index }) => {
    const write = writes[index];
    return write ? [{ ...write, document: withoutGeometry(write.document) }] : [];
  });
  const stillRejected = await bulkWrite(store, plain, page);
  const toUnusable = (from: readonly SummaryWrite[]) => (rejection: Rejection) => {
    const summary = from[rejection.index]?.summary;
    if (summary === undefined) return [];
    const reason = `MongoDB rejects it (${rejection.message})`;
    return [{ id: summary.id, unusable: { record: summary.record, reason } }];
  };
  const rejected = [
    ...rejections.filter(({ code }) => !isOfGeometry(code)).flatMap(toUnusable(writes)),
    ...stillRejected.flatMap(toUnusable(plain)),
  ];
  return { rejected, isWhole: rejections.length === 0 };
}

async function bulkWrite(
  store: Store,
  writes: readonly SummaryWrite[],
  page: PageWrite,
): Promise<readonly Rejection[]> {
  const rejections: Rejection[] = [];
  for (let from = 0; from < writes.length; from += writesAtOnce) {
    const batch = writes.slice(from, from + writesAtOnce);
    const rejected = await writeBatch(store, batch, page);
    rejections.push(
      ...rejected.map((rejection) => ({ ...rejection, index: from + rejection.index })),
    );
  }
  return rejections;
}

async function writeBatch(
  { activities }: Store,
  writes: readonly SummaryWrite[],
  page: PageWrite,
): Promise<readonly Rejection[]> {
  // An insert costs MongoDB less than an upsert. Two of what is not there yet collide (one that was given up
  // on may still run); at the next attempt it is there.
  const insertNew = (one: SummaryWrite) => (one.isStored ? upsertOf : insertOf)(one, page);
  const upsert = (one: SummaryWrite) => upsertOf(one, page);
  for (const operationOf of [insertNew, upsert, upsert]) {
    const operations = writes.map(operationOf);
    const write = (): Promise<unknown> => activities.bulkWrite(operations, { ordered: false });
    const rejections = await rejectionsOf(write);
    if (!rejections.some(isDuplicate)) return rejections;
  }
  throw new LeaseLostError('Another process wrote the activity under a newer lease.');
}

function insertOf(
  { summary, document }: SummaryWrite,
  page: PageWrite,
): AnyBulkWriteOperation<ActivityDocument> {
  return { insertOne: { document: newDocument(summary, document, page) } };
}

function upsertOf(
  { summary, document }: SummaryWrite,
  page: PageWrite,
): AnyBulkWriteOperation<ActivityDocument> {
  return {
    updateOne: {
      filter: { _id: int64(summary.id), $or: notNewerThan(page.epoch) },
      update: summaryUpdate(summary, document, page),
      upsert: true,
    },
  };
}

/** One without an epoch is not ours: another program or a hand put it there, and the summary makes it ours. */
function notNewerThan(epoch: number): Filter<ActivityDocument>[] {
  return [{ 'sync.epoch': { $lte: epoch } }, { 'sync.epoch': { $not: { $type: 'number' } } }];
}

/** By the id; a unique index of the user's own rejects the record instead. */
function isDuplicate({ code, message }: Rejection): boolean {
  return code === duplicateKey && message.includes('index: _id_ ');
}

/** What was rejected record by record; anything that concerns the whole write is thrown on. */
async function rejectionsOf(write: () => Promise<unknown>): Promise<readonly Rejection[]> {
  try {
    await write();
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || isPassing(error)) throw error;
    const rejections = [error.writeErrors].flat().map(({ index, code, errmsg }) => ({
      index,
      code,
      message: errmsg?.slice(0, 200) ?? 'no reason',
    }));
    if (rejections.length === 0) throw error;
    return rejections;
  }
}

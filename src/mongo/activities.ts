/**
 * Writes pages of the list into `activities`, and what cannot be stored into `parked`. A write under
 * an older lease than the stored one fails.
 */
import type { AnyBulkWriteOperation } from 'mongodb';
import { BSON, MongoBulkWriteError } from 'mongodb';
import type { ActivitySummary, UnusableRecord } from '../domain/activity.ts';
import { fingerprintOf } from '../domain/activity.ts';
import type { JsonValue } from '../domain/json.ts';
import { canonicalJson, isJsonObject } from '../domain/json.ts';
import { LeaseLostError } from '../errors.ts';
import type { PageResult, PageToStore } from '../sync/ports.ts';
import type { SummaryDocument } from './activity-document.ts';
import { documentOf, summaryUpdate, withoutGeometry } from './activity-document.ts';
import { int64, isDeeperThan, toNumber } from './bson-value.ts';
import type { ActivityDocument, Collections } from './collections.ts';
import type { Mongo } from './connection.ts';
import { recordChanges } from './changes.ts';
import { geometryRefused, isPassing } from './failures.ts';
import type { Expiry } from './tombstones.ts';
import { stillBuried } from './tombstones.ts';

const duplicateKey = 11000;
const mostDocumentBytes = 16_000_000;
/** https://www.mongodb.com/docs/manual/reference/limits/: "no more than 100 levels of nesting". */
const mostLevels = 100;
const keptRecordLength = 100_000;

interface Refusal {
  readonly index: number;
  readonly code: number;
  readonly message: string;
}

interface Write {
  readonly summary: ActivitySummary;
  readonly document: SummaryDocument;
}

/** What is asked of a stored activity when a page brings it again. */
interface Stored {
  readonly fingerprint: string;
  readonly fetchedAt: Date;
  readonly isMissing: boolean;
}

/** The ids among these that are stored, each with its fingerprint. */
export async function storedActivities(
  { attempt }: Mongo,
  { activities }: Collections,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Stored>> {
  const projection = { 'sync.fingerprint': 1, 'sync.fetched_at': 1, 'sync.missing.since': 1 };
  const found = await attempt(() =>
    activities.find({ _id: { $in: ids.map(int64) } }, { projection }).toArray(),
  );
  return new Map(
    found.map(({ _id, sync: { fingerprint, fetched_at, missing } }) => [
      toNumber(_id),
      { fingerprint, fetchedAt: fetched_at, isMissing: missing !== undefined },
    ]),
  );
}

/**
 * Stores a page: what is new or changed is written, what is known is not, and what was removed after
 * the page was asked for doesn't come back.
 */
export async function storePage(
  mongo: Mongo,
  collections: Collections,
  page: PageToStore,
  expiry: Expiry,
): Promise<PageResult> {
  const unwritable: UnusableRecord[] = [];
  const flat = page.summaries.filter((summary) => isFlatEnough(summary, unwritable));
  const listed = new Map(flat.map((summary) => [summary.id, summary]));
  const buried = await stillBuried(mongo, [...listed.keys()], page.fetchedAt, expiry);
  const newest = new Map([...listed].filter(([id]) => !buried.has(id)));
  const stored = await storedActivities(mongo, collections, [...newest.keys()]);
  // The list and single activities are asked for side by side: an older copy may land last.
  const isOlder = (known: Stored | undefined): boolean =>
    known !== undefined && known.fetchedAt > page.fetchedAt;
  const differing = [...newest.values()].filter(({ id, record }) => {
    const known = stored.get(id);
    return !isOlder(known) && known?.fingerprint !== fingerprintOf(record);
  });
  await recordChanges(mongo, collections, differing, page);
  const writes = differing.flatMap((summary) => prepareWrite(summary, unwritable));
  const refused = await writeAll(mongo, collections, writes, page);
  const parked = [...page.unusable, ...unwritable, ...refused.map(({ unusable }) => unusable)];
  await park(mongo, collections, parked, page);
  const lost = new Set([...refused.map(({ id }) => id), ...unwritable.map(idOf)]);
  const written = differing.filter(({ id }) => !lost.has(id));
  const stands = [...newest.keys()].filter((id) => !lost.has(id));
  await unpark(mongo, collections, stands, page);
  await markSeen(mongo, collections, { ids: stands, stored, page });
  const added = written.filter(({ id }) => !stored.has(id));
  return {
    added: added.length,
    changed: written.length - added.length,
    unchanged: newest.size - differing.length + buried.size,
    withoutStreams: added.filter(({ isManual }) => isManual).length,
    parked: parked.length,
  };
}

/** Marks what a page shows: seen by its reconcile, and not missing any more. */
async function markSeen(
  { attempt }: Mongo,
  { activities }: Collections,
  {
    ids,
    stored,
    page,
  }: { ids: readonly number[]; stored: ReadonlyMap<number, Stored>; page: PageToStore },
): Promise<void> {
  const found = ids.filter((id) => stored.get(id)?.isMissing === true);
  if (found.length > 0) {
    const filter = { _id: { $in: found.map(int64) } };
    await attempt(() => activities.updateMany(filter, { $unset: { 'sync.missing': '' } }));
  }
  const { listedAt } = page;
  if (listedAt === undefined) return;
  await attempt(() =>
    activities.updateMany(
      { _id: { $in: ids.map(int64) } },
      { $set: { 'sync.listed_at': listedAt } },
    ),
  );
}

/** One record of too many levels would fail the whole write command, and would end the recursion of others. */
function isFlatEnough({ record }: ActivitySummary, unwritable: UnusableRecord[]): boolean {
  if (!isDeeperThan(record, mostLevels)) return true;
  unwritable.push({ record, reason: 'it is nested more deeply than MongoDB stores' });
  return false;
}

/** A record that BSON cannot hold (a key with a NUL, more than 16 MB) is found before it can fail a whole page. */
function prepareWrite(summary: ActivitySummary, unwritable: UnusableRecord[]): readonly Write[] {
  try {
    const document = documentOf(summary);
    // Inside another, as it will be sent: only there the driver looks for its own keys (_bsontype).
    if (BSON.serialize(document).length <= mostDocumentBytes) return [{ summary, document }];
    unwritable.push({ record: summary.record, reason: 'it is larger than MongoDB stores' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    unwritable.push({ record: summary.record, reason: `it cannot be written as BSON (${reason})` });
  }
  return [];
}

async function writeAll(
  mongo: Mongo,
  collections: Collections,
  writes: readonly Write[],
  page: PageToStore,
): Promise<readonly { id: number; unusable: UnusableRecord }[]> {
  const refusals = await bulkWrite(mongo, collections, writes, page);
  const withGeometry = refusals.filter(({ code }) => code === geometryRefused);
  const plain = withGeometry.flatMap(({ index }) => {
    const write = writes[index];
    return write ? [{ ...write, document: withoutGeometry(write.document) }] : [];
  });
  const stillRefused = await bulkWrite(mongo, collections, plain, page);
  const toUnusable = (from: readonly Write[]) => (refusal: Refusal) => {
    const summary = from[refusal.index]?.summary;
    if (summary === undefined) return [];
    const reason = `MongoDB refuses it (${refusal.message})`;
    return [{ id: summary.id, unusable: { record: summary.record, reason } }];
  };
  return [
    ...refusals.filter(({ code }) => code !== geometryRefused).flatMap(toUnusable(writes)),
    ...stillRefused.flatMap(toUnusable(plain)),
  ];
}

async function bulkWrite(
  { attempt }: Mongo,
  { activities }: Collections,
  writes: readonly Write[],
  page: PageToStore,
): Promise<readonly Refusal[]> {
  if (writes.length === 0) return [];
  const operations = writes.map(
    ({ summary, document }): AnyBulkWriteOperation<ActivityDocument> => ({
      updateOne: {
        filter: { _id: int64(summary.id), 'sync.epoch': { $lte: page.epoch } },
        update: summaryUpdate(summary, document, page),
        upsert: true,
      },
    }),
  );
  return attempt(async () => {
    try {
      await activities.bulkWrite(operations, { ordered: false });
      return [];
    } catch (error) {
      return refusalsOf(error);
    }
  });
}

/** What was refused record by record; anything that concerns the whole write is thrown on. */
function refusalsOf(error: unknown): readonly Refusal[] {
  if (!(error instanceof MongoBulkWriteError) || isPassing(error)) throw error;
  const refusals = [error.writeErrors].flat().map(({ index, code, errmsg }) => ({
    index,
    code,
    message: errmsg?.slice(0, 200) ?? 'no reason',
  }));
  if (refusals.length === 0) throw error;
  if (refusals.some(({ code }) => code === duplicateKey)) {
    throw new LeaseLostError('Another process wrote the activity under a newer lease.', {
      cause: error,
    });
  }
  return refusals;
}

function idOf({ record }: UnusableRecord): unknown {
  return isJsonObject(record) ? record['id'] : undefined;
}

function parkedId(athleteId: number, unusable: UnusableRecord): string {
  const id = idOf(unusable);
  return `${athleteId}:${typeof id === 'number' ? id : fingerprintOf(shown(unusable.record))}`;
}

function shown(record: JsonValue): JsonValue {
  return isDeeperThan(record, mostLevels) ? 'nested too deeply to be kept' : record;
}

async function park(
  { attempt }: Mongo,
  { parked }: Collections,
  unusable: readonly UnusableRecord[],
  { athleteId, fetchedAt }: PageToStore,
): Promise<void> {
  for (const one of unusable) {
    const text = canonicalJson(shown(one.record)).slice(0, keptRecordLength);
    await attempt(() =>
      parked.updateOne(
        { _id: parkedId(athleteId, one) },
        {
          $set: {
            athlete_id: int64(athleteId),
            reason: one.reason,
            record: text,
            last_seen_at: fetchedAt,
          },
          $inc: { tries: 1 },
          $setOnInsert: { first_seen_at: fetchedAt },
        },
        { upsert: true },
      ),
    );
  }
}

async function unpark(
  { attempt }: Mongo,
  { parked }: Collections,
  ids: readonly number[],
  { athleteId }: PageToStore,
): Promise<void> {
  if (ids.length === 0) return;
  await attempt(() => parked.deleteMany({ _id: { $in: ids.map((id) => `${athleteId}:${id}`) } }));
}

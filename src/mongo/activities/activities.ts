/**
 * Stores pages of the list, and single activities: what is new or changed is written, the rest is
 * marked as seen.
 */
import type { ObjectId } from 'mongodb';
import type { UnusableRecord } from '../../domain/activity/activity.ts';
import { fingerprintOf } from '../../domain/activity/activity.ts';
import type { PageResult, PageToStore } from '../../sync/ports/activities.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import { recordChanges } from '../history/changes.ts';
import { travelledOf, writeOnRoutes } from '../routes/refresh-routes.ts';
import type { Store } from '../schema/collections.ts';
import { expiredReason } from '../schema/fetch-state-queries.ts';
import { idOf, park, unpark } from './parked-records.ts';
import { onRoute } from './activity-document.ts';
import type { PageWrite, SummaryWrite, Written } from './summary-writes.ts';
import { isFlatEnough, prepareWrite, writeSummaries } from './summary-writes.ts';
import type { Expiry } from '../history/tombstones.ts';
import { stillDeletedIds } from '../history/tombstones.ts';

/** What is read of a stored activity when a page brings it again. */
interface Stored {
  readonly fingerprint: string;
  readonly fetchedAt: Date;
  readonly isMissing: boolean;
  /** Whether its streams or details went by a retention, and its summary did not. */
  readonly hasExpired: boolean;
  readonly route: ObjectId | undefined;
}

/** The ids among these that are stored, each with its fingerprint. */
export async function storedActivities(
  { activities }: Store,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Stored>> {
  // All of our own: one that is not as it has to be counts as unknown, and the page puts it right.
  const projection = { start_date: 1, sync: 1, 'derived.route': 1 };
  const found = await activities.find({ _id: { $in: ids.map(int64) } }, { projection }).toArray();
  return new Map(
    found.map(({ _id, derived, sync: { fingerprint, fetched_at, missing, streams, details } }) => [
      toNumber(_id),
      {
        fingerprint,
        fetchedAt: fetched_at,
        isMissing: missing !== undefined,
        route: derived?.route,
        hasExpired: [streams, details].some((state) => state?.reason === expiredReason),
      },
    ]),
  );
}

/** Which of these ids are not stored yet. */
export async function unknownIds(
  store: Store,
  ids: readonly number[],
): Promise<ReadonlySet<number>> {
  const stored = await storedActivities(store, ids);
  return new Set(ids.filter((id) => !stored.has(id)));
}

/**
 * Stores a page: what is new or changed is written, what is known is not, and what was removed after
 * the page was requested does not come back.
 */
export async function storePage(
  store: Store,
  page: PageToStore,
  expiry: Expiry,
): Promise<PageResult> {
  const unwritable: UnusableRecord[] = [];
  const flat = page.summaries.filter((summary) => isFlatEnough(summary, unwritable));
  const listed = new Map(flat.map((summary) => [summary.id, summary]));
  // In this order, because a deletion beside this raises the tombstone first: what is not stored any more has one by now.
  const stored = await storedActivities(store, [...listed.keys()]);
  const deleted = await stillDeletedIds(store, [...listed.keys()], page.fetchedAt, expiry);
  const newest = new Map([...listed].filter(([id]) => !deleted.has(id)));
  // The list and single activities are fetched concurrently: an older copy may land last.
  const isOlder = (known: Stored | undefined): boolean =>
    known !== undefined && known.fetchedAt > page.fetchedAt;
  const differing = [...newest.values()].filter(({ id, record }) => {
    const known = stored.get(id);
    const isDue = expiry === 'lifted' && known?.hasExpired === true;
    return !isOlder(known) && (isDue || known?.fingerprint !== fingerprintOf(record));
  });
  await recordChanges(store, differing, page);
  const writes = differing.flatMap((summary) =>
    prepareWrite(summary, stored.has(summary.id), unwritable),
  );
  const { rejected, overtaken } = await writeRouted(store, { writes, stored }, { ...page, expiry });
  const unusable = [...page.unusable, ...unwritable, ...rejected.map(({ unusable }) => unusable)];
  const parked = await park(store, unusable, page);
  const lost = new Set([...rejected.map(({ id }) => id), ...unwritable.map(idOf)]);
  const written = differing.filter(({ id }) => !lost.has(id) && !overtaken.has(id));
  const stands = [...newest.keys()].filter((id) => !lost.has(id));
  await unpark(store, stands, page);
  await markSeen(store, { ids: stands, stored, page });
  const added = written.filter(({ id }) => !stored.has(id));
  return {
    added: added.length,
    changed: written.length - added.length,
    unchanged: newest.size - differing.length + overtaken.size + deleted.size,
    withoutStreams: added.filter(({ isManual }) => isManual).length,
    parked,
  };
}

interface PageWrites {
  readonly writes: readonly SummaryWrite[];
  readonly stored: ReadonlyMap<number, Stored>;
}

/** Writes summaries together with the routes that their tracks follow. */
function writeRouted(
  store: Store,
  { writes, stored }: PageWrites,
  page: PageWrite,
): Promise<Pick<Written, 'rejected'> & { readonly overtaken: ReadonlySet<number> }> {
  const travelled = writes.map(({ summary: { id }, document: { document } }) =>
    travelledOf({ ...document, derived: stored.get(id) }),
  );
  return writeOnRoutes(store, page, travelled, async (routes) => {
    const routed = writes.map((write) => {
      return { ...write, document: onRoute(write.document, routes.get(write.summary.id)) };
    });
    const { rejected, isWhole } = await writeSummaries(store, routed, page);
    const lost = new Set(rejected.map(({ id }) => id));
    const sent = writes.map(({ summary }) => summary.id).filter((id) => !lost.has(id));
    const overtaken = await overtakenIds(store, sent, page);
    return { rejected, overtaken, isWhole: isWhole && overtaken.size === 0 };
  });
}

/** The activities that a later request wrote between our read and our write. */
async function overtakenIds(
  { activities }: Store,
  ids: readonly number[],
  { fetchedAt }: PageToStore,
): Promise<ReadonlySet<number>> {
  if (ids.length === 0) return new Set();
  const newer = { _id: { $in: ids.map(int64) }, 'sync.fetched_at': { $gt: fetchedAt } };
  const found = await activities.find(newer, { projection: { _id: 1 } }).toArray();
  return new Set(found.map(({ _id }) => toNumber(_id)));
}

/** Marks the activities of a page as seen by the reconcile and as no longer missing. */
async function markSeen(
  { activities }: Store,
  {
    ids,
    stored,
    page,
  }: { ids: readonly number[]; stored: ReadonlyMap<number, Stored>; page: PageToStore },
): Promise<void> {
  const found = ids.filter((id) => stored.get(id)?.isMissing === true);
  if (found.length > 0) {
    const filter = { _id: { $in: found.map(int64) } };
    await activities.updateMany(filter, { $unset: { 'sync.missing': '' } });
  }
  const { listedAt } = page;
  if (listedAt === undefined) return;
  await activities.updateMany(
    { _id: { $in: ids.map(int64) } },
    { $set: { 'sync.listed_at': listedAt } },
  );
}

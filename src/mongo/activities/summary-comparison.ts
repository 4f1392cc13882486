/**
 * Compares what Strava's list shows with the stored documents, field by field, so that a change by hand
 * is found as well as one at Strava. It writes nothing.
 */
import type { Document } from 'mongodb';
import type { ActivitySummary } from '../../domain/activity/activity.ts';
import { fingerprintOf, recordingHashOf } from '../../domain/activity/activity.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { PageDifferences, ShownPage } from '../../sync/verify/ports.ts';
import { geometryOf } from './activity-document.ts';
import { int64, jsonFromBson, toBson, toNumber } from '../base/bson-value.ts';
import { ownActivityKeys } from '../schema/definitions/activities.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';
import { storedSummaries } from '../history/stored-summary.ts';
import type { Expiry } from '../history/tombstones.ts';
import { tombstonesOf } from '../history/tombstones.ts';

/** The activities of a page that are missing or stored with other values. */
export async function comparePage(
  store: Store,
  { athleteId, summaries, requestedAt }: ShownPage,
  expiry: Expiry,
): Promise<PageDifferences> {
  const newest = new Map(summaries.map((summary) => [summary.id, summary]));
  const ids = [...newest.keys()];
  const geometry = ['track', 'start_point'];
  const stored: readonly Document[] = await storedSummaries(store, ids, geometry);
  const byId = new Map(stored.map((document) => [toNumber(document['_id'] as never), document]));
  const unknown = ids.filter((id) => !byId.has(id));
  const stale = [...newest.values()].filter((summary) => {
    const document = byId.get(summary.id);
    if (document === undefined || (expiry === 'final' && isOfExport(document))) return false;
    return !isSame(document, summary, athleteId);
  });
  return {
    missing: await withoutDeleted(store, unknown, requestedAt, expiry),
    stale: stale.map(({ id }) => id),
    requestedAt,
  };
}

/** With a retention the summary is the export's on purpose, until a page brings the API's. */
function isOfExport(document: Document): boolean {
  return (document['sync'] as Partial<ActivityDocument['sync']> | undefined)?.source === 'export';
}

/** The activities of an earlier comparison that still differ. A write after the page was requested counts as current. */
export async function stillDiffering(
  store: Store,
  { missing, stale, requestedAt }: PageDifferences,
  expiry: Expiry,
): Promise<PageDifferences> {
  const ids = [...missing, ...stale];
  if (ids.length === 0) return { missing, stale, requestedAt };
  // Not decoded: what was changed by hand is what verify looks for.
  const found = await store.db
    .collection<ActivityDocument>('activities')
    .find({ _id: { $in: ids.map(int64) } }, { projection: { 'sync.fetched_at': 1 } })
    .toArray();
  const stored = new Map(found.map((document) => [toNumber(document._id), document]));
  const isUnwritten = (id: number): boolean => {
    const sync: Partial<ActivityDocument['sync']> | undefined = stored.get(id)?.sync;
    return stored.has(id) && !((sync?.fetched_at ?? new Date(0)) > requestedAt);
  };
  const unknown = missing.filter((id) => !stored.has(id));
  return {
    missing: await withoutDeleted(store, unknown, requestedAt, expiry),
    stale: stale.filter(isUnwritten),
    requestedAt,
  };
}

/** Expired activities are absent on purpose; those removed after the page was requested are gone. */
async function withoutDeleted(
  store: Store,
  ids: readonly number[],
  requestedAt: Date,
  expiry: Expiry,
): Promise<readonly number[]> {
  const deleted = await tombstonesOf(store, ids);
  return ids.filter((id) => {
    const tombstone = deleted.get(id);
    if (tombstone === undefined) return true;
    return tombstone.why === 'expired' ? expiry === 'lifted' : tombstone.at < requestedAt;
  });
}

function isSame(document: Document, summary: ActivitySummary, athleteId: number): boolean {
  const sync = document['sync'] as Partial<ActivityDocument['sync']> | undefined;
  return (
    sync?.fingerprint === fingerprintOf(summary.record) &&
    sync.recording_hash === recordingHashOf(summary.record) &&
    Number(sync.athlete_id) === athleteId &&
    canonicalJson(fieldsOf(document, sync)) === canonicalJson(expectedFields(summary)) &&
    isSameGeometry(document, summary, sync)
  );
}

/** The stored values of the keys that the summary has. */
function fieldsOf(
  document: Document,
  { summary_keys }: Partial<ActivityDocument['sync']>,
): JsonObject {
  const keys = Array.isArray(summary_keys) ? (summary_keys as readonly string[]) : [];
  const kept = keys.filter((key) => !ownActivityKeys.has(key) && key in document);
  return Object.fromEntries(kept.map((key) => [key, stored(document[key])]));
}

/** A date differs from a string with the same characters. */
function stored(value: unknown): JsonValue {
  return value instanceof Date ? { $date: value.getTime() } : jsonFromBson(value);
}

/** As they come back from the database: an integer beyond 64 bits is a double there. */
function expectedFields({ record, startAt }: ActivitySummary): JsonObject {
  const fields = Object.entries(record)
    .filter(([key]) => !ownActivityKeys.has(key))
    .map(([key, value]): [string, JsonValue] => [key, jsonFromBson(toBson(value))]);
  return { ...Object.fromEntries(fields), start_date: stored(startAt) };
}

/**
 * A track that was made from the streams is not the record's, and one that MongoDB did not take is
 * rightly absent.
 */
function isSameGeometry(
  document: Document,
  { record }: ActivitySummary,
  { track_source, track_left_out }: Partial<ActivityDocument['sync']>,
): boolean {
  const { track, startPoint } = geometryOf(record);
  const isRejected = track_left_out === 'rejected by MongoDB';
  const isAsExpected = (value: unknown, expected: unknown): boolean =>
    (value === undefined && isRejected) ||
    canonicalJson(jsonFromBson(value)) === canonicalJson(jsonFromBson(expected));
  return (
    (track_source === 'streams' || isAsExpected(document['track'], track)) &&
    isAsExpected(document['start_point'], startPoint)
  );
}

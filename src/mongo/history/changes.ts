/**
 * The `changes` collection: what changed at Strava, from what to what, and when it was seen; pruned by
 * age.
 */
import type { Document } from 'mongodb';
import type { ActivitySummary, FieldChange } from '../../domain/activity/activity.ts';
import { changesBetween } from '../../domain/activity/activity.ts';
import type { PageToStore } from '../../sync/ports/activities.ts';
import { int64, toBson, toNumber } from '../base/bson-value.ts';
import { deletePresent } from '../base/delete-present.ts';
import type { ActivityDocument, ChangeDocument, Store } from '../schema/collections.ts';
import { activities } from '../schema/definitions/activities.ts';
import { decodeAll } from '../schema/checked-collection.ts';
import { asStored, storedSummaries, summaryOf } from './stored-summary.ts';

/** Records what differs from what is stored; called before the new summaries are written. */
export async function recordChanges(
  store: Store,
  summaries: readonly ActivitySummary[],
  { athleteId, fetchedAt }: PageToStore,
): Promise<void> {
  if (summaries.length === 0) return;
  const byId = new Map(summaries.map((summary) => [summary.id, summary]));
  const found = await storedSummaries(store, [...byId.keys()]);
  const { warn } = store;
  const stored = decodeAll(activities, found, { warn });
  for (const document of stored) {
    const summary = byId.get(toNumber(document._id));
    // Between an export and the first summary nothing that differs was changed at Strava.
    if (document.sync.source === 'export' || document.sync.fetched_at > fetchedAt) continue;
    const fields = summary ? changesBetween(summaryOf(document), asStored(summary)) : [];
    if (fields.length === 0) continue;
    const { _id, ...change } = changeOf(document, athleteId, fetchedAt, fields);
    await store.changes.updateOne({ _id }, { $setOnInsert: change }, { upsert: true });
  }
}

/** Records that an activity is gone; called before it is removed. */
export async function recordDeletion(
  store: Store,
  { athleteId, activityId, at }: { athleteId: number; activityId: number; at: Date },
): Promise<void> {
  const filter = { _id: int64(activityId), 'sync.athlete_id': int64(athleteId) };
  const projection = { name: 1, start_date: 1, 'sync.fetched_at': 1 };
  const document = await store.activities.findOne(filter, { projection });
  if (document === null) return;
  const { _id, ...change } = changeOf(document, athleteId, at, undefined);
  await store.changes.updateOne({ _id }, { $setOnInsert: change }, { upsert: true });
}

/** Removes what was seen before an instant. */
export async function pruneChanges({ changes }: Store, before: Date): Promise<void> {
  await deletePresent(changes, { seen_at: { $lt: before } });
}

function changeOf(
  document: ActivityDocument & Document,
  athleteId: number,
  seenAt: Date,
  fields: readonly FieldChange[] | undefined,
): ChangeDocument {
  const id = toNumber(document._id);
  const kind = fields === undefined ? 'deleted' : 'changed';
  return {
    _id: `${id}:${kind}:${document.sync.fetched_at.getTime()}`,
    activity_id: int64(id),
    athlete_id: int64(athleteId),
    kind,
    seen_at: seenAt,
    name: document['name'],
    start_date: document.start_date,
    fields: (fields ?? []).map(({ field, from, to }) => ({
      field,
      ...(from !== undefined && { from: toBson(from) }),
      ...(to !== undefined && { to: toBson(to) }),
    })),
  };
}

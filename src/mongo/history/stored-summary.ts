/**
 * What of a stored activity the list gave, as it stands there. What was put beside it (laps, efforts,
 * what is derived) can be a hundred times as much, and is left in the database.
 */
import type { Document } from 'mongodb';
import type { ActivitySummary } from '../../domain/activity/activity.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { int64, jsonFromBson } from '../base/bson-value.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';

/**
 * The activities among these that are stored: the keys that the list brought, `sync`, and these keys of
 * ours. By names that stand in the document itself, because nobody knows what Strava's list will bring.
 */
export async function storedSummaries(
  { activities }: Store,
  ids: readonly number[],
  ownKeys: readonly string[] = [],
): Promise<readonly (ActivityDocument & Document)[]> {
  const brought = { $cond: [{ $isArray: '$sync.summary_keys' }, '$sync.summary_keys', []] };
  const kept = { $concatArrays: [['_id', 'start_date', 'sync', ...ownKeys], brought] };
  const cond = { $in: ['$$this.k', kept] };
  const entries = { $filter: { input: { $objectToArray: '$$ROOT' }, cond } };
  const stages = [
    { $match: { _id: { $in: ids.map(int64) } } },
    { $replaceWith: { $arrayToObject: entries } },
  ];
  return activities.aggregate<ActivityDocument & Document>(stages).toArray();
}

/** The summary as it stands in the database, its start as a text again. */
export function summaryOf(document: ActivityDocument & Document): JsonObject {
  const keys = document.sync.summary_keys.filter((key) => key !== 'start_date');
  const fields = keys.map((key): [string, JsonValue] => [key, jsonFromBson(document[key])]);
  return { ...Object.fromEntries(fields), start_date: document.start_date.toISOString() };
}

/** A summary as `summaryOf` would give it once it is stored. */
export function asStored({ record, startAt }: ActivitySummary): JsonObject {
  return { ...record, start_date: startAt.toISOString() };
}

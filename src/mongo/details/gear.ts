/**
 * The `gear` collection: bikes and shoes with their mileage, from the athlete's profile, from requests
 * of their own, and those that only old activities name. It never removes any.
 */
import type { Document } from 'mongodb';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { GearTask } from '../../domain/sync/fetch-task.ts';
import { refreshAt } from '../../domain/sync/retry.ts';
import type { StorageProblem, TaskQuery, TaskWrite } from '../../sync/ports/tasks.ts';
import { storageProblemOf } from '../base/bson-limits.ts';
import { int64, toBson } from '../base/bson-value.ts';
import { ofType } from '../base/typed-value.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import { isDue, pendingState, storedState } from '../schema/fetch-state-queries.ts';
import type { Store } from '../schema/collections.ts';

/** Upserts the gear in a profile: its mileage becomes current, what its own record brought stays. */
export async function rememberGear(
  store: Store,
  write: TaskWrite,
  profile: JsonObject,
): Promise<void> {
  const listed = [profile['bikes'], profile['shoes']].flatMap((list) =>
    Array.isArray(list) ? (list as readonly JsonValue[]) : [],
  );
  for (const record of listed) {
    const gearId = isJsonObject(record) ? record['id'] : undefined;
    if (!isJsonObject(record) || typeof gearId !== 'string' || gearId === '') continue;
    await merge(
      store,
      write,
      gearId,
      record,
      ofType('$sync.record', 'object', { $literal: pendingState }),
    );
  }
}

/** Merges what `GET /gear/{id}` brought. */
export async function storeGear(
  store: Store,
  write: TaskWrite,
  gearId: string,
  record: JsonObject,
): Promise<StorageProblem> {
  const problem = storageProblemOf(record);
  if (problem === undefined) {
    await merge(store, write, gearId, record, { $literal: storedState(write.at) });
  }
  return problem;
}

/** An older copy changes no field of the record, but still counts as fetched. */
async function merge(
  { gear }: Store,
  { athleteId, at }: TaskWrite,
  gearId: string,
  record: JsonObject,
  state: Document,
): Promise<void> {
  const fields = Object.entries(record).filter(([key]) => key !== '_id' && key !== 'sync');
  const isOlder = { $gt: ['$sync.fetched_at', at] };
  const brought = { $literal: toBson(Object.fromEntries(fields)) };
  const document = { $cond: [isOlder, {}, brought] };
  const sync = {
    athlete_id: { $literal: int64(athleteId) },
    fetched_at: { $max: [ofType('$sync.fetched_at', 'date', null), at] },
    record: state,
  };
  const level = record['resource_state'];
  const own = {
    _id: '$_id',
    sync,
    // The profile's short record does not make less of what is stored.
    ...(typeof level === 'number' && {
      resource_state: { $max: ['$resource_state', { $literal: level }] },
    }),
  };
  const update = [{ $replaceWith: { $mergeObjects: ['$$ROOT', document, own] } }];
  await gear.updateOne({ _id: gearId }, update, { upsert: true });
}

const readAhead = 8;

/**
 * The gear of an athlete whose own record was never fetched, or not for a month while no profile brought
 * it; gear that only activities name is among it.
 */
export async function dueGear(
  { activities, gear }: Store,
  { athleteId, now }: Pick<TaskQuery, 'athleteId' | 'now'>,
  exclude: readonly string[],
): Promise<readonly GearTask[]> {
  const filter = { 'sync.athlete_id': int64(athleteId) };
  const named: readonly unknown[] = await activities.distinct('gear_id', filter);
  const known = await gear
    .find(filter, { projection: { sync: 1 } })
    .sort({ _id: 1 })
    .toArray();
  const knownIds = new Set(known.map(({ _id }) => _id));
  const unknown = named.filter(
    (id): id is string => typeof id === 'string' && id !== '' && !knownIds.has(id),
  );
  const refreshedAt = (at: Date): Date => refreshAt('gear', at);
  const due = known.filter(({ sync: { record, fetched_at } }) =>
    isDue({ ...record, ...(fetched_at && { fetched_at }) }, now, refreshedAt),
  );
  return [
    ...due.map(({ _id, sync }) => ({ gearId: _id, tries: sync.record.tries })),
    ...unknown.map((gearId) => ({ gearId, tries: 0 })),
  ]
    .filter(({ gearId }) => !exclude.includes(gearId))
    .slice(0, readAhead)
    .map((one) => ({ kind: 'gear', ...one }));
}

/** Writes the state of the gear's own record without storing one; the values of the profile stay. */
export async function setGearState(
  { gear }: Store,
  { athleteId }: TaskWrite,
  gearId: string,
  state: FetchState,
): Promise<void> {
  const set = { athlete_id: int64(athleteId), record: { $literal: state } };
  const sync = { $mergeObjects: [ofType('$sync', 'object', {}), set] };
  await gear.updateOne({ _id: gearId }, [{ $set: { sync } }], { upsert: true });
}

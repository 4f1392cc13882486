/**
 * The `gear` collection: bikes and shoes with their mileage, from the athlete's profile, from requests
 * of their own, and those that only old activities name. It never removes any.
 */
import type { Collection, Document, Long } from 'mongodb';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { StreamsFailure } from '../../sync/ports/ports.ts';
import type { TaskWrite } from '../../sync/ports/task-ports.ts';
import { int64, toBson } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';
import { storageProblemOf } from '../base/bson-limits.ts';

export interface GearBookkeeping {
  readonly athlete_id: number | Long;
  /** When anything of it was fetched last: the profile brings it daily while it is in use. */
  readonly fetched_at?: Date;
  /** What became of `GET /gear/{id}`, which knows brand and model. */
  readonly detail: 'pending' | 'stored' | 'none' | 'parked';
  readonly detail_at?: Date;
  readonly tries: number;
  readonly error?: string;
  readonly reason?: string;
  readonly next_try_at?: Date;
}

/** Strava's gear as it came, beside what is ours. */
export interface GearDocument {
  readonly _id: string;
  readonly sync: GearBookkeeping;
}

/** Gear that can be asked for now. */
export interface DueGear {
  readonly gearId: string;
  readonly tries: number;
}

/** Which gear is due. */
export interface GearQuery {
  readonly athleteId: number;
  readonly now: Date;
  readonly exclude: readonly string[];
  readonly limit: number;
}

/** The fate of one request for gear. */
export interface GearWrite extends TaskWrite {
  readonly gearId: string;
}

const dayMs = 24 * 60 * 60 * 1_000;
/** Retired gear is in no profile any more; somebody may have renamed it. */
const refreshAfterMs = 30 * dayMs;

function gearOf({ db }: Store): Collection<GearDocument> {
  return db.collection<GearDocument>('gear');
}

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
    const initial = { detail: 'pending', tries: 0 };
    const found = { athlete_id: { $literal: int64(write.athleteId) }, fetched_at: newest(write) };
    const sync = { $mergeObjects: [{ $literal: initial }, '$sync', found] };
    await merge(store, { ...write, gearId }, { record, sync });
  }
}

/** Merges what `GET /gear/{id}` brought. */
export async function storeGear(
  store: Store,
  write: TaskWrite,
  gearId: string,
  record: JsonObject,
): Promise<void> {
  const rejection = storageProblemOf(record);
  const { at } = write;
  if (rejection !== undefined) {
    const nextTryAt = new Date(at.getTime() + dayMs);
    const failure = { message: `Not stored: ${rejection}.`, tries: 1, isParked: true, nextTryAt };
    return recordGearFailure(store, { ...write, gearId }, failure);
  }
  const settled: Omit<GearBookkeeping, 'fetched_at'> = {
    athlete_id: int64(write.athleteId),
    detail: 'stored',
    detail_at: at,
    tries: 0,
  };
  const sync = { $mergeObjects: [{ $literal: settled }, { fetched_at: newest(write) }] };
  await merge(store, { ...write, gearId }, { record, sync });
}

function newest({ at }: TaskWrite): Document {
  return { $max: ['$sync.fetched_at', at] };
}

/** An older copy than the stored one changes nothing of it; that it was asked for counts all the same. */
async function merge(
  store: Store,
  { gearId, at }: GearWrite,
  { record, sync }: { readonly record: JsonObject; readonly sync: Document },
): Promise<void> {
  const fields = Object.entries(record).filter(([key]) => key !== '_id' && key !== 'sync');
  const isOlder = { $gt: ['$sync.fetched_at', at] };
  const brought = { $literal: toBson(Object.fromEntries(fields)) };
  const document = { $cond: [isOlder, {}, brought] };
  const state = record['resource_state'];
  const own = {
    _id: '$_id',
    sync,
    // The profile's short record does not make less of what is stored.
    ...(typeof state === 'number' && {
      resource_state: { $max: ['$resource_state', { $literal: state }] },
    }),
  };
  const update = [{ $replaceWith: { $mergeObjects: ['$$ROOT', document, own] } }];
  await gearOf(store).updateOne({ _id: gearId }, update, { upsert: true });
}

/**
 * The gear of an athlete whose own record was never fetched, or not for a month while no profile brought
 * it; gear that only activities name is among it.
 */
export async function dueGear(
  store: Store,
  { athleteId, now, exclude, limit }: GearQuery,
): Promise<readonly DueGear[]> {
  const filter = { 'sync.athlete_id': int64(athleteId) };
  const named: readonly unknown[] = await store.activities.distinct('gear_id', filter);
  const known = await gearOf(store)
    .find(filter, { projection: { sync: 1 }, sort: { _id: 1 } })
    .toArray();
  const knownIds = new Set(known.map(({ _id }) => _id));
  const unknown = named.filter(
    (id): id is string => typeof id === 'string' && id !== '' && !knownIds.has(id),
  );
  const due = known.filter(({ sync }) => isDue(sync, now));
  return [
    ...due.map(({ _id, sync }) => ({ gearId: _id, tries: sync.tries })),
    ...unknown.map((gearId) => ({ gearId, tries: 0 })),
  ]
    .filter(({ gearId }) => !exclude.includes(gearId))
    .slice(0, limit);
}

function isDue({ detail, fetched_at, next_try_at }: GearBookkeeping, now: Date): boolean {
  if (detail === 'none') return false;
  if (detail !== 'stored') return next_try_at === undefined || next_try_at <= now;
  return fetched_at === undefined || fetched_at.getTime() + refreshAfterMs <= now.getTime();
}

/** When the next failed, not yet parked gear may be asked for again. */
export async function nextGearTryAt(store: Store, athleteId: number): Promise<Date | undefined> {
  const filter = {
    'sync.athlete_id': int64(athleteId),
    'sync.detail': 'pending' as const,
    'sync.tries': { $gt: 0 },
  };
  const found = await gearOf(store).findOne(filter, {
    projection: { sync: 1 },
    sort: { 'sync.next_try_at': 1 },
  });
  return found?.sync.next_try_at;
}

/** Counts a failure of the gear's own. */
export async function recordGearFailure(
  store: Store,
  { athleteId, gearId }: GearWrite,
  { message, tries, isParked, nextTryAt }: StreamsFailure,
): Promise<void> {
  const set = {
    'sync.athlete_id': int64(athleteId),
    'sync.detail': isParked ? ('parked' as const) : ('pending' as const),
    'sync.tries': tries,
    'sync.error': message,
    'sync.next_try_at': nextTryAt,
  };
  const update = { $set: set };
  await gearOf(store).updateOne({ _id: gearId }, update, { upsert: true });
}

/** Final: Strava has no record of it (any more); what the profile said stays. */
export async function markGearUnavailable(
  store: Store,
  { athleteId, gearId }: GearWrite,
  reason: string,
): Promise<void> {
  const update = {
    $set: {
      'sync.athlete_id': int64(athleteId),
      'sync.detail': 'none' as const,
      'sync.tries': 0,
      'sync.reason': reason,
    },
    $unset: { 'sync.error': '', 'sync.next_try_at': '' },
  } as const;
  await gearOf(store).updateOne({ _id: gearId }, update, { upsert: true });
}

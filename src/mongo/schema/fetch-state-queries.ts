/**
 * The values and the filters of a fetch state. An activity has them at `sync.streams`, `sync.details`,
 * `sync.missing` and, for its parts, at `sync.zones` and the like, a segment and gear at `sync.record`, and an athlete at `sync.profile`, `sync.zones` and
 * `sync.stats`.
 */
import type { Collection, Document, Filter, WithId } from 'mongodb';
import type { ActivityPart } from '../../domain/sync/activity-parts.ts';
import { activityParts } from '../../domain/sync/activity-parts.ts';
import type { Retry } from '../../domain/sync/retry.ts';
import { latestRetryAt } from '../../domain/sync/retry.ts';
import type { FetchState } from './fetch-state.ts';

export const pendingState = { state: 'pending', tries: 0 } as const;

/** Why there is none any more: a retention ended it. */
export const expiredReason = 'expired';

export function storedState(at: Date, nextTryAt?: Date): FetchState {
  const next = nextTryAt && { next_try_at: nextTryAt };
  return { state: next ? 'pending' : 'stored', tries: 0, fetched_at: at, ...next };
}

export function postponedState({ tries, isParked, nextTryAt }: Retry, error?: string): FetchState {
  const state = isParked ? 'parked' : 'pending';
  return { state, tries, next_try_at: nextTryAt, ...(error !== undefined && { error }) };
}

/** Strava does not give it; final without `nextTryAt`. */
export function unavailableState(reason: string, at: Date, nextTryAt?: Date): FetchState {
  const next = nextTryAt && { next_try_at: nextTryAt };
  return { state: 'none', tries: 0, reason, fetched_at: at, ...next };
}

/**
 * An update that puts a state in the place of an earlier one. If the new one does not say when it was fetched, the earlier time
 * stays: what was fetched then is still stored, and a retention goes by it.
 */
export function stateUpdate(
  path: 'sync.streams' | 'sync.details' | 'sync.photo_files' | `sync.${ActivityPart}`,
  state: FetchState,
  epoch: number,
): Document[] {
  const earlier = { fetched_at: `$${path}.fetched_at` };
  const value = { $mergeObjects: [earlier, { $literal: state }] };
  return [{ $set: { [path]: value, 'sync.epoch': { $literal: epoch } } }];
}

/** Whether it can be fetched now; `refreshAt` says when what is stored is fetched again. */
export function isDue(
  state: FetchState | undefined,
  now: Date,
  refreshAt: (fetchedAt: Date) => Date,
): boolean {
  if (state === undefined) return true;
  const { fetched_at: fetchedAt, next_try_at: nextTryAt } = state;
  if (state.state === 'stored') return fetchedAt === undefined || refreshAt(fetchedAt) <= now;
  if (nextTryAt === undefined) return state.state !== 'none';
  return nextTryAt <= now || nextTryAt > latestRetryAt(now);
}

const partPaths = activityParts.map((part) => `sync.${part}`);
/** Where no state means that nothing was fetched: it was not wanted when the activity was stored. */
const statelessPaths: readonly string[] = ['sync.details', 'sync.photo_files', ...partPaths];

/** Where an activity has the states of what is fetched of it. */
export const activityStatePaths: readonly string[] = ['sync.streams', ...statelessPaths];

/** What is still to be fetched. */
function openStates(path: string): readonly (FetchState['state'] | null)[] {
  return statelessPaths.includes(path) ? ['pending', 'parked', null] : ['pending', 'parked'];
}

function dueFilter(path: string, now: Date): Document {
  const nextTryAt = `${path}.next_try_at`;
  return {
    [`${path}.state`]: { $in: openStates(path) },
    $or: [
      { [nextTryAt]: { $exists: false } },
      { [nextTryAt]: { $lte: now } },
      { [nextTryAt]: { $gt: latestRetryAt(now) } },
    ],
  };
}

/** What failed, is not parked, and waits for its next try. */
function waitingFilter(path: string): Document {
  return { [`${path}.state`]: 'pending', [`${path}.tries`]: { $gt: 0 } };
}

/** Which documents, by the state at a path. */
export interface StateQuery<T> {
  readonly collection: Collection<T & Document>;
  readonly path: string;
  readonly filter: Document;
  readonly now: Date;
}

/** The documents of which something is due, in the order of `sort`. */
export async function findDue<T>(
  { collection, path, filter, now }: StateQuery<T>,
  {
    sort,
    limit,
    keys = [],
  }: {
    readonly sort: Record<string, 1 | -1>;
    readonly limit: number;
    /** Further fields to read. */
    readonly keys?: readonly string[];
  },
): Promise<WithId<T & Document>[]> {
  const due = { ...filter, ...dueFilter(path, now) } as Filter<T & Document>;
  const more = Object.fromEntries(keys.map((key) => [key, 1]));
  const projection = { sync: 1, start_date: 1, elapsed_time: 1, ...more };
  return collection.find(due, { projection }).sort(sort).limit(limit).toArray();
}

/** When the next of them that failed and is not parked becomes due. */
export async function nextTryIn<T>({
  collection,
  path,
  filter,
  now,
}: StateQuery<T>): Promise<Date | undefined> {
  const nextTryAt = `${path}.next_try_at`;
  const waiting = { ...filter, ...waitingFilter(path), [nextTryAt]: { $gt: now } };
  const [next] = await collection
    .aggregate<{ readonly at: Date }>([
      { $match: waiting },
      { $group: { _id: null, at: { $min: `$${nextTryAt}` } } },
    ])
    .toArray();
  return next?.at;
}

/** Whether one of them is due, or failed and waits for its next try. */
export async function isAnyOpen<T>({
  collection,
  path,
  filter,
  now,
}: StateQuery<T>): Promise<boolean> {
  const open = { $and: [filter, { $or: [dueFilter(path, now), waitingFilter(path)] }] };
  return (await collection.findOne(open as Filter<T & Document>)) !== null;
}

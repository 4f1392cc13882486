/**
 * The parts of an athlete beside the list: the profile, the zones, the stats, each with its state in
 * `sync`. A profile brings its gear with it.
 */
import type { Document } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import type { AthleteListTask, AthletePart, AthleteTask } from '../../domain/sync/fetch-task.ts';
import type { AthleteList } from '../../domain/sync/athlete-lists.ts';
import { athleteLists } from '../../domain/sync/athlete-lists.ts';
import { athleteParts } from '../../domain/sync/fetch-task.ts';
import { refreshAt } from '../../domain/sync/retry.ts';
import { LeaseLostError } from '../../errors.ts';
import type { StorageProblem, TaskQuery, TaskWrite } from '../../sync/ports/tasks.ts';
import { profileStep } from '../athletes/athlete-document.ts';
import { storageProblemOf } from '../base/bson-limits.ts';
import { int64, toBson } from '../base/bson-value.ts';
import type { FetchState } from '../schema/fetch-state.ts';
import { isDue, storedState } from '../schema/fetch-state-queries.ts';
import type { Store } from '../schema/collections.ts';
import { rememberGear } from './gear.ts';

/**
 * Puts the part in the place of the earlier one.
 * @throws LeaseLostError when another process took the athlete over.
 */
export async function storeAthletePart(
  store: Store,
  write: TaskWrite,
  part: AthletePart,
  record: JsonObject,
): Promise<StorageProblem> {
  const problem = storageProblemOf(record);
  if (problem !== undefined) return problem;
  // First the gear: a crash in between leads to fetching it again.
  if (part === 'profile') await rememberGear(store, write, record);
  const step =
    part === 'profile' ? profileStep(record) : { $set: { [part]: { $literal: toBson(record) } } };
  await updateUnderLease(store, write, [step, stateStep(write, part, storedState(write.at))]);
  return undefined;
}

/** What of an athlete has a state in `sync`. */
type Named = AthletePart | AthleteList;

/** Writes the state of a part or list without storing one; an earlier one stays. */
export async function setPartState(
  store: Store,
  write: TaskWrite,
  part: Named,
  state: FetchState,
): Promise<void> {
  await updateUnderLease(store, write, [stateStep(write, part, state)]);
}

/** As a literal inside `$mergeObjects`, because a `$set` of an object keeps the keys that it does not name. */
function stateStep({ epoch }: TaskWrite, part: Named, state: FetchState): Document {
  const sync = { [part]: { $literal: state }, epoch: { $literal: epoch } };
  return { $set: { sync: { $mergeObjects: ['$sync', sync] } } };
}

/** The parts that were never stored, or not for a day, in the order in which they are worth fetching. */
export async function dueAthleteParts(
  store: Store,
  { athleteId, now }: Pick<TaskQuery, 'athleteId' | 'now'>,
): Promise<readonly AthleteTask[]> {
  const states = await load(store, athleteId);
  const refreshedAt = (at: Date): Date => refreshAt('athlete', at);
  return athleteParts
    .filter((part) => isDue(states[part], now, refreshedAt))
    .map((part) => ({
      ...{ kind: 'athlete', part, tries: states[part]?.tries ?? 0 },
      ...(states[part] === undefined && { isFirst: true }),
    }));
}

/** The wanted lists that were never stored, or not for a day. */
export async function dueAthleteLists(
  store: Store,
  { athleteId, now, kept: { lists = [] } }: Pick<TaskQuery, 'athleteId' | 'now' | 'kept'>,
): Promise<readonly AthleteListTask[]> {
  if (lists.length === 0) return [];
  const states = await load(store, athleteId);
  const refreshedAt = (at: Date): Date => refreshAt('athlete', at);
  return lists
    .filter((list) => isDue(states[list], now, refreshedAt))
    .map((list) => ({ kind: 'athleteList', list, tries: states[list]?.tries ?? 0 }));
}

/** When the next failed, not yet parked part or list becomes due. */
export async function nextPartTryAt(
  store: Store,
  { athleteId, now, kept }: Pick<TaskQuery, 'athleteId' | 'now' | 'kept'>,
): Promise<Date | undefined> {
  const wanted = [...(kept.athlete ? athleteParts : []), ...(kept.lists ?? [])];
  if (wanted.length === 0) return undefined;
  const states = await load(store, athleteId);
  return wanted
    .flatMap((name) => states[name] ?? [])
    .flatMap(({ state, next_try_at: at }) => (state === 'pending' && at && at > now ? [at] : []))
    .toSorted((one, other) => one.getTime() - other.getTime())[0];
}

async function load(
  { athletes }: Store,
  athleteId: number,
): Promise<Readonly<Partial<Record<Named, FetchState>>>> {
  const names = [...athleteParts, ...athleteLists];
  const projection = Object.fromEntries(names.map((name) => [`sync.${name}`, 1]));
  const found = await athletes.findOne({ _id: int64(athleteId) }, { projection });
  return found?.sync ?? {};
}

/** Nothing is written where the athlete is gone. */
async function updateUnderLease(
  { athletes }: Store,
  { athleteId, epoch }: TaskWrite,
  pipeline: Document[],
): Promise<void> {
  const _id = int64(athleteId);
  const isHeld = [{ 'sync.epoch': { $lte: epoch } }, { 'sync.epoch': { $exists: false } }];
  const { matchedCount } = await athletes.updateOne({ _id, $or: isHeld }, pipeline);
  if (matchedCount > 0 || (await athletes.findOne({ _id })) === null) return;
  throw new LeaseLostError(`Another process took athlete ${athleteId} over.`);
}

/**
 * The parts of an athlete beside the list: the profile, the zones, the stats, each with its state in
 * `sync`. A profile brings its gear with it.
 */
import type { Document } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import type { AthleteListTask, AthletePart, AthleteTask } from '../../domain/sync/fetch-task.ts';
import type { AthleteList } from '../../domain/sync/athlete-lists.ts';
import { athleteParts } from '../../domain/sync/fetch-task.ts';
import { refreshAt } from '../../domain/sync/retry.ts';
import { LeaseLostError } from '../../errors.ts';
import type { StorageProblem, TaskWrite } from '../../sync/ports/tasks.ts';
import { profileStep } from '../athletes/athlete-document.ts';
import type { AthleteTaskQuery } from '../athletes/task-facts.ts';
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
export function dueAthleteParts({ athlete, now, kept }: AthleteTaskQuery): readonly AthleteTask[] {
  if (!kept.athlete) return [];
  return athleteParts
    .filter((part) => isDue(athlete[part], now, refreshedAt))
    .map((part) => ({
      ...{ kind: 'athlete', part, tries: athlete[part]?.tries ?? 0 },
      ...(athlete[part] === undefined && { isFirst: true }),
    }));
}

/** The wanted lists that were never stored, or not for a day. */
export function dueAthleteLists({
  athlete,
  now,
  kept: { lists = [] },
}: AthleteTaskQuery): readonly AthleteListTask[] {
  return lists
    .filter((list) => isDue(athlete[list], now, refreshedAt))
    .map((list) => ({ kind: 'athleteList', list, tries: athlete[list]?.tries ?? 0 }));
}

function refreshedAt(at: Date): Date {
  return refreshAt('athlete', at);
}

/** When the failed, not yet parked parts and lists become due. */
export function partTriesAt({ athlete, now, kept }: AthleteTaskQuery): readonly Date[] {
  const wanted = [...(kept.athlete ? athleteParts : []), ...(kept.lists ?? [])];
  return wanted
    .flatMap((name) => athlete[name] ?? [])
    .flatMap(({ state, next_try_at: at }) => (state === 'pending' && at && at > now ? [at] : []));
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

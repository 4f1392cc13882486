/**
 * The parts of an athlete that are refreshed daily (profile, zones, stats): stores them in the athlete's
 * document and knows which are due. How far the list is known stands in the same document and is left
 * alone.
 */
import type { Collection, Document, Long } from 'mongodb';
import type { JsonObject } from '../../domain/json.ts';
import type { AthletePart } from '../../domain/sync/fetch-task.ts';
import { LeaseLostError } from '../../errors.ts';
import type { StreamsFailure } from '../../sync/ports/ports.ts';
import type { TaskWrite } from '../../sync/ports/task-ports.ts';
import { profileStep } from '../athletes/athlete-document.ts';
import { int64, toBson } from '../base/bson-value.ts';
import type { Store } from '../schema/collections.ts';
import { rememberGear } from './gear.ts';
import { storageProblemOf } from '../base/bson-limits.ts';

type OfParts<T> = Readonly<Partial<Record<AthletePart, T>>>;

/** What `athletes.sync` remembers of the parts. */
export interface RefreshBookkeeping {
  readonly epoch?: number;
  /** When what is stored was asked for. */
  readonly refreshed?: OfParts<Date>;
  readonly refresh_failures?: OfParts<RefreshFailure>;
  /** What Strava does not give this athlete. */
  readonly unavailable?: OfParts<{ readonly reason: string; readonly at: Date }>;
}

interface RefreshFailure {
  readonly state: 'pending' | 'parked';
  readonly tries: number;
  readonly error: string;
  readonly next_try_at: Date;
}

interface RefreshedDocument {
  readonly _id: Long;
  readonly sync?: RefreshBookkeeping;
}

/** A part that can be asked for now. */
export interface DuePart {
  readonly part: AthletePart;
  readonly tries: number;
}

/** A part of the athlete, to be stored or settled. */
export interface PartWrite extends TaskWrite {
  readonly part: AthletePart;
}

const dayMs = 24 * 60 * 60 * 1_000;
const refreshAfterMs = dayMs;
/** A subscription may begin, so what was refused is asked for again now and then. */
const askAgainAfterMs = 30 * dayMs;

const parts: readonly AthletePart[] = ['profile', 'zones', 'stats'];

function athletesOf({ db }: Store): Collection<RefreshedDocument> {
  return db.collection<RefreshedDocument>('athletes');
}

/**
 * Puts the part in the place of the earlier one; a profile brings its gear with it. What cannot be
 * stored is parked for a day.
 * @throws LeaseLostError when another process took the athlete over.
 */
export async function storeAthletePart(
  store: Store,
  write: PartWrite,
  record: JsonObject,
): Promise<void> {
  const { part, at, epoch } = write;
  const rejection = storageProblemOf(record);
  if (rejection !== undefined) return park(store, write, rejection);
  // First the gear: a crash in between leads to asking again.
  if (part === 'profile') await rememberGear(store, write, record);
  const step =
    part === 'profile' ? profileStep(record) : { $set: { [part]: { $literal: toBson(record) } } };
  await updateUnderLease(store, write, [
    step,
    { $set: { [`sync.refreshed.${part}`]: at, 'sync.epoch': { $literal: epoch } } },
    { $unset: [`sync.refresh_failures.${part}`, `sync.unavailable.${part}`] },
  ]);
}

async function park(store: Store, write: PartWrite, reason: string): Promise<void> {
  const nextTryAt = new Date(write.at.getTime() + dayMs);
  const message = `Not stored: ${reason}.`;
  await recordPartFailure(store, write, { message, tries: 1, isParked: true, nextTryAt });
}

/** The parts that were never stored, or not for a day, in the order in which they are worth asking for. */
export async function dueAthleteParts(
  store: Store,
  { athleteId, now, exclude }: { athleteId: number; now: Date; exclude: readonly AthletePart[] },
): Promise<readonly DuePart[]> {
  const sync = await load(store, athleteId);
  return parts
    .filter((part) => !exclude.includes(part) && isDue(sync, part, now))
    .map((part) => ({ part, tries: sync.refresh_failures?.[part]?.tries ?? 0 }));
}

function isDue(sync: RefreshBookkeeping, part: AthletePart, now: Date): boolean {
  const hasPassed = (at: Date | undefined, ms: number): boolean =>
    at === undefined || at.getTime() + ms <= now.getTime();
  return (
    hasPassed(sync.refreshed?.[part], refreshAfterMs) &&
    hasPassed(sync.unavailable?.[part]?.at, askAgainAfterMs) &&
    hasPassed(sync.refresh_failures?.[part]?.next_try_at, 0)
  );
}

/** When the next failed, not yet parked part may be asked for again. */
export async function nextPartTryAt(store: Store, athleteId: number): Promise<Date | undefined> {
  const { refresh_failures: failures = {} } = await load(store, athleteId);
  return Object.values(failures)
    .filter(({ state }) => state === 'pending')
    .map(({ next_try_at: nextTryAt }) => nextTryAt)
    .toSorted((one, other) => one.getTime() - other.getTime())[0];
}

async function load(store: Store, athleteId: number): Promise<RefreshBookkeeping> {
  const projection = {
    'sync.refreshed': 1,
    'sync.refresh_failures': 1,
    'sync.unavailable': 1,
  };
  const found = await athletesOf(store).findOne({ _id: int64(athleteId) }, { projection });
  return found?.sync ?? {};
}

/** Counts a failure of the part's own. */
export async function recordPartFailure(
  store: Store,
  write: PartWrite,
  { message, tries, isParked, nextTryAt }: StreamsFailure,
): Promise<void> {
  const state = isParked ? 'parked' : 'pending';
  const failure: RefreshFailure = { state, tries, error: message, next_try_at: nextTryAt };
  await updateUnderLease(store, write, {
    $set: { [`sync.refresh_failures.${write.part}`]: failure, 'sync.epoch': write.epoch },
  });
}

/** Strava does not give it: it is asked for again in a month, or after a new login. */
export async function markPartUnavailable(
  store: Store,
  write: PartWrite,
  reason: string,
): Promise<void> {
  const { part, at, epoch } = write;
  await updateUnderLease(store, write, {
    $set: { [`sync.unavailable.${part}`]: { reason, at }, 'sync.epoch': epoch },
    $unset: { [`sync.refresh_failures.${part}`]: '' },
  });
}

/** Nothing is written where the athlete is gone. */
async function updateUnderLease(
  store: Store,
  { athleteId, epoch }: TaskWrite,
  update: Document | Document[],
): Promise<void> {
  const _id = int64(athleteId);
  const filter = {
    _id,
    $or: [{ 'sync.epoch': { $lte: epoch } }, { 'sync.epoch': { $exists: false } }],
  };
  const { matchedCount } = await athletesOf(store).updateOne(filter, update);
  if (matchedCount > 0) return;
  const found = await athletesOf(store).findOne({ _id });
  if (found === null) return;
  throw new LeaseLostError(`Another process took athlete ${athleteId} over.`);
}

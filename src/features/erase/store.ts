/**
 * Deletes one athlete from every collection and counts the deleted documents. One table lists which
 * collection holds what of an athlete. This module neither asks for a confirmation nor calls Strava.
 *
 * The caller holds the leases `athlete:ID` and `refresh:ID` until the erasure is done. A holder releases
 * a lease only when none of its requests is in flight. So once a lease was released, or its process is
 * dead, no other process can write. This keeps the upserts of `activities`, `streams` and `athletes`
 * from bringing a document back: an epoch cannot fence a document that does not exist. Only a process
 * that was suspended past the end of its lease may still complete one write that it had begun. Therefore
 * the erasure repeats the table until nothing is found, and it can be run again at any time.
 *
 * The order matters. The list coverage goes first, so that a login after an interrupted erasure finds
 * everything again. The login goes last but one, and the athlete last.
 */
import type { Document, Filter } from 'mongodb';
import { EraseUnfinishedError } from '../../errors.ts';
import type { Lease } from '../../sync/ports/leases.ts';
import { int64 } from '../../mongo/base/bson-value.ts';
import type { Store, TokenDocument } from '../../mongo/schema/collections.ts';
import { pendingLoginsOf } from '../../mongo/tokens/delete-login.ts';

/** What identifies the documents of one athlete. */
interface Footprint {
  readonly id: ReturnType<typeof int64>;
  /** Matches the id in text, as a separate word. */
  readonly word: RegExp;
  /** The stored login, if there is one. */
  readonly login: TokenDocument | null;
}

interface PersonalCollection {
  readonly name: string;
  readonly filter: (footprint: Footprint) => Filter<Document>;
  /** For documents that athletes share: the update that removes this athlete's part. */
  readonly cleansing?: (footprint: Footprint) => Document[];
  /** Matches the cleansed documents that no athlete uses any more. */
  readonly emptied?: Filter<Document>;
}

const byAthlete = ({ id }: Footprint): Filter<Document> => ({ athlete_id: id });
const byId = ({ id }: Footprint): Filter<Document> => ({ _id: id });

/** In the order in which they are erased. */
const personal: readonly PersonalCollection[] = [
  { name: 'activities', filter: ({ id }) => ({ 'sync.athlete_id': id }) },
  { name: 'streams', filter: byAthlete },
  { name: 'routes', filter: byAthlete },
  { name: 'changes', filter: byAthlete },
  { name: 'tombstones', filter: byAthlete },
  { name: 'parked', filter: byAthlete },
  { name: 'gear', filter: ({ id }) => ({ 'sync.athlete_id': id }) },
  { name: 'saved_routes', filter: ({ id }) => ({ 'sync.athlete_id': id }) },
  { name: 'starred_segments', filter: ({ id }) => ({ 'sync.athlete_id': id }) },
  {
    name: 'segments',
    filter: ({ id }) => ({ 'sync.athlete_ids': id }),
    cleansing: ({ id }) => [
      { $set: { 'sync.athlete_ids': { $setDifference: ['$sync.athlete_ids', [id]] } } },
    ],
    emptied: { 'sync.athlete_ids': { $size: 0 } },
  },
  // A run concerns all athletes; its error message can name one of them.
  {
    name: 'runs',
    filter: ({ word }) => ({ error: word }),
    cleansing: () => [{ $set: { error: 'a failure that named an erased athlete' } }],
  },
  { name: 'notifications', filter: byAthlete },
  { name: 'pending_logins', filter: ({ id, login }) => pendingLoginsOf(id, login) },
  // After the collections above, because Strava sends an event after the revocation.
  { name: 'events', filter: ({ id }) => ({ owner_id: id }) },
  { name: 'tokens', filter: byId },
  { name: 'athletes', filter: byId },
];

/** Every collection that can hold an athlete's data. */
export const personalCollections: readonly string[] = [
  ...personal.map(({ name }) => name),
  'leases',
];

/** The collections that never hold an athlete's data: theirs belongs to an application. */
export const impersonalCollections: readonly string[] = [
  'quota',
  'subscriptions',
  'workers',
  'schema',
];

/** The signal is checked between two batches. */
const batchSize = 200;
const maxPasses = 5;

/** The number of deleted documents, by collection; a collection without any is left out. */
export type ErasedCounts = ReadonlyMap<string, number>;

export interface Erasure {
  readonly athleteId: number;
  /** `athlete:ID`. */
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

/**
 * Which collections hold data of the athlete, except leases, which hold no personal data. It cannot find
 * a login that was interrupted before Strava named its athlete; such a login expires after 30 days.
 */
export async function footprintLeft(store: Store, athleteId: number): Promise<readonly string[]> {
  const footprint = await footprintOf(store, athleteId);
  const left: string[] = [];
  for (const { name, filter } of personal) {
    const found = await store.db
      .collection(name)
      .findOne(filter(footprint), { projection: { _id: 1 } });
    if (found !== null) left.push(name);
  }
  return left;
}

/**
 * Deletes all data of an athlete. After an interruption, another call deletes the rest.
 * @throws EraseUnfinishedError when it is stopped, LeaseLostError when another process took over.
 */
export async function eraseAthlete(store: Store, erasure: Erasure): Promise<ErasedCounts> {
  const footprint = await footprintOf(store, erasure.athleteId);
  await resetCoverage(store, erasure);
  const counts = new Map<string, number>();
  for (let passes = 0; passes < maxPasses; passes += 1) {
    const before = sumOf(counts);
    for (const collection of personal) {
      const erased = await eraseFrom(store, collection, { erasure, footprint });
      if (erased > 0) counts.set(collection.name, (counts.get(collection.name) ?? 0) + erased);
    }
    if (sumOf(counts) === before) break;
  }
  return counts;
}

/** Deletes the athlete's leases that no process holds: the caller has released its own. */
export async function eraseLeases({ leases }: Store, athleteId: number): Promise<void> {
  const isFree = { owner: { $exists: false } };
  await leases.deleteMany({ _id: new RegExp(`^[a-z_-]+:${athleteId}$`), ...isFree });
}

async function footprintOf({ tokens }: Store, athleteId: number): Promise<Footprint> {
  const id = int64(athleteId);
  const login = await tokens.findOne({ _id: id });
  return {
    id,
    word: new RegExp(`\\b${athleteId}\\b`),
    login,
  };
}

/**
 * The epoch stays, so that a write of the cursor under an older epoch still fails. The record of a
 * deauthorization stays too, so that the daemon finishes an interrupted erasure.
 */
async function resetCoverage({ athletes }: Store, { athleteId, lease }: Erasure): Promise<void> {
  await lease.assertHeld();
  await athletes.updateOne({ _id: int64(athleteId) }, [{ $set: { sync: remainderOf(lease) } }]);
}

/** As an operator, because a plain object would be merged into the existing one. */
function remainderOf({ epoch }: Lease): Document {
  const deauthorization = {
    deauthorized_at: '$sync.deauthorized_at',
    deauthorization_client_id: '$sync.deauthorization_client_id',
    deauthorization_notified_at: '$sync.deauthorization_notified_at',
  };
  return { $mergeObjects: [{ epoch: { $literal: epoch } }, deauthorization] };
}

interface Target {
  readonly erasure: Erasure;
  readonly footprint: Footprint;
}

async function eraseFrom(
  store: Store,
  { name, filter, cleansing, emptied }: PersonalCollection,
  { erasure, footprint }: Target,
): Promise<number> {
  if (cleansing === undefined) return eraseInBatches(store, { name, erasure }, filter(footprint));
  await continueOrThrow(erasure);
  const collection = store.db.collection(name);
  const update = cleansing(footprint);
  const { modifiedCount } = await collection.updateMany(filter(footprint), update);
  if (emptied !== undefined) await eraseInBatches(store, { name, erasure }, emptied);
  return modifiedCount;
}

/** In batches, because one operation over years of streams would exceed the timeout. */
async function eraseInBatches(
  { db }: Store,
  { name, erasure }: { readonly name: string; readonly erasure: Erasure },
  filter: Filter<Document>,
): Promise<number> {
  const collection = db.collection(name);
  let count = 0;
  for (;;) {
    const found = await collection
      .find(filter, { projection: { _id: 1 } })
      .limit(batchSize)
      .toArray();
    if (found.length === 0) return count;
    await continueOrThrow(erasure);
    const ids = found.map(({ _id }) => _id);
    await collection.deleteMany({ $and: [{ _id: { $in: ids } }, filter] });
    count += ids.length;
  }
}

async function continueOrThrow({ athleteId, lease, signal }: Erasure): Promise<void> {
  if (signal.aborted) {
    throw new EraseUnfinishedError(
      `Stopped before all data of athlete ${athleteId} was erased. Run the same command again for the rest.`,
    );
  }
  await lease.assertHeld();
}

function sumOf(counts: ErasedCounts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

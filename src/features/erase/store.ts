/**
 * Erases one athlete from every collection and counts what went; which collections hold what of whom
 * stands in one table here. It asks nobody, and knows nothing of Strava.
 *
 * Whoever calls it holds the leases `athlete:ID` and `refresh:ID` until it is done. A holder lets a
 * lease go only when nothing of its own is in flight, so after a lease that was let go (or whose
 * process is dead) nobody can write any more: that is what keeps the upserts of `activities`, `streams`
 * and `athletes` from bringing a document back, for an epoch cannot fence what is not there. Only a
 * process that slept through its own lease may still hold one write that had begun: the table is gone
 * through again at the end until nothing is found, and an erasure can be repeated at any time.
 *
 * The order is the promise: first it is forgotten how far the list is known, so that a login after an
 * erasure that was cut off finds everything again; the login goes last but one, and the athlete last.
 */
import type { Document, Filter } from 'mongodb';
import { EraseUnfinishedError } from '../../errors.ts';
import type { Lease } from '../../sync/ports/ports.ts';
import { int64 } from '../../mongo/base/bson-value.ts';
import type { Store, TokenDocument } from '../../mongo/schema/collections.ts';
import { digestOf } from '../../mongo/tokens/grant-document.ts';

/** What tells the documents of one athlete from those of others. */
interface Footprint {
  readonly id: ReturnType<typeof int64>;
  /** In text, as a word of its own. */
  readonly word: RegExp;
  /** The stored login, where there is one. */
  readonly login?: TokenDocument;
}

interface PersonalCollection {
  readonly name: string;
  readonly filter: (footprint: Footprint) => Filter<Document>;
  /** Where a document is not the athlete's alone: the update that takes out what is. */
  readonly cleansing?: (footprint: Footprint) => Document[];
  /** What is left of a cleansed document and belongs to nobody any more. */
  readonly emptied?: Filter<Document>;
}

const byAthlete = ({ id }: Footprint): Filter<Document> => ({ athlete_id: id });
const byId = ({ id }: Footprint): Filter<Document> => ({ _id: id });

/** In the order in which they are erased. */
const personal: readonly PersonalCollection[] = [
  { name: 'activities', filter: ({ id }) => ({ 'sync.athlete_id': id }) },
  { name: 'streams', filter: byAthlete },
  { name: 'changes', filter: byAthlete },
  { name: 'tombstones', filter: byAthlete },
  { name: 'parked', filter: byAthlete },
  { name: 'gear', filter: ({ id }) => ({ 'sync.athlete_id': id }) },
  {
    name: 'segments',
    filter: ({ id }) => ({ 'sync.athlete_ids': id }),
    cleansing: ({ id }) => [
      { $set: { 'sync.athlete_ids': { $setDifference: ['$sync.athlete_ids', [id]] } } },
    ],
    emptied: { 'sync.athlete_ids': { $size: 0 } },
  },
  // A run belongs to all athletes; the message that it failed with can name one of them.
  {
    name: 'runs',
    filter: ({ word }) => ({ error: word }),
    cleansing: () => [{ $set: { error: 'a failure that named an erased athlete' } }],
  },
  { name: 'notifications', filter: byAthlete },
  { name: 'pending_logins', filter: pendingLoginsOf },
  // After the revocation Strava sends an event, so late.
  { name: 'events', filter: ({ id }) => ({ owner_id: id }) },
  { name: 'tokens', filter: byId },
  { name: 'athletes', filter: byId },
];

/** Every collection that can hold something of an athlete. */
export const personalCollections: readonly string[] = [
  ...personal.map(({ name }) => name),
  'leases',
];

/** The collections that never do: what they hold belongs to an application. */
export const impersonalCollections: readonly string[] = ['quota', 'subscriptions', 'schema'];

/** A stop is looked at between two batches. */
const batchSize = 200;
const maxPasses = 5;

/** How many documents went, by collection; those that nothing was in are left out. */
export type ErasedCounts = ReadonlyMap<string, number>;

export interface Erasure {
  readonly athleteId: number;
  /** `athlete:ID`. */
  readonly lease: Lease;
  readonly signal: AbortSignal;
}

/**
 * Which collections hold something of the athlete; leases, which say nothing of anybody, aside.
 * A login that was cut off before Strava said whose it is cannot be found: it is gone after 30 days.
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
 * Deletes everything of an athlete; once more after an interruption, it deletes the rest.
 * @throws EraseUnfinishedError when it is stopped, LeaseLostError when another process took over.
 */
export async function eraseAthlete(store: Store, erasure: Erasure): Promise<ErasedCounts> {
  const footprint = await footprintOf(store, erasure.athleteId);
  await forgetListing(store, erasure);
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

/** Deletes the athlete's leases that nobody holds: the caller has let its own go. */
export async function eraseLeases({ leases }: Store, athleteId: number): Promise<void> {
  const free = { $lte: new Date(0) };
  await leases.deleteMany({ _id: new RegExp(`^[a-z_-]+:${athleteId}$`), expires_at: free });
}

async function footprintOf({ tokens }: Store, athleteId: number): Promise<Footprint> {
  const id = int64(athleteId);
  const login = await tokens.findOne({ _id: id });
  return {
    id,
    word: new RegExp(`\\b${athleteId}\\b`),
    ...(login && { login }),
  };
}

/** Sealed tokens differ at each write; the digest does not. */
function pendingLoginsOf({ id, login }: Footprint): Filter<Document> {
  const mine: Filter<Document>[] = [{ athlete_id: id }];
  if (login === undefined) return { $or: mine };
  const { access_token, refresh_token, refresh_digest } = login;
  if (typeof access_token === 'string') mine.push({ access_token });
  const isPlain = typeof refresh_token === 'string';
  if (isPlain) mine.push({ refresh_token });
  const digest = isPlain ? digestOf(refresh_token) : refresh_digest;
  if (digest !== undefined) mine.push({ refresh_digest: digest }, { _id: digest as never });
  return { $or: mine };
}

/**
 * The epoch stays, so that a write of the cursor under an older one fails for as long as it can, and so does
 * a withdrawn access, so that the daemon finishes an erasure that was cut off.
 */
async function forgetListing({ athletes }: Store, { athleteId, lease }: Erasure): Promise<void> {
  await lease.assertHeld();
  await athletes.updateOne({ _id: int64(athleteId) }, [{ $set: { sync: remainderOf(lease) } }]);
}

/** As an operator, because an object alone would be merged into what is there. */
function remainderOf({ epoch }: Lease): Document {
  const withdrawal = {
    deauthorized_at: '$sync.deauthorized_at',
    deauthorization_notified_at: '$sync.deauthorization_notified_at',
  };
  return { $mergeObjects: [{ epoch: { $literal: epoch } }, withdrawal] };
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

/** In batches, because one operation over years of streams takes longer than an answer is waited for. */
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
      `Stopped before everything of athlete ${athleteId} was erased. Run the same command again for the rest.`,
    );
  }
  await lease.assertHeld();
}

function sumOf(counts: ErasedCounts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

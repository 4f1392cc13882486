/**
 * Which workers are alive. Whoever finds a dead one removes its document by compare-and-set; from then on
 * none of its renewals can succeed, and its leases are free.
 */
import type { Filter } from 'mongodb';
import { isCertainlyDead } from '../../owner.ts';
import { workers as definition } from '../schema/definitions/bookkeeping.ts';
import { decodeAll } from '../schema/checked-collection.ts';
import type { Store, WorkerDocument } from '../schema/collections.ts';

/** A document without an expiry is no worker, and must not fail the others. */
const leftMs = {
  $cond: [
    { $eq: [{ $type: '$expires_at' }, 'date'] },
    { $toDouble: { $subtract: ['$expires_at', '$$NOW'] } },
    null,
  ],
};

/** Read with how long it still lives, by the server's clock. */
type LiveWorker = WorkerDocument & { readonly left_ms: number };

export interface LiveWorkers {
  /** The live ones, by id and in its order. */
  readonly alive: ReadonlyMap<string, LiveWorker>;
  /** How many leases the dead ones left. */
  readonly freed: number;
}

/**
 * The live workers among those of the filter, as seen from `host`. A worker is dead when it has expired by
 * the server's clock, or was a process of this boot of the host that has ended.
 */
export async function liveWorkers(
  store: Store,
  filter: Filter<WorkerDocument>,
  host: string,
): Promise<LiveWorkers> {
  const found = await store.workers
    .aggregate<LiveWorker>([
      { $match: filter },
      { $sort: { _id: 1 } },
      { $set: { left_ms: leftMs } },
    ])
    .toArray();
  const workers = decodeAll(definition, found, { warn: store.warn });
  const alive = new Map<string, LiveWorker>();
  let freed = 0;
  for (const worker of workers) {
    const death = await deathOf(worker, host);
    const isRemoved =
      death !== undefined && (await isDeleted(store, { _id: worker._id, ...death }));
    if (isRemoved) freed += await freeLeases(store, worker._id);
    else alive.set(worker._id, worker);
  }
  return { alive, freed };
}

/** In how many milliseconds the first of them expires that has missed a renewal. */
export function earliestSuspect(
  workers: readonly LiveWorker[],
  durationMs: number,
): number | undefined {
  const suspectMs = durationMs / 2;
  const left = workers.map(({ left_ms: leftMs }) => leftMs).filter((ms) => ms < suspectMs);
  return left.length === 0 ? undefined : Math.min(...left);
}

/** What has to hold still when the worker is removed. */
async function deathOf(
  { left_ms: leftMs, process }: LiveWorker,
  host: string,
): Promise<Filter<WorkerDocument> | undefined> {
  if (leftMs <= 0) return { $expr: { $lte: ['$expires_at', '$$NOW'] } };
  return (await isCertainlyDead(process, host)) ? { process } : undefined;
}

/** False also where another process removed it first: the next look shows it. */
async function isDeleted({ workers }: Store, filter: Filter<WorkerDocument>): Promise<boolean> {
  return (await workers.deleteOne(filter)).deletedCount > 0;
}

/** What a crash in between leaves is free all the same, because its owner is gone. */
async function freeLeases({ leases }: Store, owner: string): Promise<number> {
  const { modifiedCount } = await leases.updateMany({ owner }, [
    { $set: { released_at: '$$NOW' } },
    { $unset: 'owner' },
  ]);
  return modifiedCount;
}

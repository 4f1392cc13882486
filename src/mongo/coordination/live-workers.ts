/**
 * Which workers are alive. Whoever finds a dead one removes its document by compare-and-set; from then on
 * none of its renewals can succeed, and its leases are free.
 */
import type { Filter } from 'mongodb';
import { isCertainlyDead } from '../../owner.ts';
import type { Store, WorkerDocument } from '../schema/collections.ts';

type Found = WorkerDocument & { readonly is_expired: boolean };

export interface LiveWorkers {
  /** The live ones, by id and in its order. */
  readonly alive: ReadonlyMap<string, WorkerDocument>;
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
    .aggregate<Found>([
      { $match: filter },
      { $sort: { _id: 1 } },
      { $set: { is_expired: { $lte: ['$expires_at', '$$NOW'] } } },
    ])
    .toArray();
  const alive = new Map<string, WorkerDocument>();
  let freed = 0;
  for (const worker of found) {
    const death = await deathOf(worker, host);
    const isRemoved =
      death !== undefined && (await isDeleted(store, { _id: worker._id, ...death }));
    if (isRemoved) freed += await freeLeases(store, worker._id);
    else alive.set(worker._id, worker);
  }
  return { alive, freed };
}

/** What has to hold still when the worker is removed. */
async function deathOf(
  { is_expired: isExpired, process }: Found,
  host: string,
): Promise<Filter<WorkerDocument> | undefined> {
  if (isExpired) return { $expr: { $lte: ['$expires_at', '$$NOW'] } };
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

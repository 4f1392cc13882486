/**
 * Leases: one holder at a time for a name, by compare-and-set. A lease names the worker that holds it and is
 * free once that worker's document is gone. A worker that can renew is never replaced; a dead process of
 * this machine is replaced at once, a silent one of another machine when it has run out.
 */
import { LeaseLostError, MongoUnavailableError } from '../../errors.ts';
import type { Acquired, Lease, LeaseHolder, LeaseStore } from '../../sync/ports/leases.ts';
import type { Store } from '../schema/collections.ts';
import type { ProcessLeases } from './process-leases.ts';
import { endIfUnused, ensureWorker } from './process-leases.ts';
import type { FoundLeases, Grant } from './lease-documents.ts';
import { findLeases, heldLeases, missingOf, releaseLeases, takeLeases } from './lease-documents.ts';
import { earliestSuspect, liveWorkers } from './live-workers.ts';
import { createMembership } from './membership.ts';
import type { Worker, WorkerOptions } from './worker.ts';

export function createLeaseStore(store: Store, options: WorkerOptions): LeaseStore {
  const own: ProcessLeases = {
    ...{ store, options, held: new Map(), unreleased: new Map(), acquiring: new Set() },
    ...{ worker: undefined, sharing: undefined, users: 0 },
  };
  const leasesByGrant = new WeakMap<Lease, Grant>();
  const leaseOf = (worker: Worker, grant: Grant): Lease => {
    const lease = createLease(own, worker, grant);
    leasesByGrant.set(lease, grant);
    return lease;
  };
  const self: LeaseHolder = { host: options.host, pid: options.pid };

  const acquireAll: LeaseStore['acquireAll'] = async (names, limit) => {
    const { held, acquiring } = own;
    const isOurs = (name: string): boolean => held.has(name) || acquiring.has(name);
    const ours = names.filter(isOurs).map((name) => [name, self] as const);
    const wanted = names.filter((name) => !isOurs(name));
    for (const name of wanted) acquiring.add(name);
    own.users += 1;
    try {
      const acquired = await acquireWanted(own, wanted, limit, leaseOf);
      return { ...acquired, held: new Map([...ours, ...acquired.held]) };
    } finally {
      for (const name of wanted) acquiring.delete(name);
      own.users -= 1;
      await endIfUnused(own);
    }
  };

  return {
    acquireAll,
    tryAcquire: async (name) => {
      const { leases, held } = await acquireAll([name]);
      return leases.get(name) ?? held.get(name) ?? { host: 'unknown', pid: 0 };
    },
    heldWith: async (prefix) =>
      heldLeases(store, prefix, { host: options.host, worker: await own.worker }),
    releaseAll: async (leases) => {
      const grants = leases.flatMap((lease) => leasesByGrant.get(lease) ?? []);
      await release(own, grants);
    },
    join: (group) => createMembership(own, group),
    freeDead: async (group) => {
      const { freed, alive } = await liveWorkers(store, { shares: group }, options.host);
      const suspectMs = earliestSuspect([...alive.values()], options.durationMs);
      return { leases: freed, ...(suspectMs !== undefined && { suspectMs }) };
    },
  };
}

async function look(
  { store, options, worker }: ProcessLeases,
  names: readonly string[],
): Promise<FoundLeases> {
  return findLeases(store, names, { host: options.host, worker: await worker });
}

type LeaseMaker = (worker: Worker, grant: Grant) => Lease;

async function acquireWanted(
  own: ProcessLeases,
  names: readonly string[],
  limit: Parameters<LeaseStore['acquireAll']>[1],
  leaseOf: LeaseMaker,
): Promise<Acquired> {
  const before = await look(own, names);
  const chosen = before.free.slice(0, await limit?.(before.free.length));
  if (chosen.length === 0) return { leases: new Map(), held: before.held };
  const worker = await ensureWorker(own);
  const grants = await takeLeases(own.store, chosen, { owner: worker.id, gone: before.gone });
  for (const grant of grants) own.unreleased.delete(grant.name);
  const leases = new Map(grants.map((grant) => [grant.name, leaseOf(worker, grant)]));
  const lost = missingOf(chosen, leases);
  if (lost.length === 0) return { leases, held: before.held };
  const after = await look(own, lost);
  return { leases, held: new Map([...before.held, ...after.held]) };
}

function createLease(own: ProcessLeases, worker: Worker, grant: Grant): Lease {
  const { name, epoch } = grant;
  const lost = new AbortController();
  if (worker.lost.aborted) lost.abort();
  else own.held.set(name, { grant, lost });
  return {
    epoch,
    signal: lost.signal,
    assertHeld: async () => {
      if (!lost.signal.aborted) await worker.confirm();
      if (lost.signal.aborted) throw new LeaseLostError(`The lease ${name} was taken over.`);
    },
    release: () => release(own, [grant]),
  };
}

async function release(own: ProcessLeases, grants: readonly Grant[]): Promise<void> {
  const { held, unreleased, store } = own;
  const ours = grants.filter((grant) => held.get(grant.name)?.grant === grant);
  for (const { name } of ours) held.delete(name);
  try {
    if (ours.length > 0) await releaseLeases(store, ours);
  } catch (error) {
    if (!(error instanceof MongoUnavailableError)) throw error;
    for (const grant of ours) unreleased.set(grant.name, grant);
  }
  await endIfUnused(own);
}

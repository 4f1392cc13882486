/**
 * The leases of this process: its worker, which lives from its first lease to its last, the leases
 * that it holds, and those that it could not release.
 */
import type { Store } from '../schema/collections.ts';
import type { Grant } from './lease-documents.ts';
import { releaseLeases } from './lease-documents.ts';
import type { Sharing, Worker, WorkerOptions } from './worker.ts';
import { startWorker } from './worker.ts';

interface HeldLease {
  readonly grant: Grant;
  readonly lost: AbortController;
}

/** Changes as leases come and go. */
export interface ProcessLeases {
  readonly store: Store;
  readonly options: WorkerOptions;
  readonly held: Map<string, HeldLease>;
  readonly unreleased: Map<string, Grant>;
  /** Being acquired: no one else in this process takes them meanwhile. */
  readonly acquiring: Set<string>;
  worker: Promise<Worker> | undefined;
  sharing: Sharing | undefined;
  /** How many acquisitions are under way. */
  users: number;
}

/** The live worker of the process; a lost one is replaced by another. */
export async function ensureWorker(own: ProcessLeases): Promise<Worker> {
  for (;;) {
    const starting = (own.worker ??= start(own));
    const worker = await starting;
    if (!worker.lost.aborted) return worker;
    if (own.worker === starting) own.worker = undefined;
  }
}

/** The heartbeat begins with the first lease and ends after the last. */
export async function endIfUnused(own: ProcessLeases): Promise<void> {
  const { users, held, sharing, worker } = own;
  if (users > 0 || held.size > 0 || sharing !== undefined || worker === undefined) return;
  own.worker = undefined;
  // Without the worker they are free.
  own.unreleased.clear();
  await (await worker).end();
}

async function start(own: ProcessLeases): Promise<Worker> {
  const { store, options, sharing } = own;
  try {
    const worker = await startWorker(store, { ...options, sharing }, (id) => checkLeases(own, id));
    worker.lost.addEventListener('abort', () => {
      loseAll(own, worker.id);
    });
    return worker;
  } catch (error) {
    own.worker = undefined;
    throw error;
  }
}

function loseAll({ held }: ProcessLeases, owner: string): void {
  for (const [name, { grant, lost }] of held) {
    if (grant.owner !== owner) continue;
    held.delete(name);
    lost.abort();
  }
}

/** At each renewal: releases what could not be released, and loses what was removed by hand. */
async function checkLeases(own: ProcessLeases, owner: string): Promise<void> {
  const { store, held, unreleased } = own;
  const late = [...unreleased.values()].filter((grant) => grant.owner === owner);
  if (late.length > 0) {
    await releaseLeases(store, late);
    for (const grant of late)
      if (unreleased.get(grant.name) === grant) unreleased.delete(grant.name);
  }
  const known = [...held.values()].filter(({ grant }) => grant.owner === owner);
  if ((await store.leases.countDocuments({ owner })) >= known.length) return;
  const stored = new Set(await store.leases.distinct('_id', { owner }));
  for (const { grant, lost } of known) {
    if (stored.has(grant.name) || held.get(grant.name)?.grant !== grant) continue;
    held.delete(grant.name);
    lost.abort();
  }
}

/**
 * The documents of leases: which are free, taking and releasing them. Each is one operation for all names.
 */
import type { Condition } from 'mongodb';
import type { LeaseHolder } from '../../sync/ports/leases.ts';
import { ofNumber } from '../base/typed-value.ts';
import type { LeaseDocument, Store } from '../schema/collections.ts';
import { liveWorkers } from './live-workers.ts';
import type { Worker } from './worker.ts';

/** A lease that was taken: its name, its worker, and its epoch, which grows with each holder. */
export interface Grant {
  readonly name: string;
  readonly owner: string;
  readonly epoch: number;
}

/** How leases stand. */
export interface FoundLeases {
  readonly free: readonly string[];
  readonly held: ReadonlyMap<string, LeaseHolder>;
  /** Workers that leases name and that no longer exist. */
  readonly gone: readonly string[];
}

/** Looks at leases that the worker does not hold, as seen from `host`. */
export async function findLeases(
  store: Store,
  names: readonly string[],
  seenFrom: SeenFrom,
): Promise<FoundLeases> {
  const { held, gone } = await findHeld(store, { $in: [...names] }, seenFrom);
  return { free: missingOf(names, held), held, gone };
}

/** The leases with a prefix that live workers hold, as seen from `host`. */
export async function heldLeases(
  store: Store,
  prefix: string,
  seenFrom: SeenFrom,
): Promise<ReadonlyMap<string, LeaseHolder>> {
  return (await findHeld(store, { $gte: prefix, $lt: `${prefix}\u{10ffff}` }, seenFrom)).held;
}

interface SeenFrom {
  readonly host: string;
  readonly worker: Worker | undefined;
}

async function findHeld(
  store: Store,
  names: Condition<string>,
  { host, worker }: SeenFrom,
): Promise<Pick<FoundLeases, 'held' | 'gone'>> {
  const found = await store.leases
    .find({ _id: names, owner: { $type: 'string' } }, { projection: { owner: 1 } })
    .toArray();
  // One that it holds according to the database was not released, or is not known to be taken.
  const ownId = worker?.lost.aborted === false ? worker.id : undefined;
  const owners = [...new Set(found.flatMap(({ owner }) => owner ?? []))].filter(
    (owner) => owner !== ownId,
  );
  const alive =
    owners.length === 0
      ? new Map<string, LeaseHolder>()
      : (await liveWorkers(store, { _id: { $in: owners } }, host)).alive;
  const held = new Map(found.flatMap((lease) => holderOf(lease, alive)));
  return { held, gone: owners.filter((owner) => !alive.has(owner)) };
}

function holderOf(
  { _id, owner = '' }: LeaseDocument,
  alive: ReadonlyMap<string, LeaseHolder>,
): readonly (readonly [string, LeaseHolder])[] {
  const worker = alive.get(owner);
  return worker === undefined ? [] : [[_id, { host: worker.host, pid: worker.pid }]];
}

/** The names that are no keys of the map. */
export function missingOf(
  names: readonly string[],
  map: ReadonlyMap<string, unknown>,
): readonly string[] {
  return names.filter((name) => !map.has(name));
}

/** Takes those of the leases that nobody holds, or a worker that is gone, and returns them. */
export async function takeLeases(
  { leases }: Store,
  names: readonly string[],
  { owner, gone }: { readonly owner: string; readonly gone: readonly string[] },
): Promise<readonly Grant[]> {
  await insertMissing(leases, names);
  const isFree = { owner: { $not: { $type: 'string' as const } } };
  // The own worker too, so that taking them again after a lost response finds them.
  await leases.updateMany(
    { _id: { $in: [...names] }, $or: [isFree, { owner: { $in: [...gone, owner] } }] },
    [
      {
        $set: {
          owner,
          // By the clock, so that it grows even where the leases themselves were removed.
          epoch: { $max: [{ $add: [ofNumber('$epoch', 0), 1] }, { $toLong: '$$NOW' }] },
          acquired_at: '$$NOW',
        },
      },
      { $unset: 'released_at' },
    ],
  );
  const taken = await leases.find({ _id: { $in: [...names] }, owner }).toArray();
  return taken.map(({ _id, epoch }) => ({ name: _id, owner, epoch }));
}

async function insertMissing(leases: Store['leases'], names: readonly string[]): Promise<void> {
  const known = new Set(await leases.distinct('_id', { _id: { $in: [...names] } }));
  const inserts = names
    .filter((name) => !known.has(name))
    .map((_id) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: { epoch: 0 } }, upsert: true },
    }));
  if (inserts.length > 0) await leases.bulkWrite(inserts, { ordered: false });
}

/** Releases leases that are still held under these grants, in one write. */
export async function releaseLeases({ leases }: Store, grants: readonly Grant[]): Promise<void> {
  const update = [{ $set: { released_at: '$$NOW' } }, { $unset: 'owner' }];
  await leases.bulkWrite(
    grants.map(({ name, owner, epoch }) => ({
      updateOne: { filter: { _id: name, owner, epoch }, update },
    })),
    { ordered: false },
  );
}

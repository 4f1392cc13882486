import { hostname } from 'node:os';
import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import { EraseUnfinishedError, LeaseLostError } from '../../../src/errors.ts';
import type { ErasedCounts } from '../../../src/features/erase/store.ts';
import {
  eraseAthlete,
  eraseLeases,
  impersonalCollections,
  personalCollections,
  footprintLeft,
} from '../../../src/features/erase/store.ts';
import { createLeaseStore } from '../../../src/mongo/coordination/leases.ts';
import { digestOf } from '../../../src/mongo/tokens/grant-document.ts';
import { createPendingLogins } from '../../../src/mongo/tokens/pending-logins.ts';
import { identifyOwner } from '../../../src/owner.ts';
import type { Lease } from '../../../src/sync/ports/leases.ts';
import { storedCollections } from '../../support/mongodb/database.ts';
import type { Retry } from '../../../src/mongo/base/retrying-db.ts';
import { storeWith, useAdapter } from '../../mongo/adapter.ts';

const [ada, bob] = [1001, 1002];
const adapter = useAdapter();

beforeEach(() => adapter.empty());

async function leaseOf(name: string): Promise<Lease> {
  const host = hostname();
  const options = { durationMs: 15_000, pid: process.pid, host, clock: systemClock };
  const owner = await identifyOwner(host);
  const leases = createLeaseStore(adapter.store, {
    ...options,
    process: owner,
  });
  const lease = await leases.tryAcquire(name);
  if ('epoch' in lease) return lease;
  throw new Error(`${name} is held.`);
}

async function eraseAs(lease: Lease, signal = new AbortController().signal): Promise<ErasedCounts> {
  const { store } = adapter;
  return eraseAthlete(store, { athleteId: ada, lease, signal });
}

async function erase(): Promise<ErasedCounts> {
  const lease = await leaseOf(`athlete:${ada}`);
  try {
    return await eraseAs(lease);
  } finally {
    await lease.release();
  }
}

/** A document of several athletes. */
interface Shared {
  readonly _id: number;
  readonly sync: { readonly athlete_ids: readonly Long[] };
}

/** One document in each collection; `segments` and `runs` hold what athletes share. */
async function fill(athlete: number): Promise<void> {
  const id = Long.fromNumber(athlete);
  const token = `refresh-${athlete}`;
  const grant = { access_token: `access-${athlete}`, refresh_token: token };
  const documents: Readonly<Record<string, Document>> = {
    activities: { _id: Long.fromNumber(athlete * 10), sync: { athlete_id: id, epoch: 1 } },
    streams: { activity_id: Long.fromNumber(athlete * 10), part: 0, athlete_id: id },
    changes: { _id: `${athlete}0:deleted:1`, athlete_id: id },
    tombstones: { _id: Long.fromNumber(athlete * 10 + 1), athlete_id: id },
    parked: { _id: `${athlete}:5`, athlete_id: id },
    gear: { _id: `b${athlete}`, sync: { athlete_id: id } },
    saved_routes: { _id: `${athlete}:1`, sync: { athlete_id: id } },
    starred_segments: { _id: `${athlete}:1`, sync: { athlete_id: id } },
    segments: { _id: Long.fromNumber(athlete * 10), sync: { athlete_ids: [id] } },
    runs: { error: `Another process took athlete ${athlete} over.` },
    notifications: { _id: `parked:${athlete}`, athlete_id: id },
    pending_logins: { _id: digestOf(token), access_token: 'x', refresh_token: 'y' },
    routes: {
      ...{ athlete_id: id, sport_type: 'Ride', activity_id: Long.fromString(`${athlete}1`) },
      ...{ track: {}, start_point: {}, length: 1, cells: [], count: 1, epoch: 1 },
    },
    events: { _id: `activity:${athlete}0`, owner_id: id },
    tokens: { _id: id, ...grant, expires_at: new Date(0) },
    athletes: { _id: id, firstname: 'Ada', sync: { epoch: 1 } },
  };
  for (const [name, document] of Object.entries(documents)) {
    await adapter.database.db.collection(name).insertOne(document);
  }
  expect(Object.keys(documents).sort()).toEqual(
    personalCollections.filter((name) => name !== 'leases').toSorted(),
  );
}

/** Everything in the database but leases, by collection. */
async function contents(): Promise<Record<string, Document[]>> {
  const all: Record<string, Document[]> = {};
  for (const collection of await storedCollections(adapter.database.db)) {
    const name = collection.collectionName;
    if (name === 'leases') continue;
    const found = await collection.find().sort({ _id: 1 }).toArray();
    if (found.length > 0) all[name] = found;
  }
  return all;
}

describe('an erasure', () => {
  it('an erasure deletes from every collection, counts the documents, and keeps the second athlete unchanged', async () => {
    await fill(bob);
    const before = await contents();
    await fill(ada);
    const counts = await erase();
    expect([...counts.keys()].sort()).toEqual(Object.keys(before).sort());
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    const { runs, ...rest } = await contents();
    const { runs: runsBefore = [], ...restBefore } = before;
    expect(rest).toEqual(restBefore);
    expect(runs).toMatchObject([
      ...runsBefore,
      { error: 'a failure that named an erased athlete' },
    ]);
    expect(await footprintLeft(adapter.store, ada)).toEqual([]);
    expect([...(await erase())]).toEqual([]);
  });

  it('an erasure forgets the list coverage but not the deauthorization when it is interrupted', async () => {
    await fill(ada);
    const at = new Date('2026-10-05T10:00:00Z');
    const withdrawn = { deauthorized_at: at, deauthorization_notified_at: at };
    const { athletes } = adapter.store;
    await athletes.updateOne({}, { $set: { sync: { epoch: 1, polled_at: at, ...withdrawn } } });
    const lease = await leaseOf(`athlete:${ada}`);
    await expect(eraseAs(lease, AbortSignal.abort())).rejects.toThrow(EraseUnfinishedError);
    await lease.release();
    expect((await athletes.findOne())?.sync).toEqual({ epoch: lease.epoch, ...withdrawn });
  });

  it('an erasure classifies every collection as personal or impersonal', async () => {
    const known = [...personalCollections, ...impersonalCollections];
    const stored = await storedCollections(adapter.database.db);
    const names = stored.map(({ collectionName }) => collectionName);
    expect(names.length).toBeGreaterThan(4);
    for (const name of names) expect(known).toContain(name);
  });

  it('an erasure removes the athlete from shared documents, and deletes those without another athlete', async () => {
    const segments = adapter.database.db.collection<Shared>('segments');
    const idsOf = (...ids: number[]) => ({ athlete_ids: ids.map((id) => Long.fromNumber(id)) });
    await segments.insertMany([
      { _id: 1, sync: idsOf(ada, bob) },
      { _id: 2, sync: idsOf(bob) },
      { _id: 3, sync: idsOf(ada) },
    ]);
    expect((await erase()).get('segments')).toBe(2);
    expect(await segments.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, sync: { athlete_ids: [bob] } },
      { _id: 2, sync: { athlete_ids: [bob] } },
    ]);
  });

  it('an erasure deletes more documents than fit into one batch', async () => {
    const parked = adapter.database.db.collection<{ readonly _id: string }>('parked');
    const documents = Array.from({ length: 450 }, (_, index) => ({
      _id: `${ada}:${index}`,
      athlete_id: Long.fromNumber(ada),
    }));
    await parked.insertMany(documents);
    expect(Object.fromEntries(await erase())).toEqual({ parked: 450 });
  });

  it('an erasure finds an interrupted login by its tokens or by its athlete', async () => {
    const grants = createPendingLogins(adapter.store);
    const grant = { accessToken: 'a', refreshToken: 'r', expiresAt: new Date(0) };
    await grants.save('claimed', grant);
    await grants.claim('claimed', ada);
    await grants.save('settled', { ...grant, refreshToken: `refresh-${ada}` });
    await grants.save("bob's", { ...grant, refreshToken: `refresh-${bob}` });
    const login = {
      access_token: 'none',
      refresh_token: `refresh-${ada}`,
      expires_at: new Date(0),
    };
    await adapter.store.tokens.insertOne({ _id: Long.fromNumber(ada), ...login });
    expect((await erase()).get('pending_logins')).toBe(2);
    expect(await grants.load("bob's")).toBeDefined();
  });
});

describe('an interrupted erasure', () => {
  /** The collections before `tokens` are empty; the login identifies the athlete's pending grants. */
  it.each([3, 9, 15, 21, 24])(
    'an interrupted erasure after %i operations is finished by the next erasure',
    async (maxOperations) => {
      await fill(ada);
      const lease = await leaseOf(`athlete:${ada}`);
      const { store } = adapter;
      let operations = 0;
      const attempt: Retry = (operation) => {
        operations += 1;
        if (operations > maxOperations) return Promise.reject(new Error('killed'));
        return operation();
      };
      const signal = new AbortController().signal;
      const erasure = { athleteId: ada, lease, signal };
      const killed = eraseAthlete(storeWith(adapter.database.db, attempt), erasure);
      await expect(killed).rejects.toThrow('killed');
      const left = await footprintLeft(store, ada);
      expect(left).toContain('athletes');
      const athlete = await store.athletes.findOne();
      expect(athlete?.sync).toEqual({ epoch: lease.epoch });
      await eraseAs(lease);
      await lease.release();
      expect(Object.keys(await contents())).toEqual(['runs']);
    },
  );

  it('an interrupted erasure stops between two batches when it is aborted, and throws EraseUnfinishedError', async () => {
    await fill(ada);
    const lease = await leaseOf(`athlete:${ada}`);
    await expect(eraseAs(lease, AbortSignal.abort())).rejects.toThrow(EraseUnfinishedError);
    await lease.release();
    expect(await footprintLeft(adapter.store, ada)).toContain('activities');
  });

  it('an interrupted erasure deletes nothing without the lease', async () => {
    await fill(ada);
    const before = await contents();
    const lost = () => Promise.reject(new LeaseLostError('lost'));
    const signal = new AbortController().signal;
    const lease = { epoch: 2, signal, assertHeld: lost, release: () => Promise.resolve() };
    await expect(eraseAs(lease)).rejects.toThrow(LeaseLostError);
    expect(await contents()).toEqual(before);
  });
});

describe('a document that comes back during an erasure', () => {
  it('a document that comes back during an erasure is deleted by another pass', async () => {
    await fill(ada);
    const lease = await leaseOf(`athlete:${ada}`);
    let isLate = false;
    const assertHeld = async (): Promise<void> => {
      const { athletes, activities } = adapter.store;
      const isNearlyDone = (await adapter.store.tokens.findOne()) === null;
      if (isLate || !isNearlyDone || (await athletes.countDocuments()) === 0) return;
      isLate = true;
      const stale = { _id: Long.fromNumber(77), sync: { athlete_id: Long.fromNumber(ada) } };
      await activities.insertOne(stale as never);
    };
    const counts = await eraseAs({ ...lease, assertHeld });
    await lease.release();
    expect(isLate).toBe(true);
    expect(counts.get('activities')).toBe(2);
    expect(await adapter.store.activities.countDocuments()).toBe(0);
  });
});

describe("the athlete's leases", () => {
  it("the athlete's leases only the released leases of an erased athlete are deleted", async () => {
    const names = [`athlete:${ada}`, `refresh:${ada}`, `athlete:${bob}`, `athlete:${ada}1`];
    for (const name of names) await (await leaseOf(name)).release();
    const held = await leaseOf(`refresh:${ada}`);
    const { store } = adapter;
    await eraseLeases(store, ada);
    const left = async () => (await store.leases.find().toArray()).map(({ _id }) => _id);
    expect((await left()).sort()).toEqual(names.filter((name) => name !== names[0]).sort());
    await held.release();
    await eraseLeases(store, ada);
    expect((await left()).sort()).toEqual(names.slice(2).sort());
  });
});

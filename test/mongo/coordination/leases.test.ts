import type { Store } from '../../../src/mongo/schema/collections.ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { systemClock, type Clock } from '../../../src/clock.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { createLeaseStore } from '../../../src/mongo/coordination/leases.ts';
import { identifyOwner } from '../../../src/owner.ts';
import type { Lease, LeaseHolder, LeaseStore } from '../../../src/sync/ports/leases.ts';
import { useAdapter } from '../adapter.ts';
import { open } from '../base/connection-of.ts';

const adapter = useAdapter();
const host = hostname();
const longMs = 60_000;
let ownProcess = '';
let releases: (() => Promise<void>)[] = [];
let children: ChildProcess[] = [];

beforeAll(async () => {
  ownProcess = await identifyOwner(host);
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const release of releases) await release();
  [releases, children] = [[], []];
});

interface Holder {
  readonly durationMs?: number;
  readonly host?: string;
  readonly process?: string;
  readonly clock?: Clock;
  readonly store?: Store;
}

function storeOf(holder: Holder = {}): LeaseStore {
  const { store = adapter.store, ...options } = holder;
  return createLeaseStore(store, {
    durationMs: longMs,
    pid: process.pid,
    host,
    process: ownProcess,
    clock: systemClock,
    ...options,
  });
}

/** An owner on another machine, whose processes cannot be checked from here. */
function elsewhere(holder: Holder = {}): LeaseStore {
  return storeOf({ host: 'elsewhere', process: 'elsewhere|boot|ns|1-1', ...holder });
}

function isLease(held: Lease | LeaseHolder): held is Lease {
  return 'epoch' in held;
}

async function tryTake(store: LeaseStore, name: string): Promise<Lease | undefined> {
  const held = await store.tryAcquire(name);
  if (!isLease(held)) return undefined;
  releases.push(() => held.release());
  return held;
}

async function take(store: LeaseStore, name: string): Promise<Lease> {
  const lease = await tryTake(store, name);
  if (lease === undefined) throw new Error(`${name} is held.`);
  return lease;
}

/** Retries until it acquires the lease. */
async function waitFor(store: LeaseStore, name: string): Promise<Lease> {
  for (;;) {
    const lease = await tryTake(store, name);
    if (lease !== undefined) return lease;
    await sleep(20);
  }
}

/** A clock whose sleeps end only when aborted: its process never wakes to renew. */
function asleep(): Clock & { advance(ms: number): void } {
  let aheadMs = 0;
  return {
    nowMs: () => Date.now() + aheadMs,
    monotonicMs: () => performance.now(),
    sleep: async (_, signal) => {
      if (signal === undefined || signal.aborted) return;
      await once(signal, 'abort');
    },
    advance: (ms) => {
      aheadMs += ms;
    },
  };
}

/** Another process that acquires the lease and holds it. */
async function startHolder(
  name: string,
  durationMs: number,
  itsHost = host,
): Promise<ChildProcess> {
  const { uri, name: database } = adapter.database;
  const script = join(import.meta.dirname, 'fixtures/lease-holder.ts');
  const args = [script, uri, database, name, itsHost, String(durationMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  expect(said.toString()).toMatch(/^held/);
  return child;
}

describe('a lease', () => {
  it('a lease is acquired by one of many, and names the holder to the others', async () => {
    const connections = await Promise.all([1, 2, 3].map(() => open(adapter.database)));
    try {
      const tries = Array.from({ length: 30 }, (_, index) => {
        const store = connections[index % connections.length];
        return storeOf(store && { store }).tryAcquire('many');
      });
      const all = await Promise.all(tries);
      const [winner, ...more] = all.filter(isLease);
      expect(more).toEqual([]);
      const losers = all.filter((held): held is LeaseHolder => !isLease(held));
      expect(losers).toHaveLength(29);
      expect(losers.every((holder) => holder.pid === process.pid && holder.host === host)).toBe(
        true,
      );
      await winner?.release();
    } finally {
      await Promise.all(connections.map((store) => store.close()));
    }
  });

  it('a lease is free after its release, and its epoch grows', async () => {
    const first = await take(storeOf(), 'released');
    expect(await tryTake(storeOf(), 'released')).toBeUndefined();
    await first.release();
    const second = await take(elsewhere(), 'released');
    expect(second.epoch).toBeGreaterThan(first.epoch);
    await second.release();
    expect((await take(storeOf(), 'released')).epoch).toBeGreaterThan(second.epoch);
  });

  it('a lease has a growing epoch even after its document was removed', async () => {
    const first = await take(storeOf(), 'removed');
    await adapter.store.leases.deleteOne({ _id: 'removed' });
    await sleep(2);
    expect((await take(storeOf(), 'removed')).epoch).toBeGreaterThan(first.epoch);
    await expect(first.release()).resolves.toBeUndefined();
    expect(await tryTake(elsewhere(), 'removed')).toBeUndefined();
  });

  it('a lease does not depend on leases of other names', async () => {
    await take(storeOf(), 'one');
    expect(await tryTake(storeOf(), 'other')).toBeDefined();
  });

  it('a lease stays with the new holder when the old one releases it', async () => {
    const clock = asleep();
    const first = await take(elsewhere({ durationMs: 50, clock }), 'late-release');
    const second = await waitFor(storeOf(), 'late-release');
    await first.release();
    expect(await tryTake(elsewhere(), 'late-release')).toBeUndefined();
    await second.assertHeld();
  });
});

describe('a lease holder that renews', () => {
  it('a holder that renews keeps its lease for longer than the duration while others try', async () => {
    const durationMs = 400;
    const lease = await take(elsewhere({ durationMs }), 'renewed');
    const startedMs = performance.now();
    while (performance.now() - startedMs < 3 * durationMs) {
      expect(await tryTake(storeOf(), 'renewed')).toBeUndefined();
      await lease.assertHeld();
      await sleep(25);
    }
    expect(lease.signal.aborted).toBe(false);
  });
});

describe('a silent lease holder on another machine', () => {
  it('a silent holder on another machine keeps its lease until it expires, and no longer', async () => {
    const durationMs = 400;
    const startedMs = performance.now();
    await take(elsewhere({ durationMs, clock: asleep() }), 'silent');
    expect(await tryTake(storeOf(), 'silent')).toBeUndefined();
    await waitFor(storeOf(), 'silent');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(durationMs);
  });

  it("a silent lease holder on another machine loses its lease by the server's clock, regardless of ours", async () => {
    await take(elsewhere({ clock: asleep() }), 'skewed');
    const ahead = asleep();
    ahead.advance(365 * 86_400_000);
    expect(await tryTake(storeOf({ clock: ahead }), 'skewed')).toBeUndefined();
  });

  it('a silent holder detects before its next write that it was replaced', async () => {
    const clock = asleep();
    const first = await take(elsewhere({ durationMs: 50, clock }), 'replaced');
    const second = await waitFor(storeOf(), 'replaced');
    await expect(first.assertHeld()).rejects.toThrow(LeaseLostError);
    expect(first.signal.aborted).toBe(true);
    expect(second.epoch).toBeGreaterThan(first.epoch);
    await second.assertHeld();
  });

  it('a silent holder detects the replacement although its monotonic clock stopped', async () => {
    const clock = asleep();
    const stopped: Clock = { ...clock, monotonicMs: () => 0 };
    const first = await take(elsewhere({ durationMs: 50, clock: stopped }), 'suspended');
    await waitFor(storeOf(), 'suspended');
    await expect(first.assertHeld()).rejects.toThrow(LeaseLostError);
  });

  it('a silent holder detects the replacement although its wall clock was turned back', async () => {
    const clock = asleep();
    const first = await take(elsewhere({ durationMs: 50, clock }), 'turned-back');
    clock.advance(-86_400_000);
    await waitFor(storeOf(), 'turned-back');
    await expect(first.assertHeld()).rejects.toThrow(LeaseLostError);
  });

  it('a silent holder keeps its lease where it wakes in time to renew', async () => {
    const clock = asleep();
    const lease = await take(elsewhere({ durationMs: longMs, clock }), 'woken');
    clock.advance(longMs + 1);
    await lease.assertHeld();
    expect(await tryTake(storeOf(), 'woken')).toBeUndefined();
  });

  it('a silent holder may renew an expired lease that is still free', async () => {
    const clock = asleep();
    const durationMs = 30;
    const lease = await take(elsewhere({ durationMs, clock }), 'unclaimed');
    await sleep(2 * durationMs);
    await lease.assertHeld();
    expect(lease.signal.aborted).toBe(false);
  });
});

describe('a lease holder in another process of this machine', () => {
  it('a killed holder in another process of this machine is replaced at once', async () => {
    const child = await startHolder('killed', longMs);
    expect(await tryTake(storeOf(), 'killed')).toBeUndefined();
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    expect(await tryTake(storeOf(), 'killed')).toBeDefined();
  });

  it('a holder in another process of this machine is not replaced while it runs', async () => {
    await startHolder('alive', 300);
    const startedMs = performance.now();
    while (performance.now() - startedMs < 700) {
      expect(await tryTake(storeOf(), 'alive')).toBeUndefined();
      await sleep(25);
    }
  });

  it('a holder that may have died on another machine is waited for', async () => {
    const child = await startHolder('remote', 3_000, 'elsewhere');
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    const known = await adapter.store.workers.findOne({ host: 'elsewhere', pid: child.pid ?? 0 });
    const isFreeAtOnce = (await tryTake(storeOf(), 'remote')) !== undefined;
    expect(isFreeAtOnce).toBe(false);
    await waitFor(storeOf(), 'remote');
    expect(Date.now()).toBeGreaterThanOrEqual(known?.expires_at.getTime() ?? Infinity);
  });

  it('a dead holder is replaced by one of many', async () => {
    const child = await startHolder('fought-over', longMs);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    const tries = Array.from({ length: 12 }, () => tryTake(storeOf(), 'fought-over'));
    const winners = (await Promise.all(tries)).filter((lease) => lease !== undefined);
    expect(winners).toHaveLength(1);
  });
});

describe('the worker of a process', () => {
  const names = ['athlete:1', 'athlete:2', 'athlete:3'];

  it('the worker of a process lives from the first lease to the last, whatever they are', async () => {
    const { workers } = adapter.store;
    const before = await workers.countDocuments();
    const store = storeOf();
    const { leases } = await store.acquireAll(names);
    const other = await take(store, 'of-another-kind');
    expect(leases.size).toBe(3);
    expect(await workers.countDocuments()).toBe(before + 1);
    await store.releaseAll([...leases.values()]);
    expect(await workers.countDocuments()).toBe(before + 1);
    await other.release();
    expect(await workers.countDocuments()).toBe(before);
    const isHeld = { _id: { $in: names }, owner: { $exists: true } };
    expect(await adapter.store.leases.countDocuments(isHeld)).toBe(0);
  });

  it('a worker takes of several leases those that are free, and names the holder of the others', async () => {
    const held = await take(elsewhere(), 'athlete:2');
    const store = storeOf();
    const acquired = await store.acquireAll(names, (free) => Promise.resolve(free - 1));
    expect([...acquired.leases.keys()]).toEqual(['athlete:1']);
    expect([...acquired.held]).toMatchObject([['athlete:2', { host: 'elsewhere' }]]);
    await store.releaseAll([...acquired.leases.values()]);
    await held.release();
  });

  it('a worker gives a lease to one of several takers in its own process', async () => {
    const store = storeOf();
    const tries = await Promise.all(Array.from({ length: 10 }, () => tryTake(store, 'inside')));
    expect(tries.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('a worker notices at its next renewal that a lease was removed by hand', async () => {
    const store = elsewhere({ durationMs: 300 });
    const [kept, removed] = [await take(store, 'kept'), await take(store, 'removed-by-hand')];
    await adapter.store.leases.deleteOne({ _id: 'removed-by-hand' });
    await once(removed.signal, 'abort');
    await expect(removed.assertHeld()).rejects.toThrow(LeaseLostError);
    await kept.assertHeld();
  });

  it('a replaced worker loses every lease at once, and takes them again under a new id', async () => {
    const clock = asleep();
    const store = elsewhere({ durationMs: 50, clock });
    const [one, other] = [await take(store, 'lost-1'), await take(store, 'lost-2')];
    const heir = await waitFor(storeOf(), 'lost-1');
    await expect(one.assertHeld()).rejects.toThrow(LeaseLostError);
    await expect(other.assertHeld()).rejects.toThrow(LeaseLostError);
    expect(other.signal.aborted).toBe(true);
    await heir.assertHeld();
    const again = await take(store, 'lost-2');
    expect(again.epoch).toBeGreaterThan(other.epoch);
  });

  it('a worker frees what a dead one left only for its own group', async () => {
    const store = elsewhere({ durationMs: 50, clock: asleep() });
    await store.join('12345');
    await store.acquireAll(names);
    await sleep(100);
    expect(await storeOf().freeDead('67890')).toEqual({ leases: 0 });
    expect(await storeOf().freeDead('12345')).toEqual({ leases: 3 });
    expect(await storeOf().freeDead('12345')).toEqual({ leases: 0 });
  });
});

import { once } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Long } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import { markReleasing } from '../../../src/mongo/athletes/erasing.ts';
import { createAthleteStore } from '../../../src/mongo/athletes/athletes.ts';
import { createLeaseStore } from '../../../src/mongo/coordination/leases.ts';
import { identifyOwner } from '../../../src/owner.ts';
import type { AthleteLeases } from '../../../src/sync/athletes/athlete-leases.ts';
import { createAthleteLeases } from '../../../src/sync/athletes/athlete-leases.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { athleteLease, importLease } from '../../../src/sync/ports/leases.ts';
import { useAdapter } from '../../mongo/adapter.ts';

const adapter = useAdapter();
const host = hostname();
const process = await identifyOwner(host);
const ids = Array.from({ length: 12 }, (_, index) => 1001 + index);
let runs: AthleteLeases[] = [];

beforeEach(async () => {
  await adapter.empty();
  const login = { access_token: 'a', refresh_token: 'r', expires_at: new Date(0) };
  const logins = ids.map((id) => ({ _id: Long.fromNumber(id), ...login }));
  await adapter.store.tokens.insertMany(logins);
});

afterEach(async () => {
  for (const run of runs) await run.release();
  runs = [];
});

/** A run of a process of its own that shares the athletes. */
async function join(durationMs = 600_000, clock: Clock = systemClock): Promise<AthleteLeases> {
  const leases = createLeaseStore(adapter.store, { pid: 1, host, process, clock, durationMs });
  const athletes = createAthleteStore(adapter.store, everyApplication);
  const sharing = { group: '12345', recentPollMs: 60_000, isTakeover: false };
  const run = createAthleteLeases(
    { leases, athletes },
    {
      athleteIds: () => athletes.athleteIds(),
      scopeOf: () => ({ kind: 'default' }),
      isPollWanted: true,
      sharing,
      nowMs: () => Date.now(),
    },
  );
  runs.push(run);
  await run.acquire();
  return run;
}

/** All of them look at each other a few times. */
async function settle(): Promise<void> {
  for (let looks = 0; looks < 10; looks += 1) for (const run of runs) await run.balance();
}

function loads(): readonly number[] {
  return runs.map(({ athletes }) => athletes.length);
}

/** Every athlete is held by exactly one run. */
function expectAllHeld(): void {
  const held = runs.flatMap(({ athletes }) => athletes.map(({ athleteId }) => athleteId));
  expect(held.toSorted((one, other) => one - other)).toEqual(ids);
}

/** A clock whose process never renews. */
const asleep: Clock = {
  ...systemClock,
  sleep: async (_, signal) => {
    if (signal?.aborted === false) await once(signal, 'abort');
  },
};

describe('runs that share the athletes', () => {
  it('runs that share the athletes hold equal parts as one run after another joins and leaves', async () => {
    await join();
    expect(loads()).toEqual([12]);
    await join();
    await settle();
    expect(loads()).toEqual([6, 6]);
    await join();
    await settle();
    expect(loads()).toEqual([4, 4, 4]);
    expectAllHeld();
    const [first] = runs.splice(0, 1);
    await first?.release();
    await settle();
    expect(loads()).toEqual([6, 6]);
    expectAllHeld();
  });

  it('runs that share the athletes do not pass athletes to and fro once each has its share', async () => {
    await join();
    await join();
    await settle();
    const before = runs.map(({ athletes }) => athletes.map(({ lease }) => lease));
    await settle();
    expect(runs.map(({ athletes }) => athletes.map(({ lease }) => lease))).toEqual(before);
  });

  it('runs that share the athletes have equal parts at once where all begin at the same time', async () => {
    await Promise.all([join(), join(), join()]);
    await settle();
    expect(loads()).toEqual([4, 4, 4]);
    expectAllHeld();
  });

  it('runs that share the athletes do not take an athlete again that they released for an erasure', async () => {
    const only = await join();
    await markReleasing(adapter.store, everyApplication, ids[0] ?? 0);
    await only.releaseErasing();
    await only.balance();
    expect(only.athletes.map(({ athleteId }) => athleteId)).toEqual(ids.slice(1));
  });

  it('runs that share the athletes leave an athlete to an import that wants it, and take it again afterwards', async () => {
    const only = await join();
    const [wanted = 0] = ids;
    const own = { pid: 2, host, process, clock: systemClock, durationMs: 600_000 };
    const leases = createLeaseStore(adapter.store, own);
    const announced = await leases.tryAcquire(importLease(wanted));
    if (!('epoch' in announced)) throw new Error('The lease is held.');
    const [first] = only.athletes;
    first?.inFlight.add('streams:5');
    await only.balance();
    expect(only.athletes).toContain(first);
    first?.inFlight.clear();
    await only.balance();
    expect(only.athletes.map(({ athleteId }) => athleteId)).toEqual(ids.slice(1));
    const athlete = await leases.tryAcquire(athleteLease(wanted));
    if (!('epoch' in athlete)) throw new Error('The athlete is held.');
    await only.balance();
    await leases.releaseAll([athlete, announced]);
    await only.balance();
    expect(only.athletes.map(({ athleteId }) => athleteId)).toEqual([...ids.slice(1), wanted]);
  });

  it('runs that share the athletes count only the athletes with work', async () => {
    const first = await join();
    for (const athlete of first.athletes.slice(0, 8)) {
      athlete.isPollDue = false;
      athlete.tasks = [];
      athlete.coverage = { spans: [{ fromS: 0, toS: 4_000_000_000 }] };
    }
    const withWork = new Set(first.athletes.slice(8).map(({ athleteId }) => athleteId));
    await join();
    await settle();
    const given = runs[1]?.athletes.filter(({ athleteId }) => withWork.has(athleteId));
    expect(given).toHaveLength(2);
  });

  it('runs that share the athletes release an athlete only when nothing is in flight for it', async () => {
    const first = await join();
    for (const { inFlight } of first.athletes) inFlight.add('streams:5');
    const second = await join();
    await settle();
    expect(second.athletes).toEqual([]);
    expect(first.athletes.filter(({ isReleasing }) => isReleasing)).toHaveLength(6);
    for (const { inFlight } of first.athletes) inFlight.clear();
    await settle();
    expect(loads()).toEqual([6, 6]);
  });

  it('runs that share the athletes do not poll again at once whom another run has polled', async () => {
    const first = await join();
    const polled = first.athletes[0];
    const athletes = createAthleteStore(adapter.store, everyApplication);
    for (const { athleteId, coverage, lease } of first.athletes) {
      if (athleteId === polled?.athleteId) continue;
      const at = { epoch: lease.epoch, poll: { at: new Date(), count: 1 } };
      await athletes.saveCoverage(athleteId, coverage, at);
    }
    await first.release();
    runs = [];
    await join(2_000, asleep);
    const heir = await join();
    await sleep(2_500);
    await settle();
    const due = heir.athletes.filter(({ isPollDue }) => isPollDue);
    expect(due.map(({ athleteId }) => athleteId)).toEqual([polled?.athleteId]);
    runs = [heir];
  });

  it('runs that share the athletes take over from one that died within one look after its expiry', async () => {
    await join(2_000, asleep);
    const heir = await join();
    expect(heir.athletes).toEqual([]);
    expect(heir.isShort()).toBe(true);
    await sleep(2_500);
    await heir.balance();
    expect(heir.athletes).toHaveLength(12);
    runs = [heir];
  });
});

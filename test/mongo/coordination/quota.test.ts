import type { Store } from '../../../src/mongo/schema/collections.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { QuotaState } from '../../../src/domain/rate-limit/quota-state.ts';
import { emptyQuota } from '../../../src/domain/rate-limit/quota-state.ts';
import { createQuotaStore, knownApplications } from '../../../src/mongo/coordination/quota.ts';
import type { QuotaStore } from '../../../src/sync/ports/quota.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { open } from '../base/connection-of.ts';

const adapter = useAdapter();
const connections: Store[] = [];

beforeAll(async () => {
  for (let count = 0; count < 4; count += 1) connections.push(await open(adapter.database));
});

afterAll(async () => {
  await Promise.all(connections.map((store) => store.close()));
});

beforeEach(() => adapter.empty());

const window = {
  kind: 'short',
  startMs: 1_790_000_100_000,
  reserved: 3,
  maxForeign: 2,
  minForeign: 1,
  seen: 4,
  isClosed: true,
} as const;

const state: QuotaState = {
  windows: [window, { ...window, kind: 'daily', startMs: 1_789_948_800_000, isClosed: false }],
  inFlight: [
    {
      id: 'f1',
      owner: 'here',
      atMs: 1_790_000_200_123,
      charges: [{ kind: 'short', startMs: 1_790_000_100_000, settledBefore: 2 }],
    },
  ],
  observed: { short: 100 },
};

function addOne(known: QuotaState): QuotaState {
  const [short = window] = known.windows;
  return { ...known, windows: [{ ...short, reserved: short.reserved + 1 }] };
}

function reservedIn({ windows }: QuotaState): number {
  return windows[0]?.reserved ?? 0;
}

/** A store that counts its writes; `onWritten` runs after each, before its caller goes on. */
function observedWrites(onWritten?: (count: number) => Promise<unknown> | undefined) {
  let writes = 0;
  const store = storeWith(adapter.database.db, async (operation) => {
    const result = await operation();
    if (typeof result === 'object' && result !== null && 'matchedCount' in result) {
      writes += 1;
      await onWritten?.(writes);
    }
    return result;
  });
  return { store, writes: () => writes };
}

describe('the quota store of an application', () => {
  it('the stored quota is empty before the first request', async () => {
    const store = createQuotaStore(adapter.store, '12345');
    expect(await store.load()).toEqual(emptyQuota);
    expect(await knownApplications(adapter.store)).toEqual([]);
  });

  it('the quota store returns the stored quota, also to another process', async () => {
    const store = createQuotaStore(adapter.store, '12345');
    expect(await store.update(() => state)).toEqual(state);
    expect(await createQuotaStore(adapter.store, '12345').load()).toEqual(state);
  });

  it('the quota store is separate for each application', async () => {
    await createQuotaStore(adapter.store, '12345').update(() => state);
    const other = createQuotaStore(adapter.store, '67890');
    expect(await other.load()).toEqual(emptyQuota);
    await other.update(() => emptyQuota);
    expect(await knownApplications(adapter.store)).toEqual(['12345', '67890']);
  });

  it('the quota store writes nothing where nothing changes', async () => {
    const store = createQuotaStore(adapter.store, '12345');
    await store.update(() => state);
    const before = await adapter.database.db.collection('quota').find().toArray();
    expect(await store.update(() => undefined)).toEqual(state);
    expect(await adapter.database.db.collection('quota').find().toArray()).toEqual(before);
  });

  it('the quota store rejects a reservation by the stored quota, not by a cached one', async () => {
    const [mine, other] = [0, 1].map(() => createQuotaStore(adapter.store, '12345'));
    await mine?.update(() => state);
    await other?.update((known) => ({ ...known, inFlight: [] }));
    const seen: number[] = [];
    await mine?.update((known) => {
      seen.push(known.inFlight.length);
      return undefined;
    });
    expect(seen.at(-1)).toBe(0);
  });

  it('the quota store loses none of many concurrent changes from several processes', async () => {
    const stores: QuotaStore[] = connections.map((store) => createQuotaStore(store, '12345'));
    const each = 25;
    const changes = stores.flatMap((store) =>
      Array.from({ length: each }, () => store.update(addOne)),
    );
    const results = await Promise.all(changes);
    const total = window.reserved + stores.length * each;
    expect(reservedIn(await createQuotaStore(adapter.store, '12345').load())).toBe(total);
    const seen = new Set(results.map(reservedIn));
    expect(seen.size).toBe(stores.length * each);
  });

  it('the quota store works after a failed change', async () => {
    const store = createQuotaStore(adapter.store, '12345');
    const broken = store.update(() => {
      throw new TypeError('a bug');
    });
    await expect(broken).rejects.toThrow('a bug');
    expect(await store.update(() => state)).toEqual(state);
  });

  it('the quota store writes twice where twenty changes come at once', async () => {
    const counted = observedWrites();
    const store = createQuotaStore(counted.store, '12345');
    await Promise.all(Array.from({ length: 20 }, () => store.update(addOne)));
    expect(counted.writes()).toBe(2);
    expect(reservedIn(await store.load())).toBe(window.reserved + 20);
  });

  it('the quota store decides a rejection in a write with others by what another process stored meanwhile', async () => {
    const other = createQuotaStore(adapter.store, '12345');
    const counted = observedWrites((count) => (count === 1 ? other.update(addOne) : undefined));
    const store = createQuotaStore(counted.store, '12345');
    const seen: number[] = [];
    const changes = [
      addOne,
      addOne,
      (known: QuotaState): undefined => {
        seen.push(reservedIn(known));
        return undefined;
      },
    ];
    const results = await Promise.all(changes.map((change) => store.update(change)));
    expect(results.map(reservedIn)).toEqual([4, 6, 6]);
    expect(seen).toEqual([5, 6]);
  });

  it('the quota store applies an idempotent change once where the acknowledgement was lost', async () => {
    const lost = { left: 1 };
    // The connection breaks after the write and before its response: the operation runs twice.
    const twice = storeWith(adapter.database.db, async (operation) => {
      const result = await operation();
      const isWrite = typeof result === 'object' && result !== null && 'matchedCount' in result;
      if (lost.left === 0 || !isWrite) return result;
      lost.left -= 1;
      return operation();
    });
    const store = createQuotaStore(twice, '12345');
    const reserveOnce = (known: QuotaState): QuotaState =>
      known.inFlight.some(({ id }) => id === 'f1')
        ? known
        : { ...addOne(known), inFlight: state.inFlight };
    const result = await store.update(reserveOnce);
    expect(lost.left).toBe(0);
    expect(reservedIn(result)).toBe(window.reserved + 1);
    expect(reservedIn(await store.load())).toBe(window.reserved + 1);
  });
});

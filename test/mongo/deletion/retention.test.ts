import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { LeaseLostError } from '../../../src/errors.ts';
import type { Expiry } from '../../../src/mongo/deletion/retention.ts';
import { expire } from '../../../src/mongo/deletion/retention.ts';
import type { Retry } from '../../../src/mongo/base/retrying-db.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { addStreams } from '../athletes/erasing-fixture.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';

const id = 19_000_000_001;
const old = new Date('2026-10-01T00:00:00Z');
const young = new Date('2026-10-09T00:00:00Z');
const now = new Date('2026-10-10T00:00:00Z');
const fetchedBefore = new Date('2026-10-03T00:00:00Z');

const adapter = useAdapter();

beforeEach(() => adapter.empty());

function sweep(changes: Partial<Expiry> = {}): Promise<number> {
  const expiry = { athleteId, fetchedBefore, now, epoch: 1, limit: 1_000, ...changes };
  return expire(adapter.store, expiry);
}

interface Stored {
  readonly at?: Date;
  readonly epoch?: number;
  readonly athlete?: number;
  readonly streamsAt?: Date;
}

async function store(ids: readonly number[], how: Stored = {}): Promise<void> {
  const { at = old, epoch = 1, athlete = athleteId, streamsAt = at } = how;
  const records = ids.map((one) => recordOf(one, { athlete: { id: athlete } }));
  const page = pageOf(records, { epoch, fetchedAt: at, athleteId: athlete });
  await adapter.activities.storePage(page);
  for (const one of ids) {
    await addStreams(adapter.store, one, { epoch, athlete, fetchedAt: streamsAt });
  }
}

async function idsIn(name: string, key: string): Promise<readonly number[]> {
  const found = await adapter.database.db.collection(name).distinct(key);
  return found.map(Number).sort();
}

async function stored(): Promise<Record<string, readonly number[]>> {
  return {
    activities: await idsIn('activities', '_id'),
    streams: await idsIn('streams', 'activity_id'),
    tombstones: await idsIn('tombstones', '_id'),
  };
}

describe('the retention sweep', () => {
  it('the retention sweep removes expired activities with their streams, and keeps younger ones', async () => {
    await store([id, id + 1]);
    await store([id + 2], { at: young });
    expect(await sweep()).toBe(2);
    const left = { activities: [id + 2], streams: [id + 2], tombstones: [id, id + 1] };
    expect(await stored()).toEqual(left);
    const stone = { why: 'expired', at: now, start_date: new Date('2026-10-04T06:12:13Z') };
    expect(await adapter.database.db.collection('tombstones').findOne()).toMatchObject(stone);
    expect(await sweep()).toBe(0);
    expect(await stored()).toEqual(left);
  });

  it("the retention sweep keeps other athletes' activities", async () => {
    await store([id], { athlete: athleteId + 1 });
    expect(await sweep()).toBe(0);
    expect(await stored()).toMatchObject({ activities: [id], streams: [id], tombstones: [] });
  });

  it('the retention sweep counts the age of stored streams even after a newer summary', async () => {
    await store([id, id + 1], { at: young, streamsAt: old });
    const none = { 'sync.streams': { state: 'none', tries: 0, fetched_at: old } } as const;
    const second = { _id: Long.fromNumber(id + 1) };
    await adapter.store.activities.updateOne(second, { $set: none });
    expect(await sweep()).toBe(1);
    expect(await stored()).toMatchObject({ activities: [id + 1], tombstones: [id] });
  });

  it('the retention sweep counts the age of the details too', async () => {
    await store([id], { at: young });
    const details = { 'sync.details': { state: 'stored', tries: 0, fetched_at: old } } as const;
    await adapter.store.activities.updateOne({}, { $set: details });
    expect(await sweep()).toBe(1);
    expect(await stored()).toEqual({ activities: [], streams: [], tombstones: [id] });
  });

  it.each([
    [
      'the streams',
      'streams',
      { kind: 'streams', isFresh: false, startAt: old, elapsedS: 1, firstSeenAt: old },
    ],
    ['the details', 'details', { kind: 'activity', purpose: 'details', isFresh: false }],
    ['a part', 'kudoers', { kind: 'activityPart', part: 'kudoers' }],
  ] as const)(
    'the retention sweep counts the age of %s whose next fetch failed',
    async (_, state, task) => {
      await store([id], { at: young });
      const pending = { [`sync.${state}`]: { state: 'pending', tries: 0, fetched_at: old } };
      await adapter.store.activities.updateOne({}, { $set: pending });
      const retry = { tries: 1, isParked: false, nextTryAt: now };
      const write = { athleteId, epoch: 1, at: now };
      const { recording_hash: recordingHash = '' } =
        (await adapter.store.activities.findOne())?.sync ?? {};
      const failed = { ...task, activityId: id, tries: 0, recordingHash };
      await adapter.tasks.postpone(write, failed, retry, 'It failed.');
      const { sync } = (await adapter.store.activities.findOne()) ?? {};
      expect(sync?.[state]).toEqual({
        ...{ state: 'pending', tries: 1, next_try_at: now, error: 'It failed.', fetched_at: old },
      });
      expect(await sweep()).toBe(1);
    },
  );

  it('the retention sweep counts the age of streams and details that a changed summary makes due again', async () => {
    await store([id, id + 1, id + 2], { at: young, streamsAt: old });
    const details = { 'sync.details': { state: 'stored', tries: 0, fetched_at: old } } as const;
    const second = { _id: Long.fromNumber(id + 1) };
    await adapter.store.activities.updateOne(second, {
      $set: { ...details, 'sync.streams.fetched_at': young },
    });
    const ofExport = { 'sync.streams.source': 'export' } as const;
    const third = { _id: Long.fromNumber(id + 2) };
    await adapter.store.activities.updateOne(third, { $set: ofExport });
    const changed = [id, id + 1, id + 2].map((one) =>
      recordOf(one, { name: 'Changed', distance: 9_999, elapsed_time: 4_321 }),
    );
    await adapter.activities.storePage(pageOf(changed, { fetchedAt: young }));
    const states = await adapter.store.activities.find().sort({ _id: 1 }).toArray();
    const pending = { state: 'pending', tries: 0 };
    expect(states.map(({ sync }) => sync.streams)).toEqual([
      { ...pending, fetched_at: old },
      { ...pending, fetched_at: young },
      pending,
    ]);
    expect(states.map(({ sync }) => sync.details)).toEqual([
      undefined,
      { ...pending, fetched_at: old },
      undefined,
    ]);
    expect(await sweep()).toBe(2);
    expect(await stored()).toMatchObject({ activities: [id + 2] });
  });

  it('the retention sweep removes up to its maximum in batches, and the rest in the next sweep', async () => {
    const ids = Array.from({ length: 63 }, (_, index) => id + index);
    await adapter.activities.storePage(
      pageOf(
        ids.map((one) => recordOf(one)),
        { fetchedAt: old },
      ),
    );
    expect(await sweep({ limit: 55 })).toBe(55);
    expect((await stored())['tombstones']).toHaveLength(55);
    expect(await sweep({ limit: 55 })).toBe(8);
    expect(await stored()).toMatchObject({ activities: [], tombstones: ids });
  });

  it.each([1, 2, 3, 4])(
    'the retention sweep is finished by the next sweep when killed after %i writes',
    async (writes) => {
      await store([id], { at: young, streamsAt: old });
      let operations = 0;
      const attempt: Retry = (operation) => {
        // The first operation finds the expired activities.
        if (operations > writes) return Promise.reject(new Error('killed'));
        operations += 1;
        return operation();
      };
      const expiry = { athleteId, fetchedBefore, now, epoch: 1, limit: 10 };
      await expect(expire(storeWith(adapter.database.db, attempt), expiry)).rejects.toThrow(
        'killed',
      );
      await sweep({ epoch: 2 });
      expect(await stored()).toEqual({ activities: [], streams: [], tombstones: [id] });
    },
  );

  it('the retention sweep removes parts that a stale write left behind a tombstone, and no others', async () => {
    await store([id]);
    await sweep();
    await addStreams(adapter.store, id);
    await store([id + 1], { at: young });
    expect(await sweep()).toBe(0);
    expect(await stored()).toMatchObject({ activities: [id + 1], streams: [id + 1] });
  });

  it('the retention sweep fails under an older lease, and keeps the writes of the newer one', async () => {
    await store([id], { epoch: 5 });
    await expect(sweep({ epoch: 4 })).rejects.toThrow(LeaseLostError);
    expect(await stored()).toEqual({ activities: [id], streams: [id], tombstones: [] });
  });
});

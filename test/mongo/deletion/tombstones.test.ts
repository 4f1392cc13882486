import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { LeaseLostError } from '../../../src/errors.ts';
import type { TombstoneDocument } from '../../../src/mongo/schema/collections.ts';
import type { Deletion } from '../../../src/mongo/deletion/delete-activity.ts';
import { deleteGoneActivity } from '../../../src/mongo/deletion/missing.ts';
import { tombstonesOf } from '../../../src/mongo/history/tombstones.ts';
import { deleteActivity, isStored } from '../../../src/mongo/deletion/delete-activity.ts';
import type { Retry } from '../../../src/mongo/base/retrying-db.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { addStreams } from '../athletes/erasing-fixture.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';

const id = 19_000_000_001;
const startAt = new Date('2026-10-04T06:12:13Z');
const at = new Date('2026-10-20T00:00:00Z');

const adapter = useAdapter();

beforeEach(() => adapter.empty());

function deletionOf(changes: Partial<Deletion> = {}): Deletion {
  return { athleteId, activityId: id, startAt, why: 'deleted', at, epoch: 1, ...changes };
}

function deleteIt(changes: Partial<Deletion> = {}): Promise<boolean> {
  return deleteActivity(adapter.store, deletionOf(changes));
}

async function store(epoch: number, ...ids: readonly number[]): Promise<void> {
  const records = ids.map((one) => recordOf(one));
  await adapter.activities.storePage(pageOf(records, { epoch }));
  for (const one of ids) await addStreams(adapter.store, one, { epoch });
}

function tombstones() {
  return adapter.database.db.collection<TombstoneDocument>('tombstones');
}

async function all(name: string): Promise<Document[]> {
  return adapter.database.db.collection(name).find().sort({ _id: 1 }).toArray();
}

describe('deleteActivity', () => {
  it('deleteActivity removes the activity with its streams, and writes a tombstone', async () => {
    await store(1, id, id + 1);
    expect(await deleteIt()).toBe(true);
    const stone = { athlete_id: athleteId, start_date: startAt, why: 'deleted', at };
    expect(await all('tombstones')).toEqual([{ _id: id, ...stone }]);
    expect(await all('activities')).toMatchObject([{ _id: id + 1 }]);
    expect(await all('streams')).toMatchObject([{ activity_id: id + 1 }, { activity_id: id + 1 }]);
    const types = { _id: { $type: 'long' }, athlete_id: { $type: 'long' } } as const;
    expect(await tombstones().countDocuments(types)).toBe(1);
  });

  it('deleteActivity returns false the second time, and changes nothing', async () => {
    await store(1, id);
    await deleteIt();
    const before = await all('tombstones');
    expect(await deleteIt()).toBe(false);
    expect(await all('tombstones')).toEqual(before);
  });

  it("deleteActivity keeps another athlete's activity", async () => {
    await store(1, id);
    const before = [await all('activities'), await all('streams')];
    expect(await deleteIt({ athleteId: athleteId + 1 })).toBe(false);
    await deleteGoneActivity(adapter.store, { athleteId: athleteId + 1, epoch: 1, at }, id);
    expect([await all('activities'), await all('streams')]).toEqual(before);
    expect([await all('tombstones'), await all('changes')]).toEqual([[], []]);
    expect(await isStored(adapter.store, { athleteId, activityId: id })).toBe(true);
    const asOther = { athleteId: athleteId + 1, activityId: id };
    expect(await isStored(adapter.store, asOther)).toBe(false);
  });

  it('deleteActivity is finished by the next attempt when interrupted after the tombstone or the streams', async () => {
    await store(1, id);
    await tombstones().insertOne({
      _id: Long.fromNumber(id),
      athlete_id: Long.fromNumber(athleteId),
      start_date: startAt,
      why: 'deleted',
      at: new Date(0),
    });
    await adapter.store.streams.deleteMany({ part: 0 });
    expect(await deleteIt()).toBe(true);
    expect([await all('activities'), await all('streams')]).toEqual([[], []]);
  });

  it('deleteActivity keeps an activity written under a newer lease, without a tombstone', async () => {
    await store(7, id);
    const before = [await all('activities'), await all('streams')];
    await expect(deleteIt({ epoch: 6 })).rejects.toThrow(LeaseLostError);
    expect([await all('activities'), await all('streams')]).toEqual(before);
    expect(await all('tombstones')).toEqual([]);
  });

  it('deleteActivity marks the streams as missing and removes the tombstone when taken over midway', async () => {
    await store(3, id);
    const takeOver = async (): Promise<void> => {
      await adapter.store.activities.updateOne({}, { $set: { 'sync.epoch': 9 } });
    };
    let operations = 0;
    const attempt: Retry = async (operation) => {
      const result = await operation();
      operations += 1;
      if (operations === 2) await takeOver();
      return result;
    };
    const interrupted = deleteActivity(
      storeWith(adapter.database.db, attempt),
      deletionOf({ epoch: 4 }),
    );
    await expect(interrupted).rejects.toThrow(LeaseLostError);
    expect(await all('tombstones')).toEqual([]);
    expect(await all('activities')).toMatchObject([
      { _id: id, sync: { epoch: 9, streams: { state: 'pending' } } },
    ]);
  });
});

describe('tombstones by id', () => {
  it('tombstones by id finds the tombstones of given ids, and no others', async () => {
    await deleteIt();
    await deleteIt({ activityId: id + 2, why: 'expired' });
    const found = await tombstonesOf(adapter.store, [id, id + 1, id + 2]);
    expect([...found.keys()].sort()).toEqual([id, id + 2]);
    expect(found.get(id + 2)).toEqual({ _id: id + 2, why: 'expired', at });
    expect(await tombstonesOf(adapter.store, [])).toEqual(new Map());
  });
});

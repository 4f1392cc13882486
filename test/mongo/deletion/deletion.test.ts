import { beforeEach, describe, expect, it } from 'vitest';
import { createActivityStore } from '../../../src/mongo/streams/activity-store.ts';
import { deleteGoneActivity } from '../../../src/mongo/deletion/missing.ts';
import { deleteActivity } from '../../../src/mongo/deletion/delete-activity.ts';
import type { Retry } from '../../../src/mongo/base/retrying-db.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';

const adapter = useAdapter();
const id = 19_000_000_001;
const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000);

function stored(): Promise<number> {
  return adapter.store.activities.countDocuments();
}

describe('storing a page beside deletions', () => {
  beforeEach(() => adapter.empty());

  it('storing a page beside deletions does not restore a deleted activity from a page requested before, but from a later one', async () => {
    const { activities, store } = adapter;
    const page = (seconds: number) => pageOf([recordOf(id)], { fetchedAt: at(seconds) });
    await activities.storePage(page(0));
    await deleteGoneActivity(store, { athleteId, epoch: 1, at: at(10) }, id);
    expect(await stored()).toBe(0);
    expect(await activities.storePage(page(5))).toMatchObject({ added: 0, unchanged: 1 });
    expect(await stored()).toBe(0);
    expect(await activities.storePage(page(11))).toMatchObject({ added: 1 });
    expect(await stored()).toBe(1);
    expect(await store.db.collection('tombstones').countDocuments()).toBe(0);
    const [change] = await store.db.collection('changes').find().toArray();
    expect(change).toMatchObject({ kind: 'deleted', name: recordOf(id)['name'] });
  });

  it('storing a page beside deletions does not restore an expired activity while a retention is set', async () => {
    const { store } = adapter;
    const retained = createActivityStore(store, { expiry: 'final' });
    const page = pageOf([recordOf(id)], { fetchedAt: at(0) });
    await retained.storePage(page);
    const deletion = { athleteId, activityId: id, startAt: at(0), at: at(10), epoch: 1 };
    await deleteActivity(store, { ...deletion, why: 'expired' });
    await retained.storePage({ ...page, fetchedAt: at(1_000) });
    expect(await stored()).toBe(0);
    await adapter.activities.storePage({ ...page, fetchedAt: at(1_000) });
    expect(await stored()).toBe(1);
  });

  it.each([0, 1, 2])(
    'storing a page beside deletions does not restore an activity that expires after %i operations of the store',
    async (operationsBefore) => {
      const { activities, store } = adapter;
      await activities.storePage(pageOf([recordOf(id), recordOf(id + 1)], { fetchedAt: at(0) }));
      const deletion = { athleteId, activityId: id, startAt: at(0), at: at(10), epoch: 1 };
      let operations = 0;
      const attempt: Retry = async (operation) => {
        if (operations === operationsBefore)
          await deleteActivity(store, { ...deletion, why: 'expired' });
        operations += 1;
        return operation();
      };
      const slow = createActivityStore(storeWith(adapter.database.db, attempt), {
        expiry: 'final',
      });
      const records = [recordOf(id), recordOf(id + 1, { name: 'Another' })];
      await slow.storePage(pageOf(records, { fetchedAt: at(20) }));
      expect(operations).toBeGreaterThan(operationsBefore);
      expect(await store.activities.distinct('_id')).toEqual([id + 1]);
    },
  );

  it('changes nothing where the page is older than the stored record', async () => {
    const { activities, store } = adapter;
    const renamed = { ...recordOf(id), name: 'Newer' };
    await activities.storePage(pageOf([renamed], { fetchedAt: at(10) }));
    const older = pageOf([recordOf(id)], { fetchedAt: at(5), source: 'activity' });
    expect(await activities.storePage(older)).toMatchObject({ changed: 0, unchanged: 1 });
    expect(await store.activities.countDocuments({ name: 'Newer' })).toBe(1);
  });

  it.each([1, 2, 3])(
    'changes nothing where a newer page is stored after %i operations of the store',
    async (operationsBefore) => {
      const { activities, store } = adapter;
      await activities.storePage(pageOf([recordOf(id)], { fetchedAt: at(0) }));
      const newer = pageOf([{ ...recordOf(id), name: 'Newer' }], { fetchedAt: at(10) });
      let operations = 0;
      const attempt: Retry = async (operation) => {
        if (operations === operationsBefore) await activities.storePage(newer);
        operations += 1;
        return operation();
      };
      const late = createActivityStore(storeWith(adapter.database.db, attempt));
      const older = pageOf([{ ...recordOf(id), name: 'Older' }], { fetchedAt: at(5) });
      expect(await late.storePage(older)).toMatchObject({ added: 0, changed: 0, unchanged: 1 });
      expect(operations).toBeGreaterThan(operationsBefore);
      const stored = await store.activities.findOne();
      expect(stored).toMatchObject({ name: 'Newer', sync: { fetched_at: at(10) } });
    },
  );

  it('keeps the lease when the same page is stored twice at a time', async () => {
    const { activities, store } = adapter;
    const ids = Array.from({ length: 60 }, (_, index) => id + index);
    const page = pageOf(
      ids.map((one) => recordOf(one)),
      { fetchedAt: at(0) },
    );
    await Promise.all([1, 2, 3].map(() => activities.storePage(page)));
    expect(await store.activities.countDocuments()).toBe(60);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';

import type { Store } from '../../../src/mongo/schema/collections.ts';
import { recordChanges } from '../../../src/mongo/history/changes.ts';
import {
  storedSummaries,
  summaryOf as storedOf,
} from '../../../src/mongo/history/stored-summary.ts';
import { comparePage } from '../../../src/mongo/activities/summary-comparison.ts';
import type { Retry } from '../../../src/mongo/base/retrying-db.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { athleteId, fetchedAt, pageOf, recordOf, summaryOf } from '../pages.ts';

const id = 19_000_000_001;
const adapter = useAdapter();
const besides = { laps: [{ id: 1 }], segment_efforts: [{ id: 2 }], derived: { version: 1 } };

beforeEach(async () => {
  await adapter.empty();
  await adapter.activities.storePage(pageOf([recordOf(id, { 'a.b': 1 })]));
  await adapter.database.db.collection('activities').updateOne({}, { $set: besides });
});

/** The adapter, and the names of the fields read from the database. */
function watched(): { readonly store: Store; readonly read: Set<string> } {
  const read = new Set<string>();
  const attempt: Retry = async (operation) => {
    const result = await operation();
    for (const one of [result].flat()) for (const key of Object.keys(one ?? {})) read.add(key);
    return result;
  };
  return { store: storeWith(adapter.database.db, attempt), read };
}

describe('the stored summaries compared with a page', () => {
  it('the stored summaries compared with a page include all keys from the list, with dots and moved from details', async () => {
    const { store } = adapter;
    const record = recordOf(id, { 'a.b': 1, laps: [{ id: 1 }] });
    await adapter.activities.storePage(pageOf([record]));
    const [stored] = await storedSummaries(store, [id]);
    expect(stored && storedOf(stored)).toEqual({
      ...record,
      start_date: '2026-10-04T06:12:13.000Z',
    });
    expect(stored).not.toHaveProperty('segment_efforts');
  });

  it('the stored summaries compared with a page leave other fields in the database', async () => {
    const { store, read } = watched();
    const renamed = summaryOf(recordOf(id, { name: 'Another', 'a.b': 1 }));
    const page = pageOf([], { fetchedAt });
    await recordChanges(store, [renamed], page);
    const changes = await adapter.database.db.collection('changes').find().toArray();
    expect(changes).toMatchObject([{ fields: [{ field: 'name', to: 'Another' }] }]);
    const shown = { athleteId, summaries: [summaryOf(recordOf(id, { 'a.b': 1 }))] };
    const differences = await comparePage(store, { ...shown, requestedAt: fetchedAt }, 'lifted');
    expect(differences).toMatchObject({ missing: [], stale: [] });
    for (const key of ['name', 'track', 'sync']) expect(read).toContain(key);
    for (const key of Object.keys(besides)) expect(read).not.toContain(key);
  });
});

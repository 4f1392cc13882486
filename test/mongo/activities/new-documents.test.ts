/**
 * A new activity is inserted, and one that appeared meanwhile updated: both have to make the same document.
 */
import { BSON } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/domain/json.ts';
import {
  documentOf,
  newDocument,
  summaryUpdate,
} from '../../../src/mongo/activities/activity-document.ts';
import type { PageToStore } from '../../../src/sync/ports/activities.ts';
import { storePage } from '../../../src/mongo/activities/activities.ts';
import type { Retry } from '../../../src/mongo/base/retrying-db.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { fetchedAt, pageOf, recordOf, summaryOf } from '../pages.ts';

const id = 19_000_000_001;
const adapter = useAdapter();

beforeEach(() => adapter.empty());

const longAgo = Math.floor(new Date('2020-01-01T00:00:00Z').getTime() / 1_000);
const known = [{ fromS: longAgo, toS: longAgo * 2 }];

describe('a new activity', () => {
  it.each<[string, Record<string, JsonValue | undefined>, Partial<PageToStore>]>([
    ['with a recording', {}, {}],
    ['that was entered by hand', { manual: true, map: null, start_latlng: null }, {}],
    ['that a reconcile lists', {}, { listedAt: fetchedAt }],
    ['that was uploaded late', {}, { known }],
    ['that was requested by itself', {}, { source: 'activity' }],
    ['whose track is left out', { map: { summary_polyline: 'abd' } }, {}],
    ['with keys of ours and odd ones', { sync: 1, track: 'x', derived: 2, 'a.b': { $c: 1 } }, {}],
  ])('%s is the same document whether it is inserted or upserted', async (_, record, change) => {
    const summary = summaryOf(recordOf(id, record));
    const page = { ...pageOf([recordOf(id, record)], change), expiry: 'final' as const };
    const prepared = documentOf(summary);
    const activities = adapter.database.db.collection('activities');
    const { _id, ...inserted } = newDocument(summary, prepared, page);
    const update = summaryUpdate(summary, prepared, page);
    await activities.updateOne({ _id: _id }, update, { upsert: true });
    const [upserted] = await activities.find({}, { projection: { _id: 0 } }).toArray();
    const textOf = (document: object): string => BSON.EJSON.stringify(document);
    expect(textOf(BSON.deserialize(BSON.serialize(inserted, { ignoreUndefined: true })))).toBe(
      textOf(upserted ?? {}),
    );
  });

  it.each([1, 2, 3, 4, 5])(
    'a new activity keeps the later copy that another process stores before operation %i of the page',
    async (before) => {
      const later = { fetchedAt: new Date(fetchedAt.getTime() + 1_000) };
      let operations = 0;
      const attempt: Retry = async (operation) => {
        operations += 1;
        if (operations === before)
          await adapter.activities.storePage(pageOf([recordOf(id, { name: 'Later' })], later));
        return operation();
      };
      const slow = storeWith(adapter.database.db, attempt);
      await storePage(slow, pageOf([recordOf(id), recordOf(id + 1)]), 'lifted');
      const stored = await adapter.store.activities.find().sort({ _id: 1 }).toArray();
      expect(stored).toMatchObject([{ _id: id, name: 'Later' }, { _id: id + 1 }]);
    },
  );
});

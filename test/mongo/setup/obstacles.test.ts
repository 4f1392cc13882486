import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { MongoRejectedError } from '../../../src/errors.ts';
import { storePage } from '../../../src/mongo/activities/activities.ts';
import { prepareDatabase } from '../../../src/mongo/setup/ensure-indexes.ts';
import { useAdapter } from '../adapter.ts';
import { pageOf, recordOf } from '../pages.ts';

const adapter = useAdapter();
beforeEach(() => adapter.database.clear());

async function rejection(): Promise<string> {
  const error: unknown = await prepareDatabase(adapter.store).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MongoRejectedError);
  return String(error);
}

describe("the user's own objects in the database", () => {
  it('an index of another name with the key of ours is accepted', async () => {
    const { db } = adapter.database;
    await db.collection('activities').createIndexes([{ key: { sport_type: 1, start_date: -1 } }]);
    await db
      .collection('activities')
      .createIndexes([
        { key: { track: '2dsphere', 'sync.athlete_id': 1, distance: 1 }, name: 'mine' },
      ]);
    for (const time of [1, 2]) {
      await prepareDatabase(adapter.store);
      const names = (await db.collection('activities').indexes()).map(({ name }) => name);
      expect(names, String(time)).toContain('mine');
      expect(names, String(time)).toContain('totals');
      expect(names, String(time)).not.toContain('sport_start');
      expect(names, String(time)).not.toContain('track_athlete');
    }
  });

  it('an index with the name of ours and another key is named', async () => {
    await adapter.database.db
      .collection('runs')
      .createIndexes([{ key: { host: 1 }, name: 'started' }]);
    expect(await rejection()).toBe(
      'MongoRejectedError: The index started of the collection runs cannot be made: the collection has another index of that name. Remove it: db.runs.dropIndex("started")',
    );
  });

  it('an index with the key of ours that would expire documents is named', async () => {
    const { db } = adapter.database;
    await db
      .collection('runs')
      .createIndexes([{ key: { started_at: -1 }, expireAfterSeconds: 60 }]);
    expect(await rejection()).toContain('db.runs.dropIndex("started_at_-1")');
  });

  it('documents that contradict a unique index are named', async () => {
    const { db } = adapter.database;
    const part = { activity_id: Long.fromNumber(5), part: 0 };
    await db.collection('streams').insertMany([{ ...part }, { ...part }]);
    expect(await rejection()).toBe(
      'MongoRejectedError: The index activity_part of the collection streams cannot be made: several documents have the same activity_id and part ({"activity_id":5,"part":0}). Keep one of them: db.streams.find({"activity_id":5,"part":0})',
    );
  });

  it('a view or a time series with the name of a collection is named', async () => {
    const { db } = adapter.database;
    await db.createCollection('activities', { viewOn: 'mine', pipeline: [] });
    expect(await rejection()).toContain('has a view named activities');
    await db.collection('activities').drop();
    await db.createCollection('streams', { timeseries: { timeField: 'at' } });
    expect(await rejection()).toContain('has a time series named streams');
    await db.collection('streams').drop();
  });

  it('a foreign unique index rejects single records, and costs no lease', async () => {
    const { db } = adapter.database;
    await prepareDatabase(adapter.store);
    await db.collection('activities').createIndexes([{ key: { name: 1 }, unique: true }]);
    const records = [1, 2].map((id) => recordOf(id, { name: 'Run' }));
    const result = await storePage(adapter.store, pageOf(records), 'lifted');
    expect(result).toMatchObject({ added: 1, parked: 1 });
    const parked = await db.collection('parked').findOne({});
    expect(parked?.['reason']).toContain('MongoDB rejects it');
  });
});

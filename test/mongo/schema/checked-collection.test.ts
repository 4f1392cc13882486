import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { storeOf } from '../../../src/mongo/schema/collections.ts';
import { useDatabase } from '../../support/mongodb/database.ts';

const database = useDatabase();
const { db } = database;
const said: string[] = [];
const mongo = {
  ...{ db, urgent: db, address: 'mongodb://test' },
  ...{ retry: <T>(operation: () => Promise<T>) => operation(), close: () => Promise.resolve() },
};
const at = new Date('2026-10-05T11:00:00Z');
const tombstone = { athlete_id: 1, start_date: at, why: 'deleted', at };

beforeEach(async () => {
  await database.clear();
  said.length = 0;
  const good = [6, 7, 8].map((id) => ({ ...tombstone, _id: Long.fromNumber(id) as never }));
  const bad = [1, 2, 3].map((id) => ({ _id: id as never, at: 'yesterday' }));
  await db.collection('tombstones').insertMany([...bad, ...good]);
});

function store() {
  return storeOf(mongo, (message) => said.push(message));
}

describe('a collection with documents that are not of its definition', () => {
  it('a collection with documents that are not of its definition gives the others, and says of each once what is wrong', async () => {
    const { tombstones } = store();
    for (const time of [1, 2]) {
      const found = await tombstones.find({}).sort({ _id: 1 }).toArray();
      expect(found.map(({ _id }) => Number(_id))).toEqual([6, 7, 8]);
      expect(said, String(time)).toHaveLength(3);
    }
    expect(said[0]).toBe(
      'The document 1 of the collection tombstones is skipped, because it is not as Domestique writes it: athlete_id is missing. Correct or remove it.',
    );
  });

  it('a collection with documents that are not of its definition gives as many of the others as the limit asks for', async () => {
    const found = await store().tombstones.find({}).sort({ _id: 1 }).limit(2).toArray();
    expect(found.map(({ _id }) => Number(_id))).toEqual([6, 7]);
  });

  it('a collection with documents that are not of its definition finds the first of the others', async () => {
    const found = await store().tombstones.findOne({}, { sort: { _id: 1 } });
    expect(Number(found?._id)).toBe(6);
    expect(await store().tombstones.findOne({ _id: Long.fromNumber(1) })).toBeNull();
  });
});

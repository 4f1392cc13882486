import { Collection } from 'mongodb';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import type { Retry } from '../../../src/mongo/base/retrying-db.ts';
import { retryingDb } from '../../../src/mongo/base/retrying-db.ts';
import { useDatabase } from '../../support/mongodb/database.ts';

const database = useDatabase();
let operations = 0;

/** Runs each operation twice, as after an answer that got lost. */
const twice: Retry = async (operation) => {
  operations += 1;
  await operation();
  return operation();
};

function things() {
  return retryingDb(database.db, twice).collection<{ _id: number; n: number }>('things');
}

beforeEach(async () => {
  await database.clear();
  await database.db
    .collection<{ _id: number }>('things')
    .insertMany([1, 2, 3].map((_id) => ({ _id })));
  operations = 0;
});

describe('a retrying database', () => {
  it('a retrying database retries an operation of a collection as a whole', async () => {
    expect(await things().updateOne({ _id: 1 }, { $set: { n: 1 } })).toMatchObject({
      matchedCount: 1,
      modifiedCount: 0,
    });
    expect(operations).toBe(1);
  });

  it('a retrying database retries the reading of a cursor with all that was asked of it', async () => {
    const found = await things()
      .find({ _id: { $gt: 1 } })
      .sort({ _id: -1 })
      .limit(1)
      .toArray();
    expect(found).toEqual([{ _id: 3 }]);
    expect(operations).toBe(1);
  });

  it('a retrying database makes no cursor that it does not read, as the client would keep it', async () => {
    const find = vi.spyOn(Collection.prototype, 'find');
    try {
      await things().find().sort({ _id: 1 }).limit(2).toArray();
      expect(find).toHaveBeenCalledTimes(2);
      for await (const { _id } of things().find().sort({ _id: 1 })) expect(_id).toBeGreaterThan(0);
      expect(find).toHaveBeenCalledTimes(3);
    } finally {
      find.mockRestore();
    }
  });

  it('a retrying database reads a cursor step by step without a retry, each document once', async () => {
    const ids: number[] = [];
    for await (const { _id } of things().find().sort({ _id: 1 })) ids.push(_id);
    expect(ids).toEqual([1, 2, 3]);
    expect(operations).toBe(0);
  });

  it('a retrying database retries a command, and lists its collections', async () => {
    const db = retryingDb(database.db, twice);
    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
    expect(await db.listCollections().toArray()).toMatchObject([{ name: 'things' }]);
    expect(operations).toBe(2);
  });
});

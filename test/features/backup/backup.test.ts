import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Document } from 'mongodb';
import {
  BSON,
  Binary,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { dump } from '../../../src/features/backup/dump.ts';
import { verifyBackup } from '../../../src/features/backup/read-directory.ts';
import type { Restored } from '../../../src/features/backup/restore.ts';
import {
  collectionsInTheWay,
  emptyDatabase,
  restore as restoreContents,
} from '../../../src/features/backup/restore.ts';
import type { Store } from '../../../src/mongo/schema/collections.ts';
import { prepareDatabase } from '../../../src/mongo/setup/ensure-indexes.ts';
import { storeWith, useAdapter } from '../../mongo/adapter.ts';
import { open } from '../../mongo/base/connection-of.ts';
import { startLockedMongod } from '../../support/mongodb/locked-mongod.ts';
import { countsOf, createdAt, noProgress, signal, takeBackup } from './fixture.ts';
import { indexesIn, storedIn } from './stored.ts';

const adapter = useAdapter();
let folder = '';
let path = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domestique-backup-'));
  path = join(folder, 'backup');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  await adapter.database.clear();
  await prepareDatabase(adapter.store);
});

function take(hasTokens = true): Promise<unknown> {
  return takeBackup(adapter.store, path, { hasTokens });
}

async function restore(store: Store): Promise<ReadonlyMap<string, Restored>> {
  const contents = await verifyBackup(path, { progress: noProgress, signal });
  return restoreContents(store, contents, { now: createdAt, signal, progress: noProgress });
}

/** Restores the backup into a database of its own. */
async function restored<T>(poll: (other: typeof adapter.store) => Promise<T>): Promise<T> {
  const { uri, name, client } = adapter.database;
  const other = await open({ uri, name: `${name}_restored` });
  try {
    await prepareDatabase(other);
    await restore(other);
    return await poll(other);
  } finally {
    await other.close();
    await client.db(`${name}_restored`).dropDatabase();
  }
}

async function fill(name: string, documents: Document[]): Promise<void> {
  const options = { bypassDocumentValidation: true };
  await adapter.database.db.collection(name).insertMany(documents, options);
}

const position = { type: 'Point', coordinates: [16.37, 48.21] };

function activity(id: number, state = 'stored'): Document {
  const sync = { athlete_id: Long.fromNumber(7), epoch: 1, streams: { state, tries: 0 } };
  return { _id: Long.fromNumber(id), start_date: createdAt, start_point: position, sync };
}

function bulky(id: number, megabytes: number): Document {
  return {
    activity_id: Long.fromNumber(id),
    part: 0,
    data: new Binary(Buffer.alloc(megabytes * 1e6)),
  };
}

function part(id: number, samples = 10): Document {
  const numbers = Array.from({ length: samples }, (_, index) => index / 3);
  return { activity_id: Long.fromNumber(id), part: 0, parts: 1, distance: numbers };
}

describe('a backup that is restored into an empty database', () => {
  it('a restore brings back every document, byte for byte, and the indexes', async () => {
    await fill('activities', [activity(1), activity(2 ** 40), activity(3, 'none')]);
    await fill('streams', [part(1), part(2 ** 40)]);
    await fill('athletes', [{ _id: Long.fromNumber(7), firstname: 'Ada', sync: { epoch: 3 } }]);
    await fill('quota', [{ _id: 'client', revision: 4, windows: [] }]);
    await fill('tokens', [{ _id: Long.fromNumber(7), access_token: 'a', refresh_token: 'r' }]);
    await take();
    const { db } = adapter.store;
    await restored(async (other) => {
      expect(await storedIn(other.db)).toEqual(await storedIn(db));
      expect(Object.keys(await storedIn(other.db))).toHaveLength(5);
      expect(await indexesIn(other.db, ['quota', 'athletes', 'tokens'])).toEqual(
        await indexesIn(db, ['quota', 'athletes', 'tokens']),
      );
    });
  });

  it('a restored value has the type that it had', async () => {
    const values = {
      long: Long.fromNumber(5),
      double: new Double(5),
      int: new Int32(5),
      negativeZero: -0,
      numbers: [1, 2.5, new Double(3), Long.MAX_VALUE],
      at: createdAt,
      decimal: Decimal128.fromString('1.10'),
      bytes: new Binary(Buffer.from([1, 2, 3])),
      uuid: new UUID(),
      pattern: /^a.*$/i,
      nothing: null,
      timestamp: new Timestamp({ t: 5, i: 6 }),
      least: new MinKey(),
      most: new MaxKey(),
      'a.dot': { $dollar: true },
    };
    await fill('odd', [values, { _id: 'text', plain: [1, 2, 3] }]);
    await take();
    const expected = await storedIn(adapter.store.db);
    expect(expected['odd']).toHaveLength(2);
    await restored(async (other) => {
      expect(await storedIn(other.db)).toEqual(expected);
    });
  });

  it('a backup holds collections that we did not define, with ids of any type, over several pages', async () => {
    const ids = [
      ...Array.from({ length: 1_100 }, (_, index) => index),
      'text',
      null,
      new ObjectId(),
    ];
    await fill(
      'later',
      ids.map((_id) => ({ _id })),
    );
    // An answer of the server has at most 16 MB.
    await fill(
      'streams',
      [12, 5].map((megabytes, index) => bulky(index, megabytes)),
    );
    await take();
    const expected = await storedIn(adapter.store.db);
    expect(expected['later']).toHaveLength(ids.length);
    await restored(async (other) => {
      expect(await storedIn(other.db)).toEqual(expected);
    });
  });

  it('a backup holds no lease, and holds logins only on request', async () => {
    await fill('leases', [{ _id: 'athlete:7', epoch: 9 }]);
    await fill('workers', [{ _id: 'w', host: 'nas' }]);
    for (const name of ['tokens', 'pending_logins', 'subscriptions']) await fill(name, [{ a: 1 }]);
    await fill('runs', [{ reason: 'command' }]);
    await take(false);
    const bare = await countsOf(path);
    expect(bare).toMatchObject({ activities: 0, runs: 1 });
    for (const name of ['workers', 'leases', 'tokens', 'pending_logins', 'subscriptions'])
      expect(bare).not.toHaveProperty(name);
    await take();
    const counts = await countsOf(path);
    expect(counts).toMatchObject({ tokens: 1, pending_logins: 1, subscriptions: 1 });
    expect(counts).not.toHaveProperty('leases');
    expect(counts).not.toHaveProperty('workers');
  });
});

describe('a backup', () => {
  it('a restore needs only the readWrite role', async () => {
    await fill('activities', [activity(1), activity(2)]);
    await take();
    const locked = await startLockedMongod('secret');
    try {
      const roles = [{ role: 'readWrite', db: 'mine' }];
      await locked.client.db('mine').command({ createUser: 'reader', pwd: 'secret', roles });
      const uri = `mongodb://reader:secret@127.0.0.1:${locked.port}/?authSource=mine`;
      const store = await open({ uri, name: 'mine' });
      await restore(store).finally(() => store.close());
      expect(await storedIn(locked.client.db('mine'))).toEqual(await storedIn(adapter.store.db));
    } finally {
      await locked.remove();
    }
  });
});

describe('a database with data', () => {
  it('emptying a database before a restore removes the collections in the way, and keeps quota and logins', async () => {
    await fill('quota', [{ _id: 'client', revision: 9 }]);
    expect(await collectionsInTheWay(adapter.store)).toEqual([]);
    await fill('tokens', [{ refresh_token: 'current' }]);
    await fill('activities', [activity(1)]);
    await fill('later', [{ a: 1 }]);
    expect(await collectionsInTheWay(adapter.store)).toEqual(['activities', 'later']);
    const indexes = await indexesIn(adapter.store.db, ['later']);
    await emptyDatabase(adapter.store);
    expect(await collectionsInTheWay(adapter.store)).toEqual([]);
    expect(Object.keys(await storedIn(adapter.store.db))).toEqual(['quota', 'tokens']);
    expect(await indexesIn(adapter.store.db, ['later'])).toEqual(indexes);
  });

  it('a restore keeps a login that the database has, because it is newer', async () => {
    const login = { _id: Long.fromNumber(7), refresh_token: 'old' } as Document;
    await fill('tokens', [login, { _id: Long.fromNumber(8), refresh_token: 'other' }]);
    await take();
    const tokens = adapter.store.db.collection('tokens');
    await tokens.deleteMany({});
    await tokens.insertOne({ ...login, refresh_token: 'rotated' });
    const rejected = new Map([['_id_', 1]]);
    expect((await restore(adapter.store)).get('tokens')).toEqual({ added: 1, rejected });
    const found = await tokens.find().sort({ _id: 1 }).toArray();
    expect(found.map(({ refresh_token }) => refresh_token as unknown)).toEqual([
      'rotated',
      'other',
    ]);
  });
});

describe('a backup that is taken while others write', () => {
  it('a backup that is taken during writes has the streams of each activity marked as stored', async () => {
    await fill('activities', [activity(1)]);
    await fill('streams', [part(1)]);
    const stored = new Set<number>();
    const withStreams = new Set<number>();
    let before = '';
    let newest = 1;
    const onDocument = async (collection: string, bytes: Uint8Array): Promise<void> => {
      const document = BSON.deserialize(bytes);
      if (collection !== before) {
        // All of the collection before has been read by now, and the first page of this one, perhaps the next.
        newest += 1;
        await fill('streams', [part(newest)]);
        await fill('activities', [activity(newest)]);
      }
      before = collection;
      if (collection === 'activities') stored.add(Number(document['_id']));
      if (collection === 'streams') withStreams.add(Number(document['activity_id']));
    };
    await readAll(onDocument);
    // The one that came before the activities were read, perhaps the one that came meanwhile.
    expect([...stored]).toEqual(expect.arrayContaining([1, 2]));
    expect([...stored].filter((id) => !withStreams.has(id))).toEqual([]);
  });

  it('a backup that is taken during writes claims no list coverage that its activities lack', async () => {
    const order: string[] = [];
    await fill('athletes', [{ _id: Long.fromNumber(7), sync: { epoch: 1 } }]);
    await fill('activities', [activity(1)]);
    await readAll((collection) => {
      order.push(collection);
    });
    expect(order).toEqual(['schema', 'athletes', 'activities']);
  });

  /** Reads as a backup does, and says what it has read in the order of the reading. */
  async function readAll(
    onDocument: (collection: string, bytes: Uint8Array) => Promise<void> | void,
    store = adapter.store,
  ): Promise<void> {
    const write = async (
      name: string,
      pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    ) => {
      const [, collection] = /([^/]+)\.bson\.gz$/.exec(name) ?? [];
      for await (const piece of pieces) {
        if (collection !== undefined) await onDocument(collection, piece);
      }
      return { sha256: '', bytes: 0 };
    };
    await dump(store, write, { hasTokens: true, createdAt, progress: noProgress });
  }

  it('a page is read while the one before is written, and one that cannot be read fails the backup', async () => {
    await fill('later', [{ _id: 1 }]);
    let pages = 0;
    let hasFailed = false;
    const retry: Store['retry'] = async (operation) => {
      hasFailed = pages === 2;
      if (hasFailed) throw new Error('The disk is gone.');
      const page = await adapter.store.retry(operation);
      // The version's, and the one of `later`.
      if (Array.isArray(page) && page.length > 0) pages += 1;
      return page;
    };
    const seen: boolean[] = [];
    const onDocument = async (collection: string): Promise<void> => {
      if (collection !== 'later') return;
      seen.push(hasFailed);
      // Long enough for a rejection that nobody handles to end the test.
      await new Promise((done) => setImmediate(done));
    };
    const reading = readAll(onDocument, { ...adapter.store, retry });
    await expect(reading).rejects.toThrow('The disk is gone.');
    expect(seen).toEqual([true]);
  });
});

describe('a restore that is cut off', () => {
  it('an interrupted restore leaves no document that claims another that is missing', async () => {
    await fill('athletes', [{ _id: Long.fromNumber(7), sync: { epoch: 1 } }]);
    await fill('activities', [activity(1)]);
    await fill('streams', [part(1)]);
    await fill('tokens', [{ _id: Long.fromNumber(7), refresh_token: 'r' }]);
    await take();
    const order = ['streams', 'activities', 'athletes', 'tokens'];
    for (const [index, last] of order.entries()) {
      await emptyDatabase(adapter.store);
      await adapter.store.db.collection('tokens').deleteMany({});
      await restore(stoppingAfter(last)).catch(() => undefined);
      const there = Object.keys(await storedIn(adapter.store.db));
      expect(there.toSorted()).toEqual(order.slice(0, index + 1).toSorted());
    }
  });

  /** The database, as it is for a process that is killed after the first write to a collection. */
  function stoppingAfter(name: string): typeof adapter.store {
    const { store } = adapter;
    let isOver = false;
    return storeWith(adapter.database.db, async (operation) => {
      if (isOver) throw new Error('killed');
      const result = await operation();
      isOver = (await store.db.collection(name).estimatedDocumentCount()) > 0;
      return result;
    });
  }
});

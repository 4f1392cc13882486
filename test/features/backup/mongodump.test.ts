import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { Db, Document } from 'mongodb';
import { Long } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { verifyBackup } from '../../../src/features/backup/read-directory.ts';
import { rejectedText } from '../../../src/features/backup/restore-command.ts';
import type { Restored } from '../../../src/features/backup/restore.ts';
import { emptyDatabase, restore } from '../../../src/features/backup/restore.ts';
import { useAdapter } from '../../mongo/adapter.ts';
import { countsOf, createdAt, noProgress, signal, takeBackup } from './fixture.ts';
import { readDump, restoreDump, writeDump } from './mongodump-layout.ts';
import type { Stored } from './stored.ts';
import { indexesIn, storedIn } from './stored.ts';

const adapter = useAdapter();
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domestique-dump-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const activity: Document = { _id: Long.fromNumber(2 ** 40), name: 'one', distance: 5 };
const stored: Readonly<Record<string, Document[]>> = {
  activities: [activity, { ...activity, _id: Long.fromNumber(2), kudos: Long.fromNumber(3) }],
  'odd/name é': [{ at: createdAt }],
};
const unrestored = {
  leases: [{ _id: 'athlete:7', epoch: 3 }],
  schema: [{ _id: 'database', version: 1, updated_at: createdAt }],
  '$admin.system.users': [{ _id: 'root' }],
  'system.js': [{ _id: 'f' }],
};

async function restoreFrom(path: string): Promise<ReadonlyMap<string, Restored>> {
  const contents = await verifyBackup(path, { progress: noProgress, signal });
  await emptyDatabase(adapter.store);
  return restore(adapter.store, contents, { now: createdAt, signal, progress: noProgress });
}

/** Puts the documents into the database, and gives back how they stand there. */
async function store(): Promise<Stored> {
  const { db } = adapter.store;
  await emptyDatabase(adapter.store);
  const unchecked = { bypassDocumentValidation: true };
  for (const [name, documents] of Object.entries(stored))
    await db.collection(name).insertMany(documents, unchecked);
  return storedIn(db);
}

describe('a dump of mongodump', () => {
  it.each([{ isCompressed: true }, { isCompressed: false }])(
    'a dump of mongodump is restored without what MongoDB or a process keeps for itself (compressed: $isCompressed)',
    async (options) => {
      const expected = await store();
      await writeDump(join(folder, 'mine'), { ...stored, ...unrestored }, options);
      await writeDump(join(folder, 'other'), { films: [{ _id: 1 }] }, options);
      for (const path of [folder, join(folder, 'mine')]) {
        const added = await restoreFrom(path);
        expect([...added.keys()].toSorted()).toEqual(['activities', 'odd/name é']);
        expect(await storedIn(adapter.store.db)).toEqual(expected);
        const version = await adapter.store.db.collection('schema').findOne({});
        expect(version?.['version']).toBe(1);
      }
    },
  );

  it('a restore counts what a unique index rejects, apart from what the dump holds twice', async () => {
    const part = { activity_id: Long.fromNumber(2), part: 0 };
    const streams = [1, 2, 3, 1].map((id) => ({ _id: Long.fromNumber(id), ...part }));
    await writeDump(join(folder, 'mine'), { ...stored, streams }, { isCompressed: false });
    const restored = await restoreFrom(folder);
    const rejected = new Map([
      ['activity_part', 2],
      ['_id_', 1],
    ]);
    expect(restored.get('streams')).toEqual({ added: 1, rejected });
    expect(restored.get('activities')).toEqual({ added: 2, rejected: new Map() });
    expect(rejectedText('streams', 'activity_part', 2)).toBe(
      'streams: 2 documents left out, because the unique index activity_part has an entry of another document with the same values. The backup still has what is left out.',
    );
    expect(rejectedText('streams', '_id_', 1)).toBe(
      'streams: 1 stood there already and stand as they were.',
    );
  });

  it('a dump with several databases of ours is rejected with the option to use', async () => {
    for (const name of ['one', 'two']) await writeDump(join(folder, name), stored, gzip);
    await expect(countsOf(folder)).rejects.toThrow(
      `${folder} holds several databases of this program (one, two). Name one: --in ${folder}/one`,
    );
    expect(await countsOf(join(folder, 'two'))).toMatchObject({ activities: 2 });
  });

  it('a damaged dump is rejected although it has no checksum', async () => {
    const mine = join(folder, 'mine');
    const file = join(mine, 'activities.bson.gz');
    await writeDump(mine, stored, { isCompressed: false });
    const content = await readFile(join(mine, 'activities.bson'));
    const changed = (change: (bytes: Buffer) => Buffer | string) => async () => {
      await writeFile(file, gzipSync(change(Buffer.from(content))));
    };
    const damages: [string, () => Promise<unknown>][] = [
      ['it ends too early', () => truncate(file, 40)],
      ['it ends too early', () => truncate(file, 0)],
      ['its compression is broken', () => writeFile(file, 'no gzip')],
      ['it ends too early', changed((bytes) => bytes.subarray(0, -1))],
      ['it ends too early', changed((bytes) => Buffer.concat([bytes, Buffer.from('mo')]))],
      ['something in it is no document', changed(() => '{"some": "json"}\n')],
      ['something in it is no document', changed((bytes) => set(bytes, 0, 0))],
      // The type of the first value, which no BSON has.
      ['something in it is no document', changed((bytes) => set(bytes, 4, 0x55))],
      ['the documents of activities are missing', () => rm(file)],
      ['it holds activities twice', () => writeFile(join(mine, 'activities.bson'), '')],
      [
        'it is no metadata',
        () => writeFile(join(mine, 'activities.metadata.json.gz'), gzipSync('{')),
      ],
    ];
    for (const [why, damage] of damages) {
      await rm(mine, { recursive: true });
      await writeDump(mine, stored, gzip);
      expect(await countsOf(mine)).toMatchObject({ activities: 2 });
      await damage();
      await expect(countsOf(mine), why).rejects.toThrow(`is damaged or no backup: ${why}.`);
    }
  });
});

/** The options of each collection that a backup holds, as the server has them. */
async function optionsIn(db: Db): Promise<unknown> {
  const found = await db.listCollections({ type: 'collection' }).toArray();
  const kept = found.filter(({ name }) => !running.includes(name) && !name.startsWith('system.'));
  return new Map(kept.map((each) => [each.name, 'options' in each ? each.options : undefined]));
}

/** The collections that say which process works now. */
const running = ['workers', 'leases'];

const gzip = { isCompressed: true };

function set(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}

describe('a backup of ours, read as mongorestore reads it', () => {
  it('a backup read as mongorestore reads it gives the same documents, indexes and validators', async () => {
    const expected = await store();
    const { client, db, name } = adapter.database;
    await takeBackup(adapter.store, join(folder, 'backup'));
    const other = client.db(`${name}_other`);
    await restoreDump(join(folder, 'backup', name), other);
    expect(await storedIn(other)).toEqual(expected);
    expect(await indexesIn(other, running)).toEqual(await indexesIn(db, running));
    expect(await optionsIn(other)).toEqual(await optionsIn(db));
    await other.dropDatabase();
  });

  it('a backup holds every document and the options of every collection', async () => {
    const expected = await store();
    const { db, name } = adapter.database;
    const long = 'é'.repeat(100);
    await db.collection(long).insertOne({ a: 1 });
    await takeBackup(adapter.store, join(folder, 'backup'));
    const { documents, metadata } = await readDump(join(folder, 'backup', name));

    expect(documents['activities']).toEqual(expected['activities']);
    expect(documents['odd%2Fname%20%C3%A9']).toEqual(expected['odd/name é']);
    expect(Object.keys(documents).toSorted()).toEqual(Object.keys(metadata).toSorted());

    const { options, indexes, uuid, ...named }: Document = metadata['activities'] ?? {};
    expect(named).toEqual({ collectionName: 'activities', type: 'collection' });
    expect(uuid).toMatch(/^[0-9a-f]{32}$/);
    expect(options).toMatchObject({ validationLevel: 'moderate', validationAction: 'error' });
    expect(indexes).toContainEqual({
      v: { $numberInt: '2' },
      key: {
        'sync.athlete_id': { $numberInt: '1' },
        start_date: { $numberInt: '-1' },
        _id: { $numberInt: '1' },
      },
      name: 'athlete_latest',
    });
    expect(indexes).toHaveLength((await db.collection('activities').indexes()).length);
    expect(metadata['streams']?.['options']).toMatchObject({
      storageEngine: { wiredTiger: { configString: 'block_compressor=zstd' } },
    });

    const [shortened] = Object.keys(documents).filter((stem) => stem.startsWith('%C3%A9'));
    expect(shortened).toMatch(/^.{208}%24[\w-]{27}$/);
    expect(metadata[shortened ?? '']?.['collectionName']).toBe(long);
    expect(await countsOf(join(folder, 'backup'))).toMatchObject({ [long]: 1 });
  });
});

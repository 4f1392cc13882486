import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoBulkWriteError, MongoServerError, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { prepareDatabase } from '../../../src/mongo/setup/ensure-indexes.ts';
import { definitions } from '../../../src/mongo/schema/definitions.ts';
import { jsonSchemaOf } from '../../../src/mongo/schema/json-schema.ts';
import { renderSchema } from '../../../src/mongo/schema/markdown.ts';
import { streams } from '../../../src/mongo/schema/definitions/streams.ts';
import { useAdapter } from '../adapter.ts';
import { open } from '../base/connection-of.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';
import { firstStreams } from '../tasks.ts';
import { exampleOf, wrongExamplesOf } from './schema-examples.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T11:00:00Z');
const [first, second] = [19_000_000_001, 19_000_000_002];

beforeEach(async () => {
  await prepareDatabase(adapter.store);
  await adapter.empty();
});

/** The server commands of a start. */
async function commandsOfAStart(): Promise<readonly string[]> {
  const { uri, name } = adapter.database;
  const store = await open({ uri: `${uri}?monitorCommands=true`, name });
  const names: string[] = [];
  store.db.client.on('commandStarted', ({ commandName }) => void names.push(commandName));
  await prepareDatabase(store);
  await store.close();
  return names;
}

/** Rejects documents for a reason of its own, until the database is prepared again. */
async function reject(collection: string, filter: Document): Promise<void> {
  await adapter.database.db.command({ collMod: collection, validator: { $nor: [filter] } });
}

describe('docs/schema.md', () => {
  it('docs/schema.md is generated from the definitions', () => {
    const path = join(import.meta.dirname, '../../../docs/schema.md');
    expect(readFileSync(path, 'utf8')).toBe(`${renderSchema()}\n`);
  });

  it('docs/schema.md has a type, a meaning and an optional example of each field', () => {
    for (const line of renderSchema().split('\n')) {
      if (!line.startsWith('| `')) continue;
      const [, path, type, , example, meaning] = line.split(/ ?(?<!\\)\| ?/);
      expect([path, type, meaning], line).not.toContain('');
      if (type !== 'object' && type !== 'list' && type !== 'map')
        expect(example, line).not.toBe('');
    }
  });
});

describe('a validator', () => {
  it.each(definitions)('a validator of $name accepts the defined document', async (definition) => {
    const collection = adapter.database.db.collection(definition.name);
    await collection.insertOne(exampleOf(definition));
    const exact = { $nor: [{ $jsonSchema: jsonSchemaOf(definition, 'exact') }] };
    expect(await collection.find(exact).toArray()).toEqual([]);
  });

  it.each(definitions)(
    'a validator of $name rejects a value of another type',
    async (definition) => {
      const wrong = wrongExamplesOf(definition);
      const isOne = (document: Document): boolean => document['_id'] !== undefined;
      const operations = wrong.filter(isOne).map((document) => ({
        replaceOne: {
          filter: { _id: document['_id'] as never },
          replacement: document,
          upsert: true,
        },
      }));
      const writing = adapter.database.db
        .collection(definition.name)
        .bulkWrite(operations, { ordered: false });
      const error: unknown = await writing.catch((rejection: unknown) => rejection);
      if (!(error instanceof MongoBulkWriteError)) throw new Error('Nothing was rejected.');
      const rejections = [error.writeErrors].flat();
      expect(rejections.map(({ code }) => code)).toEqual(wrong.map(() => 121));
    },
  );

  it('a validator accepts undefined keys, and numbers of any BSON type', async () => {
    const activities = adapter.database.db.collection<{ _id: number }>('activities');
    await activities.insertOne({ _id: 1, ...{ my_notes: { rating: 5 }, sync: { epoch: 1.5 } } });
    expect(await activities.countDocuments()).toBe(1);
  });

  it('a validator allows to write an invalid document of an older version', async () => {
    const activities = adapter.database.db.collection('activities');
    const old = { _id: first as never, name: 'old', sync: { epoch: 'a text' } };
    await expect(activities.insertOne({ ...old })).rejects.toBeInstanceOf(MongoServerError);
    await activities.insertOne({ ...old }, { bypassDocumentValidation: true });
    await activities.updateOne({ name: 'old' }, { $set: { name: 'new' } });
    expect(await activities.countDocuments({ name: 'new' })).toBe(1);
  });

  it('a validator is changed where it differs, and otherwise costs one command', async () => {
    await reject('streams', { part: 7 });
    const changing = await commandsOfAStart();
    expect(changing.filter((name) => name === 'collMod')).toHaveLength(1);
    const [found] = await adapter.database.db.listCollections({ name: 'streams' }).toArray();
    expect(found).toMatchObject({
      options: { validator: { $jsonSchema: jsonSchemaOf(streams) }, validationLevel: 'moderate' },
    });
    const again = await commandsOfAStart();
    expect(again).toContain('listCollections');
    expect(again).not.toContain('collMod');
  });
});

describe('a record that a validator rejects', () => {
  it('a record that a validator rejects is parked with a reason if it is an activity, and its neighbours are stored', async () => {
    await reject('activities', { name: 'rejected' });
    const page = pageOf([recordOf(first, { name: 'rejected' }), recordOf(second)]);
    expect(await adapter.activities.storePage(page)).toMatchObject({ added: 1, parked: 1 });
    expect(await adapter.store.activities.distinct('_id')).toEqual([second]);
    expect(await adapter.store.parked.findOne()).toMatchObject({
      _id: `${athleteId}:${first}`,
      reason: 'MongoDB rejects it (Document failed validation)',
    });
  });

  it('a record that a validator rejects rejects a recording with the reason, and stores nothing of it', async () => {
    await adapter.activities.storePage(pageOf([recordOf(first)]));
    await reject('streams', { heartrate: 999 });
    const { task, ...write } = await firstStreams(adapter.tasks, at);
    const recording = { sampleCount: 1, arrays: new Map([['heartrate', [999]]]) };
    expect(await adapter.tasks.storeStreams(write, task, recording)).toBe(
      'MongoDB rejects them (Document failed validation)',
    );
    const activity = await adapter.store.activities.findOne();
    expect(activity?.sync.streams).toEqual({ state: 'pending', tries: 0 });
    expect(await adapter.store.streams.countDocuments()).toBe(0);
  });
});

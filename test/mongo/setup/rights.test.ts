import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { views } from '../../../src/queries/views.ts';
import { MongoRejectedError } from '../../../src/errors.ts';
import type { Store } from '../../../src/mongo/schema/collections.ts';
import { prepareDatabase } from '../../../src/mongo/setup/ensure-indexes.ts';
import type { Simulator } from '../../../src/simulator/simulator.ts';
import { startSimulator } from '../../../src/simulator/api/server.ts';
import { run } from '../../support/command/command.ts';
import { startInProcess } from '../../support/command/in-process.ts';
import type { LockedMongod } from '../../support/mongodb/locked-mongod.ts';
import { startLockedMongod } from '../../support/mongodb/locked-mongod.ts';
import { differences, logIn } from '../../support/mirror.ts';
import { athleteId, athleteNamed } from '../../support/scene.ts';
import { open } from '../base/connection-of.ts';

const [name, synced] = ['mirror', 'synced'];
let mongod: LockedMongod;
let simulator: Simulator;
let store: Store;
let uri: string;
beforeAll(async () => {
  mongod = await startLockedMongod('canary-owner');
  const roles = [name, synced].map((db) => ({ role: 'readWrite', db }));
  const user = { createUser: 'reader-writer', pwd: 'canary-user', roles };
  await mongod.client.db(name).command(user);
  uri = `mongodb://reader-writer:canary-user@127.0.0.1:${mongod.port}/?authSource=${name}`;
  store = await open({ uri, name });
  simulator = await startSimulator({ athletes: [athleteNamed('Ada', athleteId, 3)] });
});
afterAll(async () => {
  await simulator.close();
  await store.close();
  await mongod.remove();
});

describe('a database user who may only read and write', () => {
  it('a user who may only read and write gets a database without validators, at each start', async () => {
    await prepareDatabase(store);
    await prepareDatabase(store);
    const found = await mongod.client.db(name).listCollections({ name: 'runs' }).toArray();
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('validator');
  });

  it('a user who may only read and write gets the views, and a changed view is recreated', async () => {
    const db = mongod.client.db(name);
    const made = async () => {
      const found = await db.listCollections({ type: 'view' }).toArray();
      return found.toSorted((one, other) => (one.name < other.name ? -1 : 1));
    };
    await prepareDatabase(store);
    const before = await made();
    expect(before.map((view) => view.name)).toEqual(views.map((view) => view.name).toSorted());
    await db.command({ collMod: 'daily_totals', viewOn: 'activities', pipeline: [{ $limit: 1 }] });
    expect(await made()).not.toEqual(before);
    await Promise.all([1, 2].map(() => prepareDatabase(store)));
    expect(await made()).toEqual(before);
  });

  it('a user who may only read and write can sync', async () => {
    const db = mongod.client.db(synced);
    await logIn(db, simulator, athleteId);
    const surroundings = { simulator, mongodb: { uri, name: synced } };
    const { exitCode, stderr } = await run(surroundings, 'sync');
    expect(exitCode, stderr).toBe(0);
    expect(await differences(db, simulator, athleteId)).toEqual([]);
  });

  it('a user who may only read and write gets the name of the missing role where a validator has to change', async () => {
    const other = { $jsonSchema: { properties: { pid: { bsonType: 'string' } } } };
    await mongod.client.db(name).command({ collMod: 'runs', validator: other });
    const error: unknown = await prepareDatabase(store).catch((rejection: unknown) => rejection);
    expect(error).toBeInstanceOf(MongoRejectedError);
    expect(String(error)).toContain('The collection runs has the validator of another version');
    expect(String(error)).toContain('dbAdmin');
  });
});

describe('a database user who may only read', () => {
  let readerUri: string;
  beforeAll(async () => {
    const db = mongod.client.db(synced);
    const roles = [synced, 'nothing'].map((one) => ({ role: 'read', db: one }));
    await db.command({ createUser: 'reader', pwd: 'canary-reader', roles });
    readerUri = `mongodb://reader:canary-reader@127.0.0.1:${mongod.port}/?authSource=${synced}`;
    const surroundings = { simulator, mongodb: { uri, name: synced } };
    await logIn(db, simulator, athleteId);
    expect((await run(surroundings, 'sync')).exitCode).toBe(0);
  });

  it.each([
    [['status'], 'activities       3'],
    [['query', 'totals-by-sport'], 'Moving'],
    [['export', '--format', 'ndjson'], '"id":'],
    [['backup', '--out'], 'Wrote '],
    [['list'], 'Distance'],
    [['accounts'], 'logged in'],
    [['config'], 'MONGODB_URI'],
  ])(
    'a database user who may only read can ask with %j',
    async ([command = '', ...options], part) => {
      const folder = await mkdtemp(join(tmpdir(), 'domestique-reader-'));
      const more = options.at(-1) === '--out' ? [join(folder, 'backup')] : [];
      const surroundings = { simulator, mongodb: { uri: readerUri, name: synced } };
      const args = [command, ...options, ...more];
      const { exitCode, stdout, stderr } = await startInProcess(surroundings, args).ended;
      await rm(folder, { recursive: true });
      expect(exitCode, stderr).toBe(0);
      expect(stdout).toContain(part);
    },
  );

  it('a user who may only read is told that a database is empty, and makes nothing in it', async () => {
    const surroundings = { simulator, mongodb: { uri: readerUri, name: 'nothing' } };
    const { exitCode, stderr } = await run(surroundings, 'status');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(
      'is empty: Domestique has stored nothing in it yet. Run: npm run auth, or: npm run import -- --file export.zip',
    );
    expect(await mongod.client.db('nothing').listCollections().toArray()).toEqual([]);
  });
});

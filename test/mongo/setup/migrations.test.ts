import { hostname } from 'node:os';
import type { Document } from 'mongodb';
import { pino, type Logger } from 'pino';
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import { DatabaseNewerError } from '../../../src/errors.ts';
import { createLeaseStore } from '../../../src/mongo/coordination/leases.ts';
import type { MigrationStep } from '../../../src/mongo/setup/migration-steps.ts';
import { migrationSteps } from '../../../src/mongo/setup/migration-steps.ts';
import { migrate } from '../../../src/mongo/setup/migrations.ts';
import { newestVersion } from '../../../src/mongo/setup/schema-version.ts';
import { identifyOwner } from '../../../src/owner.ts';
import { storedCollections } from '../../support/database.ts';
import type { MongoProxy } from '../../support/mongo-proxy.ts';
import { commandOn, startMongoProxy } from '../../support/mongo-proxy.ts';
import { capture } from '../../support/program.ts';
import { useScene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';
import { useAdapter } from '../adapter.ts';
import { open } from '../base/connection-of.ts';
import { activitiesIn, age, fillDatabase, firstId } from './first-release.ts';

const adapter = useAdapter();
const openScene = useScene();
const proxies: MongoProxy[] = [];
afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));
beforeEach(() => adapter.database.clear());

const unused: MigrationStep = () => {
  throw new Error('No step is due.');
};
const noSteps = new Map([
  [1, unused],
  [2, unused],
]);

interface Options {
  readonly steps?: ReadonlyMap<number, MigrationStep>;
  readonly signal?: AbortSignal;
  readonly log?: Logger;
}

async function migrateWith(options: Options = {}): Promise<void> {
  const host = hostname();
  const leases = createLeaseStore(adapter.mongo, adapter.collections, {
    durationMs: 15_000,
    pid: process.pid,
    host,
    process: await identifyOwner(host),
    clock: systemClock,
  });
  await migrate(adapter.mongo, {
    steps: migrationSteps,
    trackSource: 'summary',
    leases,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    ...options,
  });
}

async function versionIn(db = adapter.database.db): Promise<unknown> {
  const found = await db.collection<{ _id: string }>('schema').findOne({ _id: 'database' });
  return (found as Document | null)?.['version'];
}

const lacking = { 'sync.detail_trace': { $exists: false } };

describe('a database of the first release', () => {
  it('becomes what it would be had it been filled today, and stays so', async () => {
    const today = await fillDatabase(adapter.mongo, 101);
    await age(adapter.database.db);
    expect(await adapter.collections.activities.countDocuments(lacking)).toBe(101);
    await migrateWith();
    expect(await activitiesIn(adapter.database.db)).toEqual(today);
    expect(today[0]).toMatchObject({ derived: { version: 1 } });
    expect(await versionIn()).toBe(newestVersion);
    await migrateWith({ steps: noSteps });
    expect(await adapter.collections.leases.findOne({ _id: 'migration' })).toMatchObject({
      expires_at: new Date(0),
    });
  });

  it('with an activity of somebody’s own hand is brought up to date all the same', async () => {
    await fillDatabase(adapter.mongo, 2);
    await age(adapter.database.db);
    const activities = adapter.database.db.collection<{ _id: number }>('activities');
    await activities.insertMany([
      { _id: 1, ...{ name: 'mine' } },
      { _id: 2, ...{ start_date: new Date(), sync: { streams: { state: 'stored' } } } },
    ]);
    await migrateWith();
    expect(await versionIn()).toBe(newestVersion);
    expect(await activities.countDocuments(lacking)).toBe(2);
  });

  it('is brought up to date by a command that was killed between two batches, and the next one', async () => {
    const scene = await openScene({ activities: 0 });
    const mongo = await open({ uri: inject('mongoUri'), name: scene.db.databaseName });
    const today = await fillDatabase(mongo, 130);
    await mongo.close();
    await age(scene.db);
    const proxy = await startMongoProxy(inject('mongoUri'));
    proxies.push(proxy);
    let batches = 0;
    const isSecond = (): boolean => (batches += 1) === 2;
    const held = proxy.holdCommand(commandOn('update', 'activities', isSecond));
    const running = scene.launch(['status'], { MONGODB_URI: proxy.uri });
    const command = await running.reach(held);
    running.kill('SIGKILL');
    await running.ended;
    command.drop();
    expect(await versionIn(scene.db)).toBe(1);
    expect(await scene.db.collection('activities').countDocuments(lacking)).toBe(30);
    const next = await scene.run('status');
    expect(next.exitCode, next.stderr).toBe(0);
    expect(await versionIn(scene.db)).toBe(newestVersion);
    expect(await activitiesIn(scene.db)).toEqual(today);
    expect(await scene.stored(firstId)).toHaveProperty('derived');
  });
});

describe('a migration', () => {
  it('is not needed by a fresh database', async () => {
    await migrateWith({ steps: noSteps });
    expect(await versionIn()).toBe(newestVersion);
    expect(await adapter.collections.leases.countDocuments()).toBe(0);
  });

  it('is done by one of two processes that start at once, and the other waits', async () => {
    await fillDatabase(adapter.mongo, 1);
    await age(adapter.database.db);
    const { stream, text } = capture();
    const log = pino(stream);
    const done: number[] = [];
    const stepFrom = (version: number): MigrationStep =>
      async function* () {
        await eventually(() => text().includes('waiting for it'));
        done.push(version);
        yield 1;
      };
    const steps = new Map([1, 2].map((version) => [version, stepFrom(version)]));
    await Promise.all([migrateWith({ steps, log }), migrateWith({ steps, log })]);
    expect(done).toEqual([1, 2]);
    expect(await versionIn()).toBe(newestVersion);
  });

  it('that is stopped ends between two batches, and the next one goes on with the same step', async () => {
    await fillDatabase(adapter.mongo, 1);
    await age(adapter.database.db);
    const stop = new AbortController();
    const batches: string[] = [];
    const step = (version: number): MigrationStep =>
      async function* () {
        for (const batch of ['a', 'b']) {
          batches.push(`${version}${batch}`);
          if (batches.at(-1) === '2a') {
            stop.abort();
          }
          yield await Promise.resolve(1);
        }
      };
    const steps = new Map([1, 2].map((version) => [version, step(version)]));
    const stopped = migrateWith({ steps, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(batches).toEqual(['1a', '1b', '2a']);
    expect(await versionIn()).toBe(2);
    await migrateWith({ steps });
    expect(batches.slice(3)).toEqual(['2a', '2b']);
    expect(await versionIn()).toBe(newestVersion);
  });
});

describe('a database of a newer program', () => {
  async function makeNewer(): Promise<void> {
    const newer = { _id: 'database', version: newestVersion + 1, updated_at: new Date() };
    await adapter.database.db.collection<{ _id: string }>('schema').insertOne(newer);
  }

  it('is refused', async () => {
    await makeNewer();
    await expect(migrateWith()).rejects.toBeInstanceOf(DatabaseNewerError);
  });

  it.each(['status', 'sync'])('is refused by %s in one sentence, and untouched', async (name) => {
    await makeNewer();
    const { uri, name: database } = adapter.database;
    const scene = await openScene({ activities: 0, isLoggedIn: false });
    const env = { MONGODB_URI: uri, MONGODB_DATABASE: database };
    const { exitCode, stderr, stdout } = await scene.runWith(env, name);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain(
      `is of version ${newestVersion + 1}, and this program knows version ${newestVersion}: update the program.`,
    );
    const stored = await storedCollections(adapter.database.db);
    expect(stored.map(({ collectionName }) => collectionName)).toEqual(['schema']);
  });
});

import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Document } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { writeDump } from '../../features/backup/mongodump-layout.ts';
import { indexesIn, storedIn } from '../../features/backup/stored.ts';
import { athleteId, useScene } from '../../support/scene.ts';

/** Every value keeps its type. */
const exact = { promoteValues: false };

describe.concurrent('backup and restore', () => {
  const openScene = useScene();
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-backup-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A scene with data, and another, empty database. */
  async function openTwo(name: string) {
    const scene = await openScene({ activities: 12 });
    const empty = scene.db.client.db(`${scene.db.databaseName}_${name}`);
    return { scene, empty, out: join(folder, name) };
  }

  it('backup and restore restores every document and index into an empty database, where sync continues', async () => {
    const { scene, empty, out } = await openTwo('moved');
    expect((await scene.call('sync')).exitCode).toBe(0);
    const taken = await scene.call('backup', '--out', out, '--with-tokens');
    expect(taken.exitCode, taken.stderr).toBe(0);
    expect(taken.stdout).toMatch(/^Wrote [\d,]+ documents of \d+ collections to .*moved \(\d/);
    expect((await stat(out)).mode & 0o777).toBe(0o700);
    const env = { MONGODB_DATABASE: empty.databaseName };
    const restored = await scene.runWith(env, 'restore', '--in', out);
    expect(restored.exitCode, restored.stderr).toBe(0);
    const original = await storedIn(scene.db);
    expect(Object.keys(original)).toEqual(
      expect.arrayContaining(['activities', 'athletes', 'quota', 'runs', 'streams', 'tokens']),
    );
    expect(await storedIn(empty)).toEqual(original);
    const running = ['workers', 'leases'];
    expect(await indexesIn(empty, running)).toEqual(await indexesIn(scene.db, running));
    const requested = scene.requestedStreams();
    expect((await scene.callWith(env, 'sync')).exitCode).toBe(0);
    expect(scene.requestedStreams()).toEqual(requested);
    await empty.dropDatabase();
  });

  it('backup and restore backs up logins only on request', async () => {
    const { scene, empty, out } = await openTwo('bare');
    await scene.db.collection('parked').insertOne({ reason: 'a test' });
    expect((await scene.call('backup', '--out', out)).stdout).toContain('logins are not in it');
    const env = { MONGODB_DATABASE: empty.databaseName };
    const { exitCode, stdout } = await scene.callWith(env, 'restore', '--in', out);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('npm run auth');
    expect(Object.keys(await storedIn(empty))).toEqual(['parked']);
    await empty.dropDatabase();
  });

  it('backup and restore restores a dump of mongodump, and names what is not its own', async () => {
    const { scene, empty, out } = await openTwo('dumped');
    const { db } = scene;
    await scene.call('sync');
    const names = ['activities', 'streams', 'athletes', 'tokens', 'leases'];
    const read = names.map(async (name) => [
      name,
      await db.collection(name).find({}, exact).toArray(),
    ]);
    const dumped = Object.fromEntries(await Promise.all(read)) as Record<string, Document[]>;
    const more = { films: [{ _id: 1, title: 'one' }] };
    await writeDump(join(out, 'elsewhere'), { ...dumped, ...more }, { isCompressed: true });
    const env = { MONGODB_DATABASE: empty.databaseName };
    const { exitCode, stdout, stderr } = await scene.runWith(env, 'restore', '--in', out);
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^Restored \d+ documents of the dump into mongodb:/);
    expect(stdout).toMatch(/\nfilms: not a collection of this program/);
    expect(stdout).not.toContain('npm run auth');
    const original = await storedIn(db);
    const restored = await storedIn(empty);
    for (const name of ['activities', 'streams', 'athletes', 'tokens'])
      expect(restored[name]).toEqual(original[name]);
    expect(Object.keys(restored)).toHaveLength(5);
    await empty.dropDatabase();
  });

  it('backup and restore changes nothing when the restore is rejected, and replaces the data with --force', async () => {
    const { scene, out } = await openTwo('forced');
    const { db } = scene;
    expect((await scene.call('sync')).exitCode).toBe(0);
    await scene.call('backup', '--out', out);
    const original = await storedIn(db, ['workers', 'leases', 'schema', 'tokens']);
    const indexes = await indexesIn(db);

    await db.collection('activities').deleteMany({});
    await db.collection('later').insertOne({ kept: false });
    const changed = await storedIn(db);
    const rejected = await scene.call('restore', '--in', out);
    expect(rejected.exitCode).toBe(2);
    expect(rejected.stderr).toMatch(/holds data already \(.*streams.*\).*--force/);

    const file = join(out, db.databaseName, 'streams.bson.gz');
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length >> 1));
    const damaged = await scene.call('restore', '--in', out, '--force');
    expect(damaged.exitCode).toBe(1);
    expect(damaged.stderr).toMatch(
      /^\S+streams\.bson\.gz is damaged or no backup: its checksum is wrong\. .*\n$/,
    );
    await writeFile(file, whole);

    const leases = db.collection<{ _id: string }>('leases');
    const _id = `athlete:${athleteId}`;
    const holder = { host: 'elsewhere', pid: 12, process: 'elsewhere|boot||12' };
    const expires_at = new Date(Date.now() + 3_600_000);
    const workers = db.collection<{ _id: string }>('workers');
    await workers.insertOne({
      _id: 'other',
      ...holder,
      started_at: new Date(),
      expires_at,
    } as never);
    await leases.updateOne({ _id }, { $set: { owner: 'other' } }, { upsert: true });
    const busy = await scene.call('restore', '--in', out, '--force');
    expect(busy.exitCode).toBe(2);
    expect(busy.stderr).toContain('Process 12 on elsewhere is working on athlete 1001. Stop it');
    expect(await storedIn(db)).toEqual(changed);

    await leases.deleteOne({ _id });
    await workers.deleteMany({});
    const forced = await scene.call('restore', '--in', out, '--force');
    expect(forced.exitCode, forced.stderr).toBe(0);
    expect(await storedIn(db, ['workers', 'leases', 'schema', 'tokens'])).toEqual(original);
    expect(await indexesIn(db)).toEqual(indexes);
    expect(await scene.differences()).toEqual([]);
  });
});

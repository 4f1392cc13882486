import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Document } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { hasListener } from '../../../src/embedded-mongodb/loopback-port.ts';
import { withProcessLock } from '../../../src/embedded-mongodb/process-lock.ts';
import { openDatabase } from '../../../src/main.ts';
import { show } from '../../../src/features/show/command.ts';
import type { Ended } from '../../support/command/command.ts';
import type { TestProgram } from '../../support/command/program.ts';
import { createTestProgram } from '../../support/command/program.ts';
import type { TestDataFolder } from '../../support/data-folder.ts';
import { useDataFolders } from '../../support/data-folder.ts';
import type { Scene, SceneOptions } from '../../support/scene.ts';
import { printedJson, athleteId, useScene } from '../../support/scene.ts';
import { parametersOf, unansweredOf } from './demo-questions.ts';
import { eventually } from '../../support/waiting.ts';

/** Each command starts and shuts down a mongod, which takes time. */
const slow = { timeout: 120_000 };

/** The files with one of the words, without those that only WiredTiger reads. */
async function filesWith(path: string, words: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    if (/\.wt$|^WiredTiger/.test(entry.name)) continue;
    const text = await readFile(file, 'latin1');
    if (words.some((word) => text.includes(word))) found.push(relative(path, file));
  }
  return found.toSorted();
}

describe.concurrent('the embedded MongoDB', slow, () => {
  const openScene = useScene();
  const makeFolder = useDataFolders();

  /** A scene whose commands use an embedded server, where the athlete is logged in. */
  async function openEmbedded(options: SceneOptions) {
    const folder = await makeFolder();
    const env = { ...folder.env, ...options.env };
    const scene = await openScene({ ...options, env, isLoggedIn: false });
    const { exitCode, stderr } = await scene.run(
      'auth',
      '--code',
      scene.simulator.grant(athleteId),
    );
    expect(exitCode, stderr).toBe(0);
    return { folder, scene };
  }

  async function statusOf(scene: Scene): Promise<Record<string, unknown>> {
    const ended = await scene.run('status', '--json');
    expect(ended.exitCode, ended.stderr).toBe(0);
    return printedJson(ended);
  }

  it('the embedded MongoDB keeps the data between commands, and is shut down after each', async () => {
    const { folder, scene } = await openEmbedded({ activities: 10 });
    expect(await folder.isShutDown()).toBe(true);
    const synced = await scene.run('sync', '--json');
    expect(synced.exitCode, synced.stderr).toBe(0);
    expect(await folder.isShutDown()).toBe(true);
    const stored = { athletes: [{ athleteId, activities: 10, streams: { pending: 0 } }] };
    expect(await statusOf(scene)).toMatchObject(stored);
    scene.simulator.requests.clear();
    await scene.call('sync');
    expect(scene.countedRequests()).toBe(1);
    expect(await scene.db.collections()).toEqual([]);
  });

  it('the embedded MongoDB says that it is being started once that takes two seconds, and ends on Ctrl-C', async () => {
    const folder = await makeFolder();
    const scene = await openScene({ activities: 1, env: folder.env });
    const lock = { folder: join(folder.path, 'mongodb-lock'), clock: systemClock };
    const { exitCode, stdout, stderr } = await withProcessLock(lock, async () => {
      const status = scene.launch(['status']);
      await status.shown(/INFO: Starting the embedded MongoDB, for \d+ seconds so far\./);
      status.kill('SIGINT');
      return status.ended;
    });
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 130, stdout: '' });
    expect(stderr).toContain('Interrupted before it was done.');
  });

  it('the embedded MongoDB runs until db ends, and serves status and sync meanwhile', async () => {
    const { folder, scene } = await openEmbedded({ activities: 6 });
    const db = scene.launch(['db']);
    await db.shown(`mongodb://127.0.0.1:${folder.port}/`);
    const synced = await scene.call('sync');
    expect(synced.exitCode, synced.stderr).toBe(0);
    expect(await statusOf(scene)).toMatchObject({ athletes: [{ activities: 6 }] });
    expect(await hasListener(folder.port)).toBe(true);
    db.kill('SIGTERM');
    const { exitCode, stdout } = await db.ended;
    expect(exitCode).toBe(0);
    expect(stdout.trim()).toBe(`mongodb://127.0.0.1:${folder.port}/${scene.mongodb.name}`);
    expect(await folder.isShutDown()).toBe(true);
  });

  it('the embedded MongoDB leaves no name and no coordinate of an erased athlete outside of its data files', async () => {
    const { folder, scene } = await openEmbedded({ activities: 6 });
    expect((await scene.run('sync')).exitCode).toBe(0);
    const { stdout } = await scene.run('export', '--format', 'ndjson');
    const stored = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; start_latlng?: number[] });
    const words = stored.flatMap(({ name, start_latlng }) => [
      name,
      ...(start_latlng ?? []).map(String),
    ]);
    expect(words.length).toBeGreaterThan(6);
    // As an earlier version left them.
    for (const name of ['mongod.log', 'mongod.log.1'])
      await writeFile(join(folder.path, name), `${stdout}\n`, { flag: 'a' });
    expect(await filesWith(folder.path, words)).toEqual(['mongod.log', 'mongod.log.1']);
    const erased = await scene.run('erase', '--athlete', String(athleteId), '--yes');
    expect(erased.exitCode, erased.stderr).toBe(0);
    expect(await filesWith(folder.path, words)).toEqual([]);
  });

  it('the embedded MongoDB is shut down after the last write when npm and its children receive Ctrl-C', async () => {
    const { folder, scene } = await openEmbedded({ activities: 40 });
    const npm = { program: 'npm', isGroup: true };
    const daemon = scene.launch(['run', '-s', 'start'], {}, npm);
    await scene.simulator.requests.waitFor((log) => log.count('streams') >= 10, 30_000);
    daemon.kill('SIGINT');
    const ended = await daemon.ended;
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toContain('Domestique has stopped.');
    expect(ended.stderr).not.toContain('MongoDB is away');
    expect(await folder.isShutDown()).toBe(true);
    const { lastRun } = await statusOf(scene);
    expect(lastRun).toMatchObject({ outcome: 'stopped' });
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(scene.simulator.requests.fetchedTwice()).toEqual([]);
  });

  it('the embedded MongoDB survives a killed command, and is adopted by the next', async () => {
    const { folder, scene } = await openEmbedded({ activities: 40 });
    const killed = scene.launch(['sync']);
    await scene.simulator.requests.waitFor((log) => log.count('streams') >= 5, 30_000);
    killed.kill('SIGKILL');
    await killed.ended;
    expect(await hasListener(folder.port)).toBe(true);
    const { exitCode, stderr } = await scene.run('sync');
    expect(exitCode, stderr).toBe(0);
    expect(await statusOf(scene)).toMatchObject({ athletes: [{ activities: 40 }] });
    expect(await folder.isShutDown()).toBe(true);
  });
});

describe('the demo', slow, () => {
  const openScene = useScene();
  const makeFolder = useDataFolders();
  let scene: Scene;
  let folder: TestDataFolder;
  let ended: Ended;
  let before: readonly (readonly Document[])[];
  const userData = () =>
    Promise.all(['activities', 'tokens'].map((name) => scene.db.collection(name).find().toArray()));
  beforeAll(async () => {
    folder = await makeFolder();
    scene = await openScene({ activities: 3 });
    await scene.call('sync');
    before = await userData();
    const env = {
      DATA_DIR: folder.path,
      MONGODB_PORT: String(folder.port),
      SYNC_SINCE: '30d',
      SYNC_STREAMS: 'false',
      // Its users have no Strava application yet.
      STRAVA_CLIENT_ID: '',
      STRAVA_CLIENT_SECRET: '',
    };
    scene.simulator.requests.clear();
    ended = await scene.runWith(env, 'demo');
  }, 240_000);

  it('the demo shows a sync and query results, and changes nothing of the user’s', async () => {
    const { exitCode, stdout, stderr } = ended;
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/Imported 1\d\d of 1\d\d activities with 1\d\d recordings/);
    expect(stdout).toMatch(/Activities: 1\d\d new, 1\d\d changed\.\nStreams: 1\d\d stored/);
    expect(stdout).toMatch(/Syncing again:\nActivities: 0 new, 1 changed\./);
    expect(stdout).toMatch(/Longest ride: \d+ km/);
    expect(stdout).toContain('Climbing per month');
    expect(stdout).toContain('npm run db');
    expect(scene.simulator.requests.entries).toHaveLength(0);
    expect(await userData()).toEqual(before);
    expect(await hasListener(folder.port)).toBe(false);
  });

  it('query answers each question of the cookbook on the database of the demo', async () => {
    const config = {
      ...folder.env,
      DATA_DIR: join(folder.path, 'demo'),
      MONGODB_DATABASE: 'domestique_demo',
    };
    const createProgram = (): TestProgram => createTestProgram({ config });
    // The commands share its server.
    const open = await openDatabase(createProgram(), 60_000);
    try {
      const { db } = open.store;
      expect(await unansweredOf(db, createProgram)).toEqual([]);
      const inFuture = { start_date: { $gt: new Date() } };
      expect(await db.collection('activities').countDocuments(inFuture)).toBe(0);
      const program = createProgram();
      await show(program, (await parametersOf(db)).climber, { json: false });
      expect(program.printed()).toMatch(/^This route +14 times, best [\d:]+, usually [\d:]+$/m);
    } finally {
      await open.close();
    }
  });
});

describe('a stop while the embedded MongoDB starts', slow, () => {
  const openScene = useScene();
  const makeFolder = useDataFolders();

  it('a stop while the embedded MongoDB starts ends a command with 143 and without a stack trace when stopped while MongoDB starts', async () => {
    const folder = await makeFolder();
    const mongod = join(folder.path, 'slow-mongod');
    const script =
      '#!/bin/sh\n[ "$1" = --version ] && echo "db version v6.0.5" && exit\nexec sleep 60\n';
    await writeFile(mongod, script, { mode: 0o755 });
    const env = { ...folder.env, MONGOMS_SYSTEM_BINARY: mongod };
    const scene = await openScene({ env, isLoggedIn: false });
    const running = scene.launch(['status']);
    await eventually(async () => (await readdir(folder.path)).includes('mongodb'));
    running.kill('SIGTERM');
    const { exitCode, stderr } = await running.ended;
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(143);
  });
});

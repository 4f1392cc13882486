import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Long } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scene } from '../../support/scene.ts';
import { useScene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';

describe('a command that Ctrl-C interrupts', () => {
  const openScene = useScene();

  it('a command that Ctrl-C interrupts ends sync with 130, after the summary that names what is left', async () => {
    const scene = await openScene({ activities: 5 });
    const held = scene.simulator.hold({ endpoint: 'streams' });
    const sync = scene.launch(['sync']);
    const waiting = await sync.reach(held);
    sync.kill('SIGINT');
    waiting.release();
    const { exitCode, stdout, stderr } = await sync.ended;
    expect(exitCode, stderr).toBe(130);
    expect(stdout).toContain('5 new');
    expect(stdout).toContain('Stopped; the next run goes on from here.');
    expect((await scene.run('sync')).exitCode).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });

  it('a command that Ctrl-C interrupts ends verify with 130 after its first line of progress, and says why there is no result', async () => {
    const scene = await openScene({ activities: 2 });
    await scene.call('sync');
    const held = scene.simulator.hold({ endpoint: 'list' });
    const verify = scene.launch(['verify']);
    const waiting = await verify.reach(held);
    await verify.shown(/INFO: Comparing athlete 1001: 0 of 2 activities\./);
    verify.kill('SIGINT');
    waiting.release();
    const { exitCode, stdout, stderr } = await verify.ended;
    expect(exitCode, stderr).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      'Interrupted: part of a list proves nothing. Give the same command again.\n',
    );
  });
});

describe('a command over many documents that Ctrl-C interrupts', () => {
  const openScene = useScene();
  /** So many that no command is done before it is interrupted. */
  const activities = 20_000;
  let scene: Scene;
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'domestique-interrupted-'));
    scene = await openScene({ activities: 1 });
    await scene.call('sync');
    const collection = scene.db.collection<{ _id: Long }>('activities');
    // Without tracks, whose index would take most of the time.
    const projection = { name: 1, start_date: 1, sync: 1 };
    const activity = await collection.findOne({}, { projection });
    const copies = Array.from({ length: activities - 1 }, (_, index) => {
      return { ...activity, _id: Long.fromNumber(index + 1), start_date: new Date(index * 60_000) };
    });
    await collection.insertMany(copies);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const hasPart = async (): Promise<boolean> =>
    (await readdir(folder)).some((name) => name.endsWith('.part'));

  it('a command over many documents that Ctrl-C interrupts ends backup with 130, and leaves nothing behind', async () => {
    const out = join(folder, 'interrupted');
    const backup = scene.launch(['backup', '--out', out]);
    await eventually(hasPart);
    backup.kill('SIGINT');
    const { exitCode, stdout, stderr } = await backup.ended;
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 130, stdout: '' });
    expect(stderr).toContain(`Interrupted: no backup was written, and ${out} is as it was.\n`);
    expect(await readdir(folder)).toEqual([]);
  });

  it('a command over many documents that Ctrl-C interrupts ends export with 130, and leaves nothing behind', async () => {
    const out = join(folder, 'interrupted.ndjson');
    const exporting = scene.launch(['export', '--format', 'ndjson', '--out', out]);
    await eventually(hasPart);
    exporting.kill('SIGINT');
    const { exitCode, stdout, stderr } = await exporting.ended;
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 130, stdout: '' });
    expect(stderr).toContain(`Interrupted: nothing was exported, and ${out} is as it was.\n`);
    expect(await readdir(folder)).toEqual([]);
  });

  it('a command over many documents that Ctrl-C interrupts ends rebuild with 130 after its first line of progress, and says what is left', async () => {
    const rebuild = scene.launch(['rebuild']);
    await rebuild.shown(/INFO: Rebuilding: [\d,]+ of 20,000 activities/);
    rebuild.kill('SIGINT');
    const { exitCode, stdout, stderr } = await rebuild.ended;
    expect(exitCode, stderr).toBe(130);
    const [, done = '', left = ''] =
      /^([\d,]+) activities checked:[^]*\nStopped, ([\d,]+) left\. /.exec(stdout) ?? [];
    const numbers = [done, left].map((text) => Number(text.replaceAll(',', '')));
    expect(numbers.reduce((sum, each) => sum + each)).toBe(activities);
    expect(Math.min(...numbers)).toBeGreaterThan(0);
  });

  it('a command over many documents that Ctrl-C interrupts ends restore with 130, says how much is restored, and starts over with --force', async () => {
    const out = join(folder, 'whole');
    expect((await scene.call('backup', '--out', out)).exitCode).toBe(0);
    const target = scene.db.client.db(`${scene.db.databaseName}_restored`);
    const env = { MONGODB_DATABASE: target.databaseName };
    const restore = scene.launch(['restore', '--in', out], env);
    const restored = target.collection('activities');
    await eventually(async () => (await restored.estimatedDocumentCount()) > 0);
    restore.kill('SIGINT');
    const { exitCode, stdout, stderr } = await restore.ended;
    expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 130, stdout: '' });
    expect(stderr).toMatch(
      /Interrupted: [\d,]+ of 20,\d+ documents restored\. The database holds a part/,
    );
    expect(await restored.countDocuments()).toBeLessThan(activities);
    expect((await scene.callWith(env, 'restore', '--in', out, '--force')).exitCode).toBe(0);
    expect(await restored.countDocuments()).toBe(activities);
    await target.dropDatabase();
  });
});

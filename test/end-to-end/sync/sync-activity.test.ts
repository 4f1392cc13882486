import { Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { athleteId, athleteNamed, printedJson, trueIds, useScene } from '../../support/scene.ts';
import type { Scene } from '../../support/scene.ts';

const details = { SYNC_DETAILS: 'true' };

/** The time streams of an activity, and its requests so far. */
async function storedTimes({ db }: Scene, id: number): Promise<unknown> {
  const part = await db
    .collection('streams')
    .findOne({ activity_id: Long.fromNumber(id), part: 0 });
  return part?.['time'];
}

function firstId(scene: Scene): number {
  const recorded = scene.simulator.world.activities(athleteId).find(({ hasStreams }) => hasStreams);
  if (recorded === undefined) throw new Error('There is no recording.');
  return recorded.id;
}

/** Its streams cannot be late any more. */
async function oldestId({ db }: Scene): Promise<number> {
  const filter = { 'sync.streams.state': 'stored' };
  const found = await db.collection('activities').findOne(filter, { sort: { start_date: 1 } });
  return Number(found?._id);
}

describe.concurrent('sync --activity', () => {
  const openScene = useScene();

  it('sync --activity fetches a changed description and the streams again, with two requests', async () => {
    const scene = await openScene({ activities: 6, env: details });
    const { world, requests } = scene.simulator;
    expect((await scene.call('sync')).exitCode).toBe(0);
    const id = firstId(scene);
    world.editActivity(id, { description: 'new words' });
    requests.clear();
    const { exitCode, stdout, stderr } = await scene.run(
      'sync',
      '--activity',
      String(id),
      '--json',
    );
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ streamsStored: 1, requests: 2, added: 0 });
    expect(await scene.stored(id)).toMatchObject({ description: 'new words' });
    expect(requests.count('activity') + requests.count('streams')).toBe(2);
    expect(requests.count('list')).toBe(0);
  });

  it('sync --activity replaces the stored streams by changed ones, although the recording looks the same', async () => {
    const scene = await openScene({ activities: 4 });
    const { world } = scene.simulator;
    await scene.call('sync');
    const id = firstId(scene);
    const streams = world.streams(id);
    if (streams === null) throw new Error('It has no streams.');
    const heartrate = (streams['time'] ?? []).map(() => 99);
    world.setStreams(id, { ...streams, heartrate });
    expect((await scene.call('sync', '--activity', String(id))).exitCode).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });

  it.each([
    ['has none', 'empty-list', 0],
    ['sends malformed ones', 'malformed', 1],
  ] as const)('sync --activity keeps the stored streams if Strava %s', async (_, kind, code) => {
    const scene = await openScene({ activities: 3 });
    await scene.call('sync');
    const id = await oldestId(scene);
    const before = await storedTimes(scene, id);
    const state = (await scene.stored(id))?.['sync'] as { streams: unknown };
    expect(before).toBeDefined();
    scene.simulator.faults.next(kind, 50, { endpoint: 'streams' });
    const { exitCode, stderr } = await scene.call('sync', '--activity', String(id));
    expect(exitCode, stderr).toBe(code);
    expect(await storedTimes(scene, id)).toEqual(before);
    expect((await scene.stored(id))?.['sync']).toMatchObject({ streams: state.streams });
    if (code === 1)
      expect(stderr).toContain(`Activity ${id} could not be fetched completely: Strava's response`);
  });

  it('sync --activity fetches an activity that no list has shown yet, and leaves the rest to a later sync', async () => {
    const scene = await openScene({ activities: 8 });
    const id = trueIds(scene.simulator)[2] ?? 0;
    expect((await scene.call('sync', '--activity', String(id))).exitCode).toBe(0);
    expect(await scene.db.collection('activities').countDocuments()).toBe(1);
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await scene.differences()).toEqual([]);
  });

  it('sync --activity ends with 1 for a 404, at once, and removes nothing', async () => {
    const scene = await openScene({ activities: 4 });
    const { world, requests } = scene.simulator;
    await scene.call('sync');
    const id = firstId(scene);
    const before = await scene.stored(id);
    world.deleteActivity(id);
    requests.clear();
    const { exitCode, stdout, stderr } = await scene.call(
      'sync',
      '--activity',
      String(id),
      '--json',
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ deleted: 0, requests: 1 });
    expect(stderr).toContain(`Strava knows no activity ${id}.`);
    expect(await scene.stored(id)).toEqual(before);
    expect(await storedTimes(scene, id)).toBeDefined();
  });

  it('sync --activity is done at once by the process that holds the athlete', async () => {
    const scene = await openScene({ activities: 5, env: details });
    const { world, requests } = scene.simulator;
    const holding = scene.simulator.hold({ endpoint: 'streams' });
    const daemon = scene.begin(['start']);
    const held = await holding;
    const id = trueIds(scene.simulator).find((one) => one !== held.request.activityId) ?? 0;
    await requests.waitFor((log) => log.count({ endpoint: 'activity', activityId: id }) > 0);
    world.emitsEvents = false;
    world.editActivity(id, { description: 'newer words' });
    const ended = await scene.call('sync', '--activity', String(id), '--json');
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(printedJson(ended)).toMatchObject({ requests: 0 });
    expect(ended.stderr).toContain('it will also complete this request');
    expect(await scene.stored(id)).toMatchObject({ description: 'newer words' });
    held.release();
    daemon.kill('SIGTERM');
    await daemon.ended;
  });

  it('sync --activity keeps its request with --no-wait where the quota is spent, and a later run completes it', async () => {
    const env = { STRAVA_QUOTA_SHORT: '1', STRAVA_QUOTA_SHORT_WINDOW: '24h' };
    const scene = await openScene({ activities: 3, env });
    const id = firstId(scene);
    const { exitCode } = await scene.call('sync', '--activity', String(id), '--no-wait');
    expect(exitCode).toBe(75);
    expect(await scene.stored(id)).not.toBeNull();
    expect(await storedTimes(scene, id)).toBeUndefined();
    expect(scene.simulator.requests.count('activity')).toBe(1);
    scene.simulator.requests.clear();
    const later = await scene.callWith({ STRAVA_QUOTA_SHORT: '100' }, 'sync');
    expect(later.exitCode, later.stderr).toBe(0);
    expect(await storedTimes(scene, id)).toBeDefined();
    expect(scene.simulator.requests.count({ endpoint: 'activity', activityId: id })).toBe(0);
    expect(await scene.db.collection('events').countDocuments({ due_at: { $exists: true } })).toBe(
      0,
    );
  });

  it.each([
    [['--activity', 'x'], "--activity takes a Strava activity's id"],
    [['--activity', '0'], "--activity takes a Strava activity's id"],
    [['--activity', '7', '--since', '2024'], '--activity fetches one activity: leave --since'],
    [['--activity', '7', '--until', '2024'], '--activity fetches one activity: leave --since'],
    [['--activity', '7', '--dry-run'], '--activity fetches one activity: leave --since'],
    [['--activity', '7', '--retry-parked'], '--activity fetches one activity: leave --since'],
    [['--activity', '7'], 'Several athletes have logged in: 1001, 1002.'],
  ])('sync --activity ends with 2 for %j', async (args, sentence) => {
    const athletes = [athleteNamed('Ada', 1001, 1), athleteNamed('Bob', 1002, 1)];
    const scene = await openScene({ athletes });
    const { exitCode, stdout, stderr } = await scene.call('sync', ...args);
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(scene.simulator.requests.entries).toEqual([]);
  });

  it('sync --activity finds the athlete of a stored activity, and rejects another', async () => {
    const athletes = [athleteNamed('Ada', 1001, 2), athleteNamed('Bob', 1002, 2)];
    const scene = await openScene({ athletes });
    await scene.call('sync');
    const id = String(trueIds(scene.simulator, 1002)[0]);
    expect((await scene.call('sync', '--activity', id)).exitCode).toBe(0);
    const wrong = await scene.call('sync', '--activity', id, '--athlete', '1001');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain(`Activity ${id} belongs to athlete 1002, not 1001.`);
  });
});

import { describe, expect, it } from 'vitest';
import {
  printedJson,
  athleteId,
  athleteNamed,
  storedIds,
  trueIds,
  useScene,
} from '../../support/scene.ts';

const listOnly = { SYNC_STREAMS: 'false' };

describe.concurrent('reading the list', () => {
  const openScene = useScene();

  it('reads the whole list over short pages and hidden start times', async () => {
    const spec = { ...athleteNamed('Ada', athleteId, 620), hiddenStartShare: 0.6, years: 1 };
    const scene = await openScene({ athletes: [spec], pageShortening: 0.3, env: listOnly });
    expect((await scene.run('sync')).exitCode).toBe(0);
    expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator));
  });

  it('reads more than two pages that share one start time', async () => {
    const scene = await openScene({ activities: 480, env: listOnly });
    const { world } = scene.simulator;
    const same = world.activities(athleteId).slice(20, 450);
    for (const { id } of same) world.editActivity(id, { start_date: '2025-05-05T00:00:01Z' });
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator));
  });

  it.each([[], ['--since', '2000']])(
    'requests the one page of a new athlete and the empty one behind it, with the options %j',
    async (...period) => {
      const scene = await openScene({ activities: 12, env: listOnly });
      const first = await scene.call('sync', '--json', ...period);
      expect(printedJson(first)).toMatchObject({ added: 12, requests: 2 });
      const second = await scene.call('sync', '--json');
      expect(printedJson(second)).toMatchObject({ added: 0, requests: 1 });
    },
  );

  it('misses no upload during the pagination', async () => {
    const scene = await openScene({ activities: 420, env: listOnly });
    const { world } = scene.simulator;
    const held = scene.simulator.hold(({ endpoint, query }) => {
      return endpoint === 'list' && query.has('before');
    });
    const command = scene.begin(['sync']);
    const request = await held;
    const oldest = world.activities(athleteId).at(-5)?.startAt.getTime() ?? 0;
    const older = world.addActivity(athleteId, {}, { startAt: new Date(oldest + 60_000) });
    const newer = [1, 2, 3].map((day) =>
      world.addActivity(athleteId, {}, { startAt: new Date(Date.now() - day * 86_400_000) }),
    );
    request.release();
    expect((await command.ended).exitCode).toBe(0);
    expect(await storedIds(scene.db)).toContain(older);
    scene.simulator.requests.clear();
    const second = await scene.call('sync', '--json');
    expect(printedJson(second)).toMatchObject({ added: newer.length, requests: 1 });
    expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator));
  });

  it('finds a late upload with an old start at the next poll', async () => {
    const scene = await openScene({ activities: 30 });
    await scene.call('sync');
    scene.simulator.requests.clear();
    const startAt = new Date(Date.now() - 200 * 86_400_000);
    const late = scene.simulator.world.addActivity(athleteId, {}, { startAt });
    const second = await scene.call('sync', '--json');
    expect(printedJson(second)).toMatchObject({ added: 1, changed: 0, requests: 2 });
    expect(scene.requestedStreams()).toEqual([late]);
    expect(await scene.differences()).toEqual([]);
  });

  it('reads a whole page of new uploads and the pages behind it', async () => {
    const endsAt = new Date(Date.now() - 30 * 86_400_000);
    const athlete = { ...athleteNamed('Ada', athleteId, 20), endsAt };
    const scene = await openScene({ athletes: [athlete], env: listOnly });
    await scene.call('sync');
    for (let hour = 1; hour <= 230; hour += 1) {
      const startAt = new Date(Date.now() - hour * 3_600_000);
      scene.simulator.world.addActivity(athleteId, {}, { startAt, samples: 5 });
    }
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await storedIds(scene.db)).toEqual(trueIds(scene.simulator));
  });
});

describe.concurrent('storing activities', () => {
  const openScene = useScene();

  it('stores private activities, unknown sports, and floats for integers unchanged', async () => {
    const scene = await openScene({ activities: 60 });
    const { world } = scene.simulator;
    const [first] = world.activities(athleteId);
    world.editActivity(first?.id ?? 0, { elapsed_time: 3_601.5, sport_type: 'Moonwalking' });
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await scene.differences()).toEqual([]);
    expect(world.activities(athleteId).some(({ isPrivate }) => isPrivate)).toBe(true);
    expect(await scene.stored(first?.id ?? 0)).toMatchObject({
      elapsed_time: 3_601.5,
      sport_type: 'Moonwalking',
    });
  });

  it('storing activities never requests streams of manual activities, nor again after a 404', async () => {
    const athlete = { ...athleteNamed('Ada', athleteId, 20), manualShare: 0.2 };
    const scene = await openScene({ athletes: [athlete] });
    const { world, requests } = scene.simulator;
    const manual = world.activities(athleteId).filter(({ isManual }) => isManual);
    expect(manual).toHaveLength(4);
    const indoor = world.activities(athleteId).filter(({ isManual }) => !isManual)[7]?.id ?? 0;
    world.setStreams(indoor, null);
    const first = await scene.call('sync', '--json');
    expect(first.exitCode).toBe(0);
    expect(printedJson(first)).toMatchObject({ streamsStored: 15, withoutStreams: 5 });
    for (const { id } of manual) expect(scene.requestedStreams()).not.toContain(id);
    expect(await scene.differences()).toEqual([]);
    requests.clear();
    await scene.call('sync');
    expect(scene.requestedStreams()).toEqual([]);
  });

  it('requests missing streams again for an old ride that was just uploaded', async () => {
    const scene = await openScene({ activities: 5 });
    const { world } = scene.simulator;
    await scene.call('sync');
    const startAt = new Date(Date.now() - 90 * 86_400_000);
    const late = world.addActivity(athleteId, { name: 'From the old watch' }, { startAt });
    world.withholdStreamsUntil(late, new Date(Date.now() + 3_600_000));
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await scene.stored(late)).toMatchObject({ sync: { streams: { state: 'pending' } } });

    world.withholdStreamsUntil(late, new Date(0));
    const due = { $set: { 'sync.streams.next_try_at': new Date(Date.now() - 1) } };
    await scene.db.collection('activities').updateOne({ 'sync.streams.state': 'pending' }, due);
    await scene.call('sync');
    expect(await scene.differences()).toEqual([]);
  });

  it('requests missing streams of a new activity again later', async () => {
    const scene = await openScene({ activities: 5 });
    const { world } = scene.simulator;
    const young = world.activities(athleteId)[0]?.id ?? 0;
    world.editActivity(young, { elapsed_time: 600 });
    world.withholdStreamsUntil(young, new Date(Date.now() + 3_600_000));
    expect((await scene.call('sync')).exitCode).toBe(0);
    expect(await scene.stored(young)).toMatchObject({ sync: { streams: { state: 'pending' } } });
    expect((await scene.call('status')).stdout).toContain('1 pending');

    scene.simulator.requests.clear();
    await scene.call('sync');
    expect(scene.requestedStreams()).toEqual([]);

    world.withholdStreamsUntil(young, new Date(0));
    const hourAgo = { $set: { 'sync.streams.next_try_at': new Date(Date.now() - 1) } };
    await scene.db.collection('activities').updateOne({ 'sync.streams.state': 'pending' }, hourAgo);
    await scene.call('sync');
    expect(scene.requestedStreams()).toEqual([young]);
    expect(await scene.differences()).toEqual([]);
  });

  it('replaces the record of an edited activity, and keeps its streams', async () => {
    const scene = await openScene({ activities: 12 });
    const { world } = scene.simulator;
    await scene.call('sync');
    const edited = world.activities(athleteId)[6]?.id ?? 0;
    world.editActivity(edited, { name: 'Renamed', gear_id: undefined, private: true });
    scene.simulator.requests.clear();
    const second = await scene.call('sync', '--json');
    expect(printedJson(second)).toMatchObject({ added: 0, changed: 1, requests: 1 });
    expect(await scene.stored(edited)).toMatchObject({ name: 'Renamed', private: true });
    expect(await scene.stored(edited)).not.toHaveProperty('gear_id');
    expect(await scene.differences()).toEqual([]);
  });

  it('replaces record, track and streams of a cropped activity', async () => {
    const athlete = { ...athleteNamed('Ada', athleteId, 12), samplesPerActivity: 200 };
    const scene = await openScene({ athletes: [athlete] });
    const { world } = scene.simulator;
    await scene.call('sync');
    const cropped = world.activities(athleteId)[6]?.id ?? 0;
    world.cropActivity(cropped, { from: 0.2, to: 0.7 });
    scene.simulator.requests.clear();
    const second = await scene.call('sync', '--json');
    expect(printedJson(second)).toMatchObject({ changed: 1, streamsStored: 1 });
    expect(scene.requestedStreams()).toEqual([cropped]);
    expect(await scene.differences()).toEqual([]);
  });
});

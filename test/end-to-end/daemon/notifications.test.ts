import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logIn } from '../../support/mirror.ts';
import { athleteId, useScene } from '../../support/scene.ts';
import { eventually } from '../../support/waiting.ts';

const everySecond = { SYNC_SCHEDULE: '* * * * * *' };

interface Told {
  readonly kind: string;
  readonly text: string;
  readonly athleteId?: number;
  readonly since: string;
  readonly activity?: Readonly<Record<string, unknown>>;
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'domestique-notifications-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A command that records its input, and the notifications so far. */
function keeper(name: string) {
  const path = join(folder, name);
  const lines = async (): Promise<readonly string[]> =>
    (await readFile(path, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const delivered = async (): Promise<readonly Told[]> =>
    (await lines()).map((line) => JSON.parse(line) as Told);
  return { command: `cat >> '${path}'`, path, lines, delivered };
}

/** Records posts, and responds with the statuses in order, then with 200. */
async function openReceiver(...statuses: readonly number[]) {
  const left = [...statuses];
  const bodies: Told[] = [];
  let posts = 0;
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      posts += 1;
      const status = left.shift() ?? 200;
      if (status === 200)
        bodies.push(JSON.parse(Buffer.concat(chunks as Buffer[]).toString()) as Told);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    bodies,
    posts: () => posts,
    [Symbol.asyncDispose]: () =>
      new Promise<void>(
        (closed) =>
          void server.close(() => {
            closed();
          }),
      ),
  };
}

describe.concurrent('a notification', () => {
  const openScene = useScene();

  it('of a revoked login runs the command once until another login is revoked', async () => {
    const { command, delivered } = keeper('revoked');
    const env = { ...everySecond, NOTIFY_COMMAND: command };
    const scene = await openScene({ activities: 3, env });
    scene.simulator.deauthorize(athleteId);
    const runs = scene.db.collection('runs');
    const first = scene.launch(['start']);
    await first.reach(eventually(async () => (await delivered()).length > 0));
    const ticks = await runs.countDocuments();
    await first.reach(eventually(async () => (await runs.countDocuments()) > ticks + 1));
    first.kill('SIGTERM');
    expect((await first.ended).exitCode).toBe(0);

    const second = scene.launch(['start']);
    const before = await runs.countDocuments();
    await second.reach(eventually(async () => (await runs.countDocuments()) > before + 1));
    expect(await delivered()).toEqual([
      {
        kind: 'authorization',
        text: expect.stringMatching(
          /^Athlete 1001 has to log in again: .*Run: npm run auth$/,
        ) as string,
        athleteId,
        since: expect.stringMatching(/Z$/) as string,
      },
    ]);

    await logIn(scene.db, scene.simulator, athleteId);
    await second.reach(eventually(async () => (await delivered()).length === 2));
    const notifications = scene.db.collection<{ _id: string }>('notifications');
    const isOver = async () =>
      (await notifications.findOne({ _id: `${scene.simulator.clientId}:authorization:1001` })) ===
      null;
    await second.reach(eventually(isOver));
    scene.simulator.deauthorize(athleteId);
    await second.reach(eventually(async () => (await delivered()).length === 3));
    expect((await delivered()).map(({ kind }) => kind)).toEqual([
      'authorization',
      'backfill',
      'authorization',
    ]);
    second.kill('SIGTERM');
    await second.ended;
  });

  it('is passed to the command in variables, without our settings', async () => {
    const { path, lines } = keeper('variables');
    const shown =
      'echo "$DOMESTIQUE_NOTICE_KIND,$DOMESTIQUE_NOTICE_ATHLETE,$DOMESTIQUE_NOTICE_TEXT"';
    const command = `(${shown}; env | grep -c -e ^STRAVA_ -e ^MONGODB_ -e ^NOTIFY_) >> '${path}'`;
    const scene = await openScene({ activities: 2, env: { NOTIFY_COMMAND: command } });
    const daemon = scene.launch(['start']);
    await daemon.reach(eventually(async () => (await lines()).length === 2));
    expect(await lines()).toEqual([
      'backfill,1001,The first backfill of athlete 1001 is complete.',
      '0',
    ]);
    daemon.kill('SIGTERM');
    await daemon.ended;
  });

  it('of an inactive application or parked data is posted, and no output shows the URL', async () => {
    await using receiver = await openReceiver(500);
    const env = { ...everySecond, NOTIFY_URL: `${receiver.origin}/hook/s3cret?token=s3cret` };
    const scene = await openScene({ activities: 4, env });
    scene.simulator.setApplicationInactive(true);
    const daemon = scene.begin(['start']);
    await daemon.shown(
      /A notification could not be delivered by NOTIFY_URL: it responded with 500\. It is tried again at the next tick/,
    );
    await daemon.reach(eventually(() => receiver.bodies.length === 1));
    const sick = scene.simulator.world.activities(athleteId)[1]?.id ?? 0;
    scene.simulator.world.editActivity(sick, { start_date: undefined });
    scene.simulator.setApplicationInactive(false);
    await daemon.reach(eventually(() => receiver.bodies.length === 3));
    daemon.kill('SIGTERM');
    const { stderr } = await daemon.ended;
    expect(receiver.bodies.map(({ kind }) => kind).toSorted()).toEqual([
      'application',
      'backfill',
      'parked',
    ]);
    expect(receiver.bodies[0]?.text).toContain('Strava says that the application is inactive');
    expect(receiver.posts()).toBe(4);
    const config = await scene.call('config');
    expect(`${stderr}${config.stdout}`).not.toContain('s3cret');
    expect(config.stdout).toContain(`${receiver.origin}/********`);
  });

  it('is logged in one sentence when a delivery fails, five times at most, beside the sync', async () => {
    const scene = await openScene({
      activities: 3,
      env: { ...everySecond, NOTIFY_COMMAND: '/no/such/command s3cret' },
    });
    const daemon = scene.begin(['start']);
    await daemon.shown(/by NOTIFY_COMMAND: it ended with 127\. It is not tried again/);
    expect(await scene.differences()).toEqual([]);
    const runs = scene.db.collection('runs');
    const before = await runs.countDocuments();
    await daemon.reach(eventually(async () => (await runs.countDocuments()) > before + 1));
    daemon.kill('SIGTERM');
    const { exitCode, stderr } = await daemon.ended;
    expect(exitCode).toBe(0);
    expect(stderr.match(/could not be delivered/g)).toHaveLength(5);
    expect(stderr).not.toContain('s3cret');
  });

  it('of a new activity is sent once across a restart, and for nothing of a backfill', async () => {
    const { command, delivered } = keeper('activities');
    const env = { ...everySecond, NOTIFY_COMMAND: command, NOTIFY_NEW_ACTIVITY: 'true' };
    const scene = await openScene({ activities: 25, env });
    const activities = async () => (await delivered()).filter(({ kind }) => kind === 'activity');
    const first = scene.launch(['start']);
    const has = async (collection: string, field: string) =>
      (await scene.db.collection(collection).countDocuments({ [field]: { $exists: true } })) > 0;
    await first.reach(eventually(() => has('athletes', 'sync.notify_from')));
    await first.reach(eventually(async () => (await delivered()).length === 1));
    const { world } = scene.simulator;
    const upload = (name: string) =>
      world.addActivity(athleteId, { name }, { startAt: new Date(), samples: 5 });
    const id = upload('Lunch "Ride" \u202e');
    await first.reach(eventually(() => has('activities', 'sync.notification.delivered_at')));
    first.kill('SIGTERM');
    await first.ended;
    const second = scene.launch(['start']);
    const next = upload('Evening');
    await second.reach(eventually(async () => (await activities()).length === 2));
    second.kill('SIGTERM');
    await second.ended;
    const record = await scene.stored(id);
    const found = (await activities()).map(({ activity }) => activity);
    expect(found).toMatchObject([
      {
        id,
        name: 'Lunch "Ride" \u202e',
        sport: record?.['sport_type'] as string,
        distance: record?.['distance'] as number,
        movingTime: record?.['moving_time'] as number,
        elevationGain: record?.['total_elevation_gain'] as number,
        start: (record?.['start_date'] as Date).toISOString(),
      },
      { id: next },
    ]);
  });

  it('is not stored without a receiver, and two receivers are an error', async () => {
    const scene = await openScene({ activities: 2 });
    const daemon = scene.begin(['start']);
    await daemon.shown('Run done');
    daemon.kill('SIGTERM');
    await daemon.ended;
    expect(await scene.db.collection('notifications').countDocuments()).toBe(0);
    const both = { NOTIFY_COMMAND: 'true s3cret', NOTIFY_URL: 'http://127.0.0.1:9/s3cret' };
    const { exitCode, stderr } = await scene.callWith(both, 'config');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('NOTIFY_URL: NOTIFY_COMMAND is set as well');
    expect(stderr).not.toContain('s3cret');
  });
});

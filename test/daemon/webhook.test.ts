import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { afterEach, describe, expect, it } from 'vitest';
import { start } from '../../src/commands/start.ts';
import { webhookSubscribe } from '../../src/commands/webhook.ts';
import type { TestProgram } from '../support/program.ts';
import type { Rounds, RoundsOptions } from '../support/rounds.ts';
import { useRounds } from '../support/rounds.ts';
import { eventually } from '../support/waiting.ts';

const open = useRounds();
const yearMs = 366 * 86_400_000;
const quiet = { SYNC_SCHEDULE: '0 0 1 1 *', HTTP_PORT: '0' };
const running: { readonly program: TestProgram; readonly ended: Promise<unknown> }[] = [];

afterEach(async () => {
  for (const { program } of running) program.stop();
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});

/** A daemon of this process with a live subscription. */
async function subscribed(
  options: RoundsOptions,
): Promise<{ scene: Rounds; program: TestProgram }> {
  const scene = await open(options);
  const program = scene.program({ ...quiet, ...options.config });
  running.push({ program, ended: start(program) });
  const listening = /The HTTP server listens at (http:[^"]*?)\."/;
  await eventually(() => listening.test(program.logged()));
  const [, url = ''] = listening.exec(program.logged()) ?? [];
  await webhookSubscribe(scene.program(), { json: true, callbackUrl: url });
  return { scene, program };
}

function stored({ db }: Rounds, id: number): Promise<Document | null> {
  return db.collection('activities').findOne({ _id: Long.fromNumber(id) } as Document);
}

async function isComplete(scene: Rounds, id: number): Promise<boolean> {
  const found = await stored(scene, id);
  const sync = found?.['sync'] as { streams: { state: string } } | undefined;
  return sync?.streams.state === 'stored';
}

describe('an event of the webhook', () => {
  it('brings a new activity with its streams, and its changes, while a backfill waits for the quota', async () => {
    const { scene, program } = await subscribed({
      activities: 60,
      quota: { short: 40, daily: 60, shortWindowMs: yearMs, dailyWindowMs: yearMs },
      config: {
        STRAVA_QUOTA_SHORT: '40',
        STRAVA_QUOTA_SHORT_WINDOW: '366d',
        STRAVA_QUOTA_DAILY_WINDOW: '366d',
        STRAVA_QUOTA_DAILY: '60',
        // What is kept back for fresh data depends on how often it is looked for.
        SYNC_SCHEDULE: '0 * * * *',
      },
    });
    const { world, requests } = scene.simulator;
    await eventually(() => program.logged().includes('Quota spent'));
    const id = world.addActivity(1001, {}, { samples: 5 });
    await eventually(() => isComplete(scene, id), 15_000);
    const asked = requests.entries.filter(({ activityId }) => activityId === id);
    expect(asked.map(({ endpoint }) => endpoint)).toEqual(['activity', 'streams']);

    world.editActivity(id, { name: 'Evening' });
    await scene.simulator.eventsSettled();
    // Within a minute of the last request the same activity waits.
    const event = { _id: `activity:${id}` } as Document;
    const hint = await scene.db.collection('events').findOne(event);
    expect((hint?.['due_at'] as Date).getTime()).toBeGreaterThan(Date.now());
    expect(requests.overLimit()).toEqual([]);
  });

  it('about a deletion is confirmed by a request, and the activity goes', async () => {
    const { scene } = await subscribed({ activities: 6 });
    const [first] = scene.simulator.world.activities(1001);
    const id = first?.id ?? 0;
    await eventually(() => isComplete(scene, id));
    const before = scene.simulator.requests.count('activity');
    scene.simulator.world.deleteActivity(id);
    await eventually(async () => (await stored(scene, id)) === null);
    expect(scene.simulator.requests.count('activity')).toBe(before + 1);
    expect(await scene.db.collection('streams').countDocuments({ activity_id: id })).toBe(0);
  });

  it('that comes before Strava shows the activity is asked for again later', async () => {
    const { scene } = await subscribed({ activities: 3 });
    await eventually(async () => (await scene.differences()).length === 0);
    scene.simulator.faults.next('empty-list', 1, { endpoint: 'list' });
    const [subscription] = await scene.db.collection('subscriptions').find().toArray();
    const unknown = 19_900_000_001;
    const answer = await fetch(String(subscription?.['callback_url']), {
      method: 'POST',
      body: JSON.stringify({
        object_type: 'activity',
        object_id: unknown,
        aspect_type: 'create',
        updates: {},
        owner_id: 1001,
        subscription_id: Number(subscription?.['subscription_id']),
        event_time: Math.floor(Date.now() / 1000),
      }),
    });
    expect(answer.status).toBe(200);
    const hint = { _id: `activity:${unknown}`, tries: 1 } as Document;
    await eventually(async () => (await scene.db.collection('events').countDocuments(hint)) === 1);
    const found = await scene.db.collection('events').findOne(hint);
    expect((found?.['due_at'] as Date).getTime()).toBeGreaterThan(Date.now() + 30_000);
  });

  it.each(['keep', 'erase'])(
    'about a withdrawn access is verified; then the login goes, the data by the setting: %s',
    async (choice) => {
      const { scene } = await subscribed({
        activities: 4,
        config: { WEBHOOK_DEAUTHORIZATION: choice },
      });
      await eventually(async () => (await scene.differences()).length === 0);
      scene.simulator.deauthorize(1001);
      const { db } = scene;
      await eventually(async () => (await db.collection('tokens').countDocuments()) === 0);
      const isErased = choice === 'erase';
      await eventually(
        async () => (await db.collection('activities').countDocuments()) === (isErased ? 0 : 4),
      );
      const marked = { 'sync.deauthorized_at': { $exists: true } };
      expect(await db.collection('athletes').countDocuments(marked)).toBe(isErased ? 0 : 1);
    },
  );

  it('about a withdrawn access that is a lie changes nothing', async () => {
    const { scene } = await subscribed({ activities: 2 });
    await eventually(async () => (await scene.differences()).length === 0);
    const [subscription] = await scene.db.collection('subscriptions').find().toArray();
    const counted = scene.simulator.requests.entries.filter(({ isCounted }) => isCounted).length;
    await fetch(String(subscription?.['callback_url']), {
      method: 'POST',
      body: JSON.stringify({
        object_type: 'athlete',
        object_id: 1001,
        aspect_type: 'update',
        updates: { authorized: 'false' },
        owner_id: 1001,
        subscription_id: Number(subscription?.['subscription_id']),
        event_time: 1,
      }),
    });
    await eventually(() => scene.simulator.requests.count('token') >= 2);
    expect(await scene.db.collection('tokens').countDocuments()).toBe(1);
    const now = scene.simulator.requests.entries.filter(({ isCounted }) => isCounted).length;
    expect(now).toBe(counted);
  });
});

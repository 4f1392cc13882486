import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { webhookUnsubscribe } from '../../../src/features/webhooks/command.ts';
import { differences, logIn } from '../../support/mirror.ts';
import type { Rounds } from '../../support/rounds.ts';
import { athleteNamed } from '../../support/scene.ts';
import { notifier, notify, subscribe, useDaemons } from '../../support/subscribed.ts';
import { eventually } from '../../support/waiting.ts';

const { open, launch, subscribed } = useDaemons();
const yearMs = 366 * 86_400_000;
const everySecond = { SYNC_SCHEDULE: '* * * * * *' };

function stored({ db }: Rounds, id: number): Promise<Document | null> {
  return db.collection('activities').findOne({ _id: Long.fromNumber(id) } as Document);
}

async function isComplete(scene: Rounds, id: number): Promise<boolean> {
  const found = await stored(scene, id);
  const sync = found?.['sync'] as { streams: { state: string } } | undefined;
  return sync?.streams.state === 'stored';
}

describe('an event of the webhook', () => {
  it('an event brings an activity, its streams and its changes while a backfill waits for the quota', async () => {
    const { scene, program } = await subscribed({
      activities: 60,
      quota: { short: 40, daily: 60, shortWindowMs: yearMs, dailyWindowMs: yearMs },
      config: {
        STRAVA_QUOTA_SHORT: '40',
        STRAVA_QUOTA_SHORT_WINDOW: '366d',
        STRAVA_QUOTA_DAILY_WINDOW: '366d',
        STRAVA_QUOTA_DAILY: '60',
        // What is kept back for fresh data depends on the poll interval.
        SYNC_SCHEDULE: '0 * * * *',
      },
    });
    const { world, requests } = scene.simulator;
    await eventually(() => program.logged().includes('Quota spent'));
    const id = world.addActivity(1001, {}, { samples: 5 });
    await eventually(() => isComplete(scene, id), 30_000);
    const fetched = requests.entries.filter(({ activityId }) => activityId === id);
    expect(fetched.map(({ endpoint }) => endpoint)).toEqual(['activity', 'streams']);

    world.editActivity(id, { name: 'Evening' });
    await scene.simulator.eventsSettled();
    // Within a minute of the last request the same activity waits.
    const event = { _id: `activity:${id}` } as Document;
    const stored = await scene.db.collection('events').findOne(event);
    expect((stored?.['due_at'] as Date).getTime()).toBeGreaterThan(Date.now());
    expect(requests.overLimit()).toEqual([]);
  });

  it('a reported deletion is confirmed by a request before the activity is deleted', async () => {
    const { scene } = await subscribed({ activities: 6 });
    const [first] = scene.simulator.world.activities(1001);
    const id = first?.id ?? 0;
    await eventually(() => isComplete(scene, id));
    const before = scene.simulator.requests.count('activity');
    scene.simulator.world.deleteActivity(id);
    await eventually(async () => (await stored(scene, id)) === null);
    // Strava sends an event again if the response is late.
    expect(scene.simulator.requests.count('activity')).toBeGreaterThan(before);
    expect(await scene.db.collection('streams').countDocuments({ activity_id: id })).toBe(0);
  });

  it('an event of an activity that is neither stored nor at Strava costs one request', async () => {
    const { scene } = await subscribed({ activities: 3 });
    await eventually(async () => (await scene.differences()).length === 0);
    const unknown = 19_900_000_001;
    expect(await notify(scene, { aspect_type: 'create', object_id: unknown })).toBe(200);
    const events = scene.db.collection('events');
    const settled = { _id: `activity:${unknown}`, missed_at: { $size: 1 } } as Document;
    await eventually(async () => (await events.countDocuments(settled)) === 1);
    expect(await events.countDocuments({ due_at: { $exists: true } })).toBe(0);
    expect(scene.simulator.requests.count({ activityId: unknown })).toBe(1);
  });

  it('a reported deletion is tried a few times while Strava still shows the activity', async () => {
    const { scene } = await subscribed({ activities: 3 });
    await eventually(async () => (await scene.differences()).length === 0);
    const { db, simulator } = scene;
    const [first] = simulator.world.activities(1001);
    const id = first?.id ?? 0;
    const events = db.collection('events');
    const _id = `activity:${id}` as never;
    const isDueAfter = (tries: number) => async (): Promise<boolean> =>
      (await events.countDocuments({ _id, tries, due_at: { $exists: true } })) === 1;
    const delivered = { aspect_type: 'delete', object_id: id };
    expect(await notify(scene, delivered)).toBe(200);
    await eventually(isDueAfter(1));
    expect(await isComplete(scene, id)).toBe(true);
    const postponed = await events.findOne({ _id });
    expect((postponed?.['due_at'] as Date).getTime()).toBeGreaterThan(Date.now() + 30_000);

    const passAnHour = { $set: { read_at: new Date(0) }, $unset: { due_at: '' } };
    await events.updateOne({ _id }, passAnHour);
    await events.updateOne({ _id }, { $set: { tries: 4 } });
    expect(await notify(scene, delivered)).toBe(200);
    await eventually(
      async () => (await events.countDocuments({ _id, due_at: { $exists: false } })) === 1,
    );
    expect(await isComplete(scene, id)).toBe(true);

    await events.deleteOne({ _id });
    expect(await notify(scene, delivered)).toBe(200);
    await eventually(isDueAfter(1));
    await events.updateOne({ _id }, passAnHour);
    simulator.world.deleteActivity(id);
    await eventually(async () => (await stored(scene, id)) === null);
  });
});

describe('3,000 forged events of activities that do not exist', () => {
  it('3,000 forged events cost a tenth of the window, and a new activity among them arrives at the next poll', async () => {
    const [short, daily] = [100, 1_000];
    const { scene } = await subscribed({
      activities: 6,
      quota: { short, daily, shortWindowMs: yearMs, dailyWindowMs: yearMs },
      config: {
        STRAVA_QUOTA_SHORT: String(short),
        STRAVA_QUOTA_DAILY: String(daily),
        STRAVA_QUOTA_SHORT_WINDOW: '366d',
        STRAVA_QUOTA_DAILY_WINDOW: '366d',
        ...everySecond,
      },
    });
    const { world, requests } = scene.simulator;
    await eventually(async () => (await scene.differences()).length === 0, 60_000);
    const before = requests.count('activity');
    const forged = Array.from({ length: 3_000 }, (_, index) => 19_900_000_000 + index);
    const post = await notifier(scene);
    const forge = async (count: number): Promise<void> => {
      while (count > 0) {
        const ids = forged.splice(0, 25);
        count -= ids.length;
        const sent = ids.map((object_id) => post({ aspect_type: 'create', object_id }));
        expect(new Set(await Promise.all(sent))).toEqual(new Set([200]));
      }
    };
    await forge(1_500);
    const id = world.addActivity(1001, {}, { samples: 5 });
    await forge(1_500);
    await scene.simulator.eventsSettled();
    const spent = { missed_at: { $exists: true } };
    const events = scene.db.collection('events');
    await eventually(async () => (await events.countDocuments(spent)) === short / 10, 30_000);
    expect(await events.countDocuments({ due_at: { $exists: true } })).toBeGreaterThan(50);

    // Without the subscription, the next tick polls.
    await scene.db.collection('subscriptions').deleteMany({});
    await eventually(() => isComplete(scene, id), 60_000);
    expect(requests.count('activity') - before).toBe(short / 10);
    expect(await events.countDocuments({ due_at: { $exists: true } })).toBe(0);
    expect(await scene.differences()).toEqual([]);
  }, 180_000);
});

describe('the lists', () => {
  const ticks = ({ db }: Rounds) =>
    db.collection('runs').countDocuments({ ended_at: { $exists: true } });
  const lists = ({ simulator }: Rounds): number => simulator.requests.count('list');

  /** Waits until the schedule has ticked so often, and more, in a daemon that has nothing to do. */
  async function pass(scene: Rounds, count: number): Promise<void> {
    const before = await ticks(scene);
    await eventually(async () => (await ticks(scene)) >= before + count, 60_000);
  }

  it('the lists are polled at each tick without a subscription, and seldom with one', async () => {
    const scene = await open({ activities: 2 });
    const { url } = await launch(scene, everySecond);
    await eventually(() => lists(scene) >= 5, 60_000);
    await subscribe(scene, url);
    // A run that had begun may still poll.
    await pass(scene, 3);
    const seldom = lists(scene);
    await pass(scene, 3);
    expect(lists(scene)).toBe(seldom);
    await webhookUnsubscribe(scene.program(), { json: true });
    await eventually(() => lists(scene) >= seldom + 2, 60_000);
  }, 180_000);

  it('the list of an athlete who logs in during a run is polled, and no other', async () => {
    const athletes = [athleteNamed('Ada', 1001, 3), athleteNamed('Bob', 1002, 3)];
    const scene = await open({ athletes });
    const { simulator, db } = scene;
    const bob = { _id: Long.fromNumber(1002) as never };
    await db.collection('tokens').deleteOne(bob);
    await scene.round();
    simulator.world.addActivity(1001, {}, { samples: 5 });
    const { clientId } = simulator;
    const callback_url = 'https://strava.example.org/a-path-that-nobody-guesses';
    await db.collection('subscriptions').insertOne({
      _id: clientId as never,
      subscription_id: 1,
      callback_url,
      verify_token: 'x',
      created_at: new Date(),
    });
    const holding = simulator.hold({ endpoint: 'streams' });
    await launch(scene, everySecond);
    const held = await holding;
    const polled = simulator.requests.count({ endpoint: 'list', athleteId: 1001 });
    await logIn(db, simulator, 1002);
    await eventually(async () => (await differences(db, simulator, 1002)).length === 0, 60_000);
    expect(simulator.requests.count({ endpoint: 'list', athleteId: 1001 })).toBe(polled);
    expect(await db.collection('runs').countDocuments({ command: 'start' })).toBe(1);
    held.release();
  });
});

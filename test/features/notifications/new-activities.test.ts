import { beforeEach, describe, expect, it } from 'vitest';

import type { Message } from '../../../src/features/notifications/delivery.ts';
import { notifyNewActivities } from '../../../src/features/notifications/new-activity-notifier.ts';
import { createNewActivityStore } from '../../../src/features/notifications/new-activity-store.ts';
import { int64 } from '../../../src/mongo/base/bson-value.ts';
import { useAdapter } from '../../mongo/adapter.ts';
import { athleteId, pageOf, recordOf } from '../../mongo/pages.ts';
import { createTestProgram } from '../../support/command/program.ts';
import { createMovableTime } from '../../support/time.ts';

const minute = 60_000;
const adapter = useAdapter();

describe('the notification of new activities', () => {
  beforeEach(() => adapter.empty());

  /** Stores activities that start so many minutes from now, with the ids 1, 2, … after `base`. */
  const storeAll = async (base: number, ...minutes: readonly number[]) => {
    const records = minutes.map((each, index) =>
      recordOf(base + index + 1, {
        name: `Ride ${each}`,
        start_date: new Date(Date.now() + each * minute).toISOString(),
      }),
    );
    await adapter.activities.storePage(pageOf(records, { fetchedAt: new Date() }));
  };

  const setUp = async (newestStart?: Date) => {
    const { store } = adapter;
    const sync = newestStart === undefined ? {} : { newest_start: newestStart };
    await store.athletes.insertOne({ _id: int64(athleteId), sync });
    const time = createMovableTime();
    const program = createTestProgram({ clock: time.local });
    const sent: Message[] = [];
    const problems: string[] = [];
    const session = {
      program,
      athletes: {
        athleteIds: () => Promise.resolve([athleteId]),
        erasingIds: () => Promise.resolve<readonly number[]>([]),
      },
      store: createNewActivityStore(store),
      deliver: (message: Message) => {
        sent.push(message);
        return Promise.resolve(problems.shift());
      },
    };
    return { session, program, time, sent, problems, check: () => notifyNewActivities(session) };
  };
  const ids = (sent: readonly Message[]) => sent.map(({ activity }) => activity?.id);

  it('the notification of new activities is sent once for what started after the newest known one, the earliest first', async () => {
    await storeAll(0, -600, -300, -100);
    const { check, sent, session } = await setUp(new Date(Date.now() - 100 * minute));
    await check();
    expect(sent).toEqual([]);
    await storeAll(10, -5, -50, -700);
    await check();
    await check();
    expect(ids(sent)).toEqual([12, 11]);
    expect(sent[1]).toMatchObject({
      kind: 'activity',
      text: 'New activity of athlete 1001: Ride -5 (Ride, 24.9 km).',
      athleteId,
      activity: { id: 11, name: 'Ride -5', sport: 'Ride', distance: 24_931.4, movingTime: 4_500 },
    });
    expect(sent[1]?.activity?.elevationGain).toBeUndefined();
    // A change of the record keeps what was delivered, and so does a restart.
    await adapter.activities.storePage(
      pageOf([recordOf(11, { name: 'Renamed', start_date: new Date().toISOString() })], {
        fetchedAt: new Date(Date.now() + minute),
      }),
    );
    await notifyNewActivities({ ...session, store: createNewActivityStore(adapter.store) });
    expect(sent).toHaveLength(2);
  });

  it('the notification of new activities is sent for nothing of a first backfill', async () => {
    const { check, sent } = await setUp();
    await check();
    await storeAll(0, ...Array.from({ length: 60 }, (_, index) => -30 * (index + 1)));
    await check();
    expect(sent).toEqual([]);
  });

  it('the notification of new activities is sent for at most 20 in one check', async () => {
    const { check, sent } = await setUp(new Date(Date.now() - 90 * minute));
    await check();
    await storeAll(0, ...Array.from({ length: 30 }, (_, index) => -index));
    await check();
    expect(sent).toHaveLength(20);
    await check();
    expect(new Set(ids(sent)).size).toBe(30);
    expect(sent).toHaveLength(30);
  });

  it('the notification of new activities is tried again after a minute, five times in all, and a failure ends the check', async () => {
    const { check, sent, problems, time, program } = await setUp(
      new Date(Date.now() - 90 * minute),
    );
    await check();
    await storeAll(0, -20, -10);
    problems.push(...Array.from({ length: 5 }, () => 'it is away'));
    await check();
    expect(ids(sent)).toEqual([1]);
    problems.splice(0, 5, 'it is away', 'it is away', 'it is away', 'it is away');
    for (let round = 0; round < 8; round += 1) {
      time.pass(2 * minute);
      await check();
    }
    expect(ids(sent).filter((id) => id === 1)).toHaveLength(5);
    expect(ids(sent).filter((id) => id === 2)).toHaveLength(1);
    expect(program.logged()).toContain('It is not tried again');
    expect(program.logged()).not.toContain('Ride -20');
  });

  it('the notification of new activities is not tried by another process while one delivers it', async () => {
    const { check, sent, session } = await setUp(new Date(Date.now() - 90 * minute));
    await check();
    await storeAll(0, -20);
    const others: Message[] = [];
    const deliver = async (message: Message) => {
      sent.push(message);
      await notifyNewActivities({
        ...session,
        deliver: (other) => {
          others.push(other);
          return Promise.resolve(undefined);
        },
      });
      return undefined;
    };
    await notifyNewActivities({ ...session, deliver });
    expect(sent).toHaveLength(1);
    expect(others).toEqual([]);
  });

  it('the notification of new activities vanishes with an activity that is erased, and with an athlete who is being erased', async () => {
    const { check, sent, session } = await setUp(new Date(Date.now() - 90 * minute));
    await check();
    await storeAll(0, -20, -10);
    const erasingIds = () => Promise.resolve([athleteId]);
    await notifyNewActivities({
      ...session,
      athletes: { ...session.athletes, erasingIds },
    });
    expect(sent).toEqual([]);
    const due = await session.store.due([athleteId], Date.now());
    await adapter.store.activities.deleteMany({});
    for (const activity of due) {
      expect(await session.store.claim(activity, new Date())).toBe(false);
    }
    await check();
    expect(sent).toEqual([]);
    expect(await adapter.store.activities.countDocuments()).toBe(0);
  });

  it('the notification of new activities is not sent for what came while the setting was off', async () => {
    const { check, sent, session } = await setUp(new Date(Date.now() - 90 * minute));
    await check();
    await session.store.end([athleteId]);
    await storeAll(0, -20);
    await adapter.store.athletes.updateOne(
      { _id: int64(athleteId) },
      { $set: { 'sync.newest_start': new Date(Date.now() - 20 * minute) } },
    );
    await check();
    await storeAll(10, -5);
    await check();
    expect(ids(sent)).toEqual([11]);
  });
});

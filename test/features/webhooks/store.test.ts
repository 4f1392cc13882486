import { beforeEach, describe, expect, it } from 'vitest';

import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import type { ActivityEvent } from '../../../src/domain/webhook/push-event.ts';
import { createEventStore } from '../../../src/features/webhooks/store.ts';
import type { EventStore } from '../../../src/sync/ports/events.ts';
import { useAdapter } from '../../mongo/adapter.ts';

const adapter = useAdapter();
const athleteId = 1001;
const startedMs = Date.parse('2026-10-05T10:00:00Z');
let nowMs = startedMs;
const clock: Clock = { ...systemClock, nowMs: () => nowMs };

beforeEach(async () => {
  nowMs = startedMs;
  await adapter.empty();
});

function store(): EventStore {
  return createEventStore(adapter.store, clock);
}

const events = () => adapter.database.db.collection('events');
const after = (seconds: number): Date => new Date(startedMs + seconds * 1_000);
const due = (at: Date, exclude: readonly number[] = []) => store().due(athleteId, at, exclude, 10);

function event(activityId: number, changes: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    kind: 'activity',
    subscriptionId: 7,
    athleteId,
    activityId,
    aspect: 'create',
    eventAt: after(0),
    ...changes,
  };
}

/** Moves our clock to so many seconds after the start. */
function pass(seconds: number): void {
  nowMs = startedMs + seconds * 1_000;
}

describe('an event', () => {
  it('an event is due at once, for its owner alone', async () => {
    await store().save(event(11));
    expect(await due(after(0))).toEqual([
      { activityId: 11, aspects: ['create'], receivedAt: after(0), tries: 0 },
    ]);
    expect(await store().nextDueAt(athleteId)).toEqual(after(0));
    expect(await store().due(2002, after(0), [], 10)).toEqual([]);
    expect(await store().nextDueAt(2002)).toBeUndefined();
  });

  it('an event is stored with its ids as int64', async () => {
    await store().save(event(19_000_000_001));
    const types = { activity_id: { $type: 'long' }, owner_id: { $type: 'long' } } as const;
    expect(await events().countDocuments({ _id: 'activity:19000000001' as never, ...types })).toBe(
      1,
    );
  });

  it('duplicates of an event, in any order and at the same time, are one pending event', async () => {
    const late = event(11, { aspect: 'update', eventAt: after(5) });
    const all = [late, event(11), event(11), late, event(11, { aspect: 'delete' })];
    await Promise.all(all.map((each) => store().save(each)));
    const pendingEvents = await due(after(0));
    expect(pendingEvents).toHaveLength(1);
    expect(pendingEvents[0]?.aspects.toSorted()).toEqual(['create', 'delete', 'update']);
    expect(await events().countDocuments({ event_time: after(5) })).toBe(1);
  });

  it('the event that waits longest comes first, and an excluded one does not come', async () => {
    await store().save(event(11));
    pass(1);
    await store().save(event(12));
    pass(2);
    await store().save(event(11));
    const ids = (await due(after(5))).map(({ activityId }) => activityId);
    expect(ids).toEqual([11, 12]);
    expect(await due(after(5), [11, 12])).toEqual([]);
    expect(await store().due(athleteId, after(5), [], 1)).toHaveLength(1);
  });
});

describe('a pending event that was read', () => {
  it('an event that was read is no longer due and forgets its aspects', async () => {
    await store().save(event(11));
    pass(1);
    await store().settle(11, after(1));
    expect(await due(after(3_600))).toEqual([]);
    expect(await store().nextDueAt(athleteId)).toBeUndefined();
    pass(120);
    await store().save(event(11, { aspect: 'delete' }));
    expect(await due(after(120))).toMatchObject([{ aspects: ['delete'] }]);
  });

  it('an activity is read again a minute later if an event comes within that minute', async () => {
    await store().save(event(11));
    await store().settle(11, after(1));
    pass(20);
    await store().save(event(11, { aspect: 'update' }));
    pass(30);
    await store().save(event(11, { aspect: 'update' }));
    expect(await due(after(60))).toEqual([]);
    expect(await due(after(61))).toMatchObject([{ aspects: ['update'] }]);
  });

  it('an activity stays due if an event came after the request had left', async () => {
    await store().save(event(11));
    pass(5);
    await store().save(event(11, { aspect: 'update' }));
    await store().settle(11, after(3));
    expect(await store().nextDueAt(athleteId)).toEqual(after(63));
    await store().settle(11, after(63));
    expect(await store().nextDueAt(athleteId)).toBeUndefined();
  });

  it('an event waits no longer than a minute after our clock was turned back', async () => {
    await store().save(event(11));
    await store().settle(11, after(86_400));
    await store().save(event(11));
    expect(await store().nextDueAt(athleteId)).toEqual(after(60));
  });
});

describe('a pending event that was postponed', () => {
  it('a postponed event is due at its new time, with one more try', async () => {
    await store().save(event(11));
    await store().postpone(11, after(30));
    expect(await due(after(29))).toEqual([]);
    expect(await due(after(30))).toMatchObject([{ tries: 1 }]);
    await store().postpone(11, after(90));
    expect(await due(after(90))).toMatchObject([{ tries: 2 }]);
  });

  it('a postponed event counts a try once, however often it is written', async () => {
    await store().save(event(11));
    for (let times = 0; times < 3; times += 1) await store().postpone(11, after(30));
    expect(await due(after(30))).toMatchObject([{ tries: 1 }]);
  });

  it('a postponed event is neither delayed by another event nor due within the minute', async () => {
    await store().save(event(11));
    await store().postpone(11, after(30));
    pass(10);
    await store().save(event(11));
    expect(await store().nextDueAt(athleteId)).toEqual(after(30));
    await store().postpone(11, after(3_600));
    pass(15);
    await store().save(event(11));
    expect(await store().nextDueAt(athleteId)).toEqual(after(70));
  });
});

describe('saving an event', () => {
  it('saving an event says whether the event is news', async () => {
    expect(await store().save(event(11))).toBe(true);
    expect(await store().save(event(11))).toBe(false);
    expect(await store().save(event(11, { aspect: 'delete' }))).toBe(true);
    await store().settle(11, after(1));
    pass(120);
    expect(await store().save(event(11))).toBe(true);
    await store().postpone(11, after(3_600));
    expect(await store().save(event(11))).toBe(true);
  });
});

describe('a flood', () => {
  it('a flood of events leaves an athlete 200 due activities and does not touch other athletes', async () => {
    const ids = Array.from({ length: 205 }, (_, index) => index + 1);
    await Promise.all(ids.slice(0, 190).map((id) => store().save(event(id))));
    for (const id of ids.slice(190)) await store().save(event(id));
    expect(await events().countDocuments()).toBe(200);
    expect(await store().save(event(205))).toBe(false);
    await store().save(event(7, { aspect: 'update' }));
    await store().save(event(999, { athleteId: 2002 }));
    expect(await store().due(2002, after(0), [], 10)).toHaveLength(1);
    const known = await store().due(athleteId, after(0), [], 300);
    expect(known).toHaveLength(200);
    expect(known.find(({ activityId }) => activityId === 7)?.aspects).toHaveLength(2);
    await store().settle(7, after(1));
    await store().save(event(205));
    expect(
      await due(
        after(0),
        known.map(({ activityId }) => activityId),
      ),
    ).toMatchObject([{ activityId: 205 }]);
  });
});

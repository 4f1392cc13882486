import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { activityParts } from '../../../src/domain/sync/activity-parts.ts';
import type { TimeRange } from '../../../src/sync/ports/activities.ts';
import type { TaskQuery } from '../../../src/sync/ports/tasks.ts';
import { createActivityStore } from '../../../src/mongo/streams/activity-store.ts';
import { countOfOtherSports } from '../../../src/mongo/streams/pending.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';
import { dueStreams, taskQuery } from '../tasks.ts';

const first = 19_000_000_000;
const now = new Date('2026-10-05T12:00:00Z');
const hourMs = 3_600_000;

const adapter = useAdapter();

beforeEach(() => adapter.empty());

function query(changes: Partial<TaskQuery> = {}) {
  return dueStreams(adapter.tasks, now, changes);
}

async function idsOf(changes: Partial<TaskQuery> = {}): Promise<readonly number[]> {
  return (await query(changes)).map(({ activityId }) => activityId - first);
}

/** Activities 1 to `count`, the first the oldest, a day apart; ids not in the order of starts. */
async function storeDays(count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, index) => {
    const day = String(index + 1).padStart(2, '0');
    return recordOf(first + index + 1, { start_date: `2026-09-${day}T06:00:00Z` });
  });
  const page = pageOf(records.toSorted((one, other) => Number(other['id']) - Number(one['id'])));
  await adapter.activities.storePage(page);
}

async function setStreams(number: number, streams: Document): Promise<void> {
  await adapter.database.db
    .collection('activities')
    .updateOne({ _id: Long.fromNumber(first + number) }, { $set: { 'sync.streams': streams } });
}

function day(number: number): Date {
  return new Date(`2026-09-${String(number).padStart(2, '0')}T06:00:00Z`);
}

describe('pending streams', () => {
  it('pending streams come newest first, with the facts for the planner', async () => {
    await storeDays(4);
    expect(await idsOf()).toEqual([4, 3, 2, 1]);
    const [newest] = await query({ freshFrom: day(4) });
    expect(newest).toMatchObject({
      activityId: first + 4,
      startAt: day(4),
      elapsedS: 4_610,
      isFresh: true,
      tries: 0,
    });
    expect(await query({ freshFrom: day(5) })).toMatchObject(Array(4).fill({ isFresh: false }));
    expect(newest?.recordingHash).toMatch(/\S/);
  });

  it('pending streams are limited, and exclude those in flight', async () => {
    await storeDays(20);
    expect(await idsOf()).toEqual(Array.from({ length: 16 }, (_, index) => 20 - index));
    const exclude = new Set([20, 19].map((number) => `streams:${first + number}`));
    expect((await idsOf({ exclude }))[0]).toBe(18);
  });

  it('pending streams come from the first range that has some', async () => {
    await storeDays(4);
    const ranges = [{ from: day(20) }, { to: day(3) }, {}];
    expect(await idsOf({ ranges })).toEqual([2, 1]);
    expect(await idsOf({ ranges: [] })).toEqual([]);
  });

  it('pending streams are searched in a half-open range', async () => {
    await storeDays(4);
    expect(await idsOf({ ranges: [{ from: day(2), to: day(4) }] })).toEqual([3, 2]);
    expect(await idsOf({ ranges: [{ from: day(3) }] })).toEqual([4, 3]);
    expect(await idsOf({ ranges: [{ to: day(3) }] })).toEqual([2, 1]);
    const count = (range: TimeRange) => adapter.activities.countPending(athleteId, range);
    expect(await count({ from: day(2), to: day(4) })).toBe(2);
    expect(await count({})).toBe(4);
    expect(await count({ from: day(20) })).toBe(0);
  });

  it("pending streams are the athlete's own", async () => {
    await storeDays(2);
    const another = pageOf([recordOf(first + 50)], { athleteId: 2002 });
    await adapter.activities.storePage(another);
    expect(await idsOf()).toEqual([2, 1]);
    expect(await idsOf({ athleteId: 2002 })).toEqual([50]);
    expect(await adapter.activities.countPending(2002, {})).toBe(1);
  });

  it('pending details are those without a state and those to fetch again, of the range and the chosen sports', async () => {
    await storeDays(4);
    const setState = (id: number, state: string) =>
      adapter.database.db
        .collection('activities')
        .updateOne({ _id: Long.fromNumber(first + id) }, { $set: { 'sync.details.state': state } });
    await setState(1, 'stored');
    await setState(2, 'parked');
    await setState(3, 'pending');
    const count = (range: TimeRange) => adapter.activities.countPendingDetails(athleteId, range);
    expect(await count({})).toBe(2);
    expect(await count({ from: day(4) })).toBe(1);
    const hikes = createActivityStore(adapter.store, { sports: ['Hike'] });
    expect(await hikes.countPendingDetails(athleteId, {})).toBe(0);
  });

  it('only chosen sports are pending, and the others again once they are chosen', async () => {
    const sports = ['Run', 'Ride', 'Walk'];
    const records = sports.map((sport_type, index) => recordOf(first + index + 1, { sport_type }));
    await adapter.activities.storePage(pageOf(records));
    const kept = { streams: true, details: false, segments: false, athlete: false };
    const chosen = async (names: readonly string[]) =>
      [...(await idsOf({ kept: { ...kept, sports: names } }))].toSorted();
    expect(await chosen(['Run', 'Walk'])).toEqual([1, 3]);
    expect(await chosen([])).toEqual([1, 2, 3]);
    const counting = createActivityStore(adapter.store, { sports: ['Run', 'Walk'] });
    expect(await counting.countPending(athleteId, {})).toBe(2);
    expect(await countOfOtherSports(adapter.store, athleteId, ['Run', 'Walk'])).toBe(1);
    expect(await countOfOtherSports(adapter.store, athleteId, [])).toBe(0);
    const complete = { ...kept, sports: ['Hike'] };
    const { tasks } = adapter;
    expect(await tasks.isComplete(taskQuery('streams', now, { kept: complete }))).toBe(true);
    expect(await tasks.isComplete(taskQuery('streams', now))).toBe(false);
  });

  it('stored streams and activities without streams are not pending', async () => {
    await storeDays(3);
    await setStreams(3, { state: 'stored', tries: 0 });
    await setStreams(2, { state: 'none', tries: 0 });
    expect(await idsOf()).toEqual([1]);
    expect(await adapter.activities.countPending(athleteId, {})).toBe(1);
  });

  it('failed streams are due at their next try', async () => {
    await storeDays(3);
    await setStreams(3, { state: 'pending', tries: 1, next_try_at: new Date(now.getTime() + 1) });
    await setStreams(2, { state: 'pending', tries: 1, next_try_at: now });
    expect(await idsOf()).toEqual([2, 1]);
    expect(await idsOf({ now: new Date(now.getTime() + 1) })).toEqual([3, 2, 1]);
  });

  it('streams whose next try is more than a month ahead are due now', async () => {
    await storeDays(2);
    const inDays = (days: number): Date => new Date(now.getTime() + days * 24 * hourMs);
    await setStreams(2, { state: 'parked', tries: 10, next_try_at: inDays(30) });
    await setStreams(1, { state: 'pending', tries: 1, next_try_at: inDays(3_650) });
    expect(await idsOf()).toEqual([1]);
  });

  it('pending streams have no elapsed time if the activity has none', async () => {
    await adapter.activities.storePage(pageOf([recordOf(first, { elapsed_time: null })]));
    expect(await query()).toMatchObject([{ elapsedS: 0 }]);
  });
});

describe('a parked activity', () => {
  const nextTryAt = new Date(now.getTime() + 24 * hourMs);

  beforeEach(async () => {
    await storeDays(3);
    await setStreams(2, { state: 'parked', tries: 5, error: 'error', next_try_at: nextTryAt });
  });

  it('parked streams are due again after a day', async () => {
    expect(await idsOf()).toEqual([3, 1]);
    expect(await idsOf({ now: nextTryAt })).toEqual([3, 2, 1]);
  });

  it('parked activities are listed newest first and not counted as pending', async () => {
    await setStreams(3, { state: 'parked', tries: 5, error: 'error', next_try_at: nextTryAt });
    expect(await adapter.activities.parkedIds([athleteId])).toEqual([first + 3, first + 2]);
    expect(await adapter.activities.countPending(athleteId, {})).toBe(1);
  });

  it('parked and failed streams are due at once after a manual retry, and others stay unchanged', async () => {
    await setStreams(1, { state: 'pending', tries: 2, error: 'error', next_try_at: nextTryAt });
    expect(await adapter.activities.retryParked(2002)).toBe(0);
    expect(await adapter.activities.retryParked(athleteId)).toBe(2);
    expect((await query()).map(({ activityId, tries }) => [activityId - first, tries])).toEqual([
      [3, 0],
      [2, 0],
      [1, 0],
    ]);
    expect(await adapter.activities.parkedIds([athleteId])).toEqual([]);
    expect(await adapter.activities.retryParked()).toBe(0);
  });
});

describe('what is parked of an activity beside its streams', () => {
  const parked = { state: 'parked', tries: 5, error: 'error', next_try_at: new Date(8e12) };

  async function statesAt(path: string) {
    const found = await adapter.database.db
      .collection('activities')
      .find({}, { projection: { [path]: 1 } })
      .sort({ _id: 1 })
      .toArray();
    const key = path.slice('sync.'.length);
    return found.map(({ sync }) => (sync as Record<string, unknown>)[key]);
  }

  it.each(['sync.details', 'sync.photo_files', ...activityParts.map((part) => `sync.${part}`)])(
    'a manual retry makes %s due at once where it is parked or failed, and leaves the others',
    async (path) => {
      await storeDays(4);
      const others = [
        { state: 'none', tries: 0, reason: 'Strava has none' },
        { state: 'stored', tries: 0 },
      ];
      const states = [parked, { ...parked, state: 'pending', tries: 2 }, ...others];
      for (const [index, state] of states.entries()) {
        await adapter.database.db
          .collection('activities')
          .updateOne({ _id: Long.fromNumber(first + index + 1) }, { $set: { [path]: state } });
      }
      expect(await adapter.activities.retryParked(2002)).toBe(0);
      expect(await statesAt(path)).toEqual(states);
      expect(await adapter.activities.retryParked(athleteId)).toBe(2);
      const due = { state: 'pending', tries: 0, error: 'error' };
      expect(await statesAt(path)).toEqual([due, due, ...others]);
      expect(await adapter.activities.retryParked()).toBe(0);
    },
  );
});

describe('the next try of failed streams', () => {
  it('the next try of failed streams is the earliest one in the range', async () => {
    await storeDays(4);
    const at = (hours: number): Date => new Date(now.getTime() + hours * hourMs);
    await setStreams(1, { state: 'pending', tries: 1, next_try_at: at(3) });
    await setStreams(2, { state: 'pending', tries: 2, next_try_at: at(2) });
    await setStreams(3, { state: 'parked', tries: 5, next_try_at: at(1) });
    const next = (range: TimeRange, changes: Partial<TaskQuery> = {}) =>
      adapter.tasks.nextTryAt(taskQuery('streams', now, { ranges: [range], ...changes }));
    expect(await next({})).toEqual(at(2));
    expect(await next({ to: day(2) })).toEqual(at(3));
    expect(await next({ from: day(3) })).toBeUndefined();
    expect(await next({}, { athleteId: 2002 })).toBeUndefined();
    expect(await next({}, { ranges: [{ from: day(3) }, { to: day(2) }] })).toEqual(at(3));
    expect(await next({}, { now: at(2) })).toEqual(at(3));
  });
});

describe('a range', () => {
  const isComplete = (range: TimeRange) =>
    adapter.tasks.isComplete(taskQuery('streams', now, { ranges: [range] }));
  const soon = new Date(now.getTime() + 1);

  it('a range is complete when its streams are stored, none, postponed or parked', async () => {
    await storeDays(5);
    await setStreams(1, { state: 'stored', tries: 0 });
    await setStreams(2, { state: 'none', tries: 0 });
    await setStreams(3, { state: 'parked', tries: 5, next_try_at: soon });
    await setStreams(4, { state: 'pending', tries: 0, next_try_at: soon });
    expect([await isComplete({ to: day(5) }), await isComplete({})]).toEqual([true, false]);
  });

  it('a range is incomplete while failed streams wait for their next try', async () => {
    await storeDays(1);
    await setStreams(1, { state: 'pending', tries: 1, next_try_at: soon });
    expect(await isComplete({})).toBe(false);
  });
});

describe('the query for what is due', () => {
  it('the query for due streams uses an index and sorts nothing in memory', async () => {
    await storeDays(9);
    const filter = {
      'sync.athlete_id': Long.fromNumber(athleteId),
      'sync.streams.state': { $in: ['pending', 'parked'] },
      $or: [
        { 'sync.streams.next_try_at': { $exists: false } },
        { 'sync.streams.next_try_at': { $lte: now } },
      ],
    };
    const plan: unknown = await adapter.database.db
      .collection('activities')
      .find(filter)
      .sort({ start_date: -1 })
      .limit(5)
      .explain('queryPlanner');
    const winning = JSON.stringify(plan, (key, value: unknown) =>
      key === 'rejectedPlans' ? undefined : value,
    );
    expect(winning).toContain('"IXSCAN"');
    expect(winning).not.toContain('"COLLSCAN"');
    expect(winning).not.toContain('"SORT"');
  });
});

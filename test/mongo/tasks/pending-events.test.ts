import { beforeEach, describe, expect, it } from 'vitest';

import type { Clock } from '../../../src/clock.ts';
import { systemClock } from '../../../src/clock.ts';
import type { ActivityTask } from '../../../src/domain/sync/fetch-task.ts';
import type { Aspect } from '../../../src/domain/webhook/push-event.ts';
import { createEventStore } from '../../../src/features/webhooks/store.ts';
import { createTaskStore } from '../../../src/mongo/tasks/task-store.ts';
import type { EventStore } from '../../../src/sync/ports/events.ts';
import type { TaskQuery, TaskStore } from '../../../src/sync/ports/tasks.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';
import { dueOf, taskQuery } from '../tasks.ts';

const adapter = useAdapter();
const startedMs = Date.parse('2026-10-05T10:00:00Z');
let nowMs = startedMs;
const clock: Clock = { ...systemClock, nowMs: () => nowMs };
const at = (seconds: number): Date => new Date(startedMs + seconds * 1_000);
/** A window that began at the start, of which events may waste so many requests. */
const budget = (max: number) => [{ from: at(0), previousFrom: at(-900), max }];

let events: EventStore;
let tasks: TaskStore;

beforeEach(async () => {
  nowMs = startedMs;
  await adapter.empty();
  events = createEventStore(adapter.store, clock);
  tasks = createTaskStore(adapter.store, { events });
});

async function save(ids: readonly number[], aspect: Aspect = 'create'): Promise<void> {
  const event = { kind: 'activity', subscriptionId: 7, athleteId, aspect, eventAt: at(0) } as const;
  for (const activityId of ids) await events.save({ ...event, activityId });
}

async function storeActivities(...ids: readonly number[]): Promise<void> {
  await adapter.activities.storePage(pageOf(ids.map((id) => recordOf(id))));
}

function query(changes: Partial<TaskQuery> = {}): TaskQuery {
  return taskQuery('details', at(60), { ranges: [], eventBudgets: budget(3), ...changes });
}

function due(changes: Partial<TaskQuery> = {}): Promise<readonly ActivityTask[]> {
  return dueOf(tasks, 'activity', query(changes));
}

async function dueIds(changes: Partial<TaskQuery> = {}): Promise<readonly number[]> {
  return (await due(changes)).map(({ activityId }) => activityId);
}

/** Fetches what is due, of which Strava has nothing. */
async function waste(changes: Partial<TaskQuery> = {}): Promise<number> {
  const found = await due(changes);
  for (const task of found) await tasks.settleEvent(task, at(1), true);
  return found.length;
}

async function waiting(): Promise<readonly number[]> {
  const found = await events.due(athleteId, at(60), [], 1_000);
  return found.map(({ activityId }) => activityId);
}

describe('events of activities that are not stored', () => {
  it('events of unknown activities are due until their budget is spent, and again in the next window', async () => {
    await save([1, 2, 3, 4, 5]);
    expect(await dueIds()).toEqual([1, 2, 3]);
    expect(await waste()).toBe(3);
    expect(await dueIds()).toEqual([]);
    expect(await waiting()).toEqual([4, 5]);
    expect(await dueIds({ eventBudgets: [{ ...budget(3)[0], from: at(50) }] as never })).toEqual([
      4, 5,
    ]);
  });

  it('an event that brought something costs no budget', async () => {
    await save([1, 2, 3, 4, 5]);
    for (const task of await due()) await tasks.settleEvent(task, at(1), false);
    expect(await dueIds()).toEqual([4, 5]);
  });

  it('events in flight count as wasted until they end', async () => {
    await save([1, 2, 3, 4, 5]);
    const exclude = new Set(['activity:1', 'activity:2']);
    expect(await dueIds({ exclude })).toEqual([3]);
  });

  it('each wasted request counts, also for the same activity', async () => {
    await save([1]);
    for (const seconds of [0, 61, 122]) {
      nowMs = at(seconds).getTime();
      await save([1]);
      const now = at(seconds);
      const [task] = await due({ now });
      expect(task?.activityId).toBe(1);
      if (task !== undefined) await tasks.settleEvent(task, now, true);
    }
    nowMs = at(200).getTime();
    await save([1, 2]);
    expect(await dueIds({ now: at(200) })).toEqual([]);
  });

  it('wasted requests of all athletes count together', async () => {
    await save([1, 2, 3]);
    await waste();
    const eventAt = at(0);
    const other = { subscriptionId: 7, athleteId: 2002, activityId: 9, eventAt };
    await events.save({ kind: 'activity', aspect: 'create', ...other });
    expect(await dueIds({ athleteId: 2002 })).toEqual([]);
  });

  it('a flood of unknown activities does not keep events of stored activities waiting', async () => {
    await storeActivities(7);
    await save([1, 2, 3, 4]);
    await waste();
    await save([7], 'update');
    expect(await dueIds()).toEqual([7]);
  });
});

describe('events of stored activities', () => {
  it('events of unchanged activities are due until a budget of their own is spent', async () => {
    await storeActivities(1, 2, 3, 4);
    await save([1, 2, 3, 4], 'update');
    expect(await waste()).toBe(3);
    await save([9]);
    expect(await dueIds()).toEqual([9]);
  });

  it('each try of a reported deletion that did not happen counts as wasted', async () => {
    await storeActivities(1, 2);
    await save([1, 2], 'delete');
    const [task] = await due();
    const write = { athleteId, epoch: 1, at: at(1) };
    for (const tries of [1, 2, 3]) {
      const retry = { tries, isParked: false, nextTryAt: at(600 * tries) };
      if (task !== undefined) await tasks.postpone(write, task, retry, 'still there');
      nowMs += 1;
    }
    expect(await dueIds()).toEqual([]);
  });
});

describe('a page of the newest activities', () => {
  const poll = (ids: readonly number[], seconds = 30, changes: Partial<TaskQuery> = {}) =>
    tasks.settleByPage(query(changes), { requestedAt: at(seconds), ids });

  it('a polled page settles the event of a new activity that it brought', async () => {
    await save([1, 2]);
    await storeActivities(1);
    expect(await poll([1])).toBe(true);
    expect(await waiting()).toEqual([2]);
  });

  it('a polled page settles no event that is newer, in flight or about a change', async () => {
    await storeActivities(1, 2, 3);
    await save([1]);
    await save([2], 'update');
    nowMs = at(31).getTime();
    await save([3]);
    expect(await poll([1, 2, 3], 30, { exclude: new Set(['activity:1']) })).toBe(false);
    expect(await waiting()).toEqual([1, 2, 3]);
  });

  it('a polled page drops events of unknown activities if the budget is spent', async () => {
    await storeActivities(7);
    await save([1, 2, 3, 4, 5]);
    await waste();
    await save([7], 'update');
    nowMs = at(31).getTime();
    await save([6]);
    expect(await poll([7])).toBe(true);
    expect(await waiting()).toEqual([7, 6]);
  });

  it('a polled page drops no event while the budget is not spent', async () => {
    await save([1, 2, 3, 4, 5]);
    expect(await poll([])).toBe(false);
    expect(await waiting()).toEqual([1, 2, 3, 4, 5]);
  });
});

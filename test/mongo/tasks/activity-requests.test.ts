import { beforeEach, describe, expect, it } from 'vitest';

import type { FetchTask, RequestedTask } from '../../../src/domain/sync/fetch-task.ts';
import { isRequested } from '../../../src/domain/sync/fetch-task.ts';
import { createEventStore } from '../../../src/features/webhooks/store.ts';
import { systemClock } from '../../../src/clock.ts';
import { findRequest, requestActivity } from '../../../src/mongo/tasks/activity-requests.ts';
import type { TaskQuery } from '../../../src/sync/ports/tasks.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';
import { failure, firstStreams, taskQuery } from '../tasks.ts';

const adapter = useAdapter();
const startedMs = Date.parse('2026-10-05T10:00:00Z');
const at = (seconds: number): Date => new Date(startedMs + seconds * 1_000);
const write = { athleteId, epoch: 1, at: at(1) };
const id = 11;

beforeEach(() => adapter.empty());

const events = () => createEventStore(adapter.store, { ...systemClock, nowMs: () => startedMs });

function request(seconds = 0, activityId = id): Promise<void> {
  return requestActivity(adapter.store, athleteId, activityId, at(seconds));
}

function due(changes: Partial<TaskQuery> = {}): Promise<readonly FetchTask[]> {
  return adapter.tasks.due(taskQuery('streams', at(60), changes));
}

/** The one requested task that is due. */
async function onlyTask(): Promise<RequestedTask> {
  const [task, ...others] = (await due()).filter(isRequested);
  if (task === undefined || others.length > 0) throw new Error('There is not one task.');
  return task;
}

/** The request's streams, after its activity was stored. */
async function streamsStep(): Promise<RequestedTask> {
  await adapter.activities.storePage(pageOf([recordOf(id)]));
  await adapter.tasks.awaitStreams(await onlyTask(), at(1));
  return onlyTask();
}

function save(): Promise<boolean> {
  const event = { kind: 'activity', subscriptionId: 7, aspect: 'update', eventAt: at(0) } as const;
  return events().save({ ...event, athleteId, activityId: id });
}

describe('a request for one activity', () => {
  it('a request for one activity makes first the activity due, and then its streams', async () => {
    await request();
    expect(await onlyTask()).toMatchObject({ kind: 'activity', purpose: 'request' });
    const streams = { kind: 'streams', activityId: id, requestedAt: at(0), isFresh: true };
    expect(await streamsStep()).toMatchObject(streams);
  });

  it('a request for one activity makes the activity due again if it is not stored when its streams are due', async () => {
    await request();
    await adapter.tasks.awaitStreams(await onlyTask(), at(1));
    expect(await onlyTask()).toMatchObject({ kind: 'activity' });
  });

  it('a request for one activity shows among the athletes with due events, so that the holder of the athlete notices it', async () => {
    await request(30);
    expect(await adapter.tasks.withDueEvents([athleteId], at(29))).toEqual([]);
    expect(await adapter.tasks.withDueEvents([athleteId], at(30))).toEqual([athleteId]);
  });

  it('a request for one activity is found alone by a query for its activity, which also knows when it becomes due', async () => {
    await request(70);
    await request(0, 12);
    expect(await due({ only: 12 })).toMatchObject([{ activityId: 12 }]);
    expect(await due({ only: id })).toEqual([]);
    const query = (activityId: number) => taskQuery('streams', at(60), { only: activityId });
    expect(await adapter.tasks.nextTryAt(query(id))).toEqual(at(70));
    expect(await adapter.tasks.nextTryAt(query(12))).toBeUndefined();
  });

  it('a request for one activity needs no budget for events, and no poll drops it', async () => {
    await request();
    const budget = [{ from: at(-60), previousFrom: at(-900), max: 0 }];
    expect(await due({ eventBudgets: budget })).toHaveLength(1);
    const query = taskQuery('streams', at(60), { eventBudgets: budget });
    expect(await adapter.tasks.settleByPage(query, { requestedAt: at(60), ids: [id] })).toBe(false);
    expect(await due()).toHaveLength(1);
  });

  it('a request for one activity is no pending event, and does not end one', async () => {
    await request();
    expect(await events().due(athleteId, at(60), [], 10)).toEqual([]);
    await save();
    await adapter.tasks.settleRequest(await onlyTask());
    expect(await events().due(athleteId, at(60), [], 10)).toHaveLength(1);
    expect(await findRequest(adapter.store, id)).toEqual({ isOpen: false, error: undefined });
  });

  it('a request for one activity stays due when an event for the same activity is read', async () => {
    await request();
    await save();
    await events().settle(id, at(1));
    expect(await onlyTask()).toMatchObject({ purpose: 'request' });
  });

  it('a request for one activity is not ended, and not moved to its streams, by the work for an earlier request', async () => {
    await request();
    const earlier = await onlyTask();
    await request(5);
    await adapter.tasks.awaitStreams(earlier, at(6));
    await adapter.tasks.settleRequest(earlier, 'gone');
    expect(await findRequest(adapter.store, id)).toEqual({ isOpen: true, error: undefined });
    expect(await onlyTask()).toMatchObject({ kind: 'activity', requestedAt: at(5) });
  });

  it('a request for one activity forgets why an earlier request failed', async () => {
    await request();
    await adapter.tasks.settleRequest(await onlyTask(), 'It failed.');
    expect(await findRequest(adapter.store, id)).toEqual({ isOpen: false, error: 'It failed.' });
    await request(5);
    expect(await findRequest(adapter.store, id)).toEqual({ isOpen: true, error: undefined });
  });

  it('a request for one activity ends with the reason where its streams fail, and the state of the stored ones stays', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const { task } = await firstStreams(adapter.tasks, at(60));
    await adapter.tasks.markUnavailable(write, task, 'Strava has none');
    const state = async () => (await adapter.store.activities.findOne({}))?.sync.streams;
    const before = await state();
    await request();
    await adapter.tasks.postpone(write, await streamsStep(), failure(at(900)), 'It failed.');
    expect(await findRequest(adapter.store, id)).toEqual({ isOpen: false, error: 'It failed.' });
    expect(await state()).toEqual(before);
  });
});

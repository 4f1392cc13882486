/**
 * Pending webhook events as fetch tasks: which may be fetched within their budget, and which a page of the
 * list settles without a request.
 */
import type { EventBudget, Waste } from '../../domain/sync/event-budget.ts';
import { isFlooded, requestsLeft } from '../../domain/sync/event-budget.ts';
import type { ActivityTask } from '../../domain/sync/fetch-task.ts';
import { taskKey } from '../../domain/sync/fetch-task.ts';
import type { EventStore, PendingEvent } from '../../sync/ports/events.ts';
import { maxPendingEvents } from '../../sync/ports/events.ts';
import type { PolledPage, TaskQuery } from '../../sync/ports/tasks.ts';
import { unknownIds } from '../activities/activities.ts';
import type { Store } from '../schema/collections.ts';

/** Where it looks. */
export type TaskSources = Store & { readonly eventStore: EventStore };

const wastes: readonly Waste[] = ['missed', 'unchanged'];
/** What arrives at the same instant can be more than the limit. */
const maxRead = 2 * maxPendingEvents;

/** The pending events of an athlete as tasks, those in flight and those that wait for the budget included. */
async function pendingTasks(
  { eventStore, ...store }: TaskSources,
  { athleteId, now }: TaskQuery,
): Promise<readonly (PendingEvent & { readonly task: ActivityTask })[]> {
  const pending = await eventStore.due(athleteId, now, [], maxRead);
  if (pending.length === 0) return [];
  const ids = pending.map(({ activityId }) => activityId);
  const unknown = await unknownIds(store, ids);
  return pending.map((event) => ({
    ...event,
    task: taskOf(event, !unknown.has(event.activityId)),
  }));
}

function taskOf({ activityId, aspects, tries }: PendingEvent, isStored: boolean): ActivityTask {
  const isReportedDeleted = aspects.includes('delete');
  const event = { kind: 'activity', purpose: 'event', isFresh: true } as const;
  return { ...event, activityId, isReportedDeleted, isStored, tries };
}

/** What a request for an event wastes if it brings nothing. */
export function wasteOf({ isStored = false }: ActivityTask): Waste {
  return isStored ? 'unchanged' : 'missed';
}

/** The events that may be fetched now, the one that waits longest first: no more than their budgets allow. */
export async function dueEvents(
  store: TaskSources,
  query: TaskQuery,
  limit: number,
): Promise<readonly ActivityTask[]> {
  const tasks = (await pendingTasks(store, query)).map(({ task }) => task);
  if (tasks.length === 0) return [];
  const isExcluded = (task: ActivityTask): boolean => query.exclude.has(taskKey(task));
  const allowed = new Set<ActivityTask>();
  for (const waste of wastes) {
    const alike = tasks.filter((task) => wasteOf(task) === waste);
    const free = alike.filter((task) => !isExcluded(task));
    if (free.length === 0) continue;
    const left = requestsLeft(query.eventBudgets, await wastedAt(store, query, waste));
    // A request in flight may yet turn out to be wasted.
    for (const task of free.slice(0, Math.max(0, left - (alike.length - free.length))))
      allowed.add(task);
  }
  return tasks.filter((task) => allowed.has(task)).slice(0, limit);
}

/** @see TaskStore.settleByPage */
export async function settleByPage(
  store: TaskSources,
  query: TaskQuery,
  { requestedAt, ids }: PolledPage,
): Promise<boolean> {
  const pending = (await pendingTasks(store, query)).filter(
    ({ task, receivedAt }) => receivedAt < requestedAt && !query.exclude.has(taskKey(task)),
  );
  if (pending.length === 0) return false;
  const listed = new Set(ids);
  const brought = pending.filter(
    ({ activityId, task, aspects }) =>
      task.isStored === true &&
      listed.has(activityId) &&
      aspects.every((aspect) => aspect === 'create'),
  );
  for (const { activityId } of brought) await store.eventStore.settle(activityId, requestedAt);
  const unknown = pending.filter(({ task }) => task.isStored === false);
  const isForged =
    unknown.length > 0 && isFlooded(query.eventBudgets, await wastedAt(store, query, 'missed'));
  if (isForged)
    await store.eventStore.drop(
      unknown.map(({ activityId }) => activityId),
      requestedAt,
    );
  return brought.length > 0 || isForged;
}

async function wastedAt(
  { eventStore }: TaskSources,
  { eventBudgets }: TaskQuery,
  waste: Waste,
): Promise<readonly Date[]> {
  const starts = eventBudgets.map(({ previousFrom }: EventBudget) => Number(previousFrom));
  return starts.length === 0 ? [] : eventStore.wastedAt(waste, new Date(Math.min(...starts)));
}

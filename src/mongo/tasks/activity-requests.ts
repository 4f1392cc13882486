/**
 * Requests of `sync --activity`, in a document of their own in `events`: whoever holds the athlete finds them
 * where it looks for events. A request is due while it has `due_at`: first the activity, then, once `read_at`
 * is set, its streams. `requested_at` tells one request from the next for the same activity.
 */
import type {
  ActivityTask,
  FetchTask,
  RequestedTask,
  StreamsTask,
} from '../../domain/sync/fetch-task.ts';
import type { TaskQuery } from '../../sync/ports/tasks.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { EventDocument, Store } from '../schema/collections.ts';
import { isUnder } from './event-keys.ts';
import { streamsTask } from './streams-task.ts';

type Events = Pick<Store, 'events'>;

/** Requests the activity and its streams, due at once; an earlier request for it is replaced. */
export async function requestActivity(
  { events }: Events,
  athleteId: number,
  activityId: number,
  at: Date,
): Promise<void> {
  const ids = { activity_id: int64(activityId), owner_id: int64(athleteId) };
  const instants = { event_time: at, received_at: at, due_at: at, requested_at: at };
  const request = { ...ids, ...instants, aspect_types: [], tries: 0 };
  await events.replaceOne({ _id: keyOf(activityId) }, request, { upsert: true });
}

/** The last request for the activity: whether it is still due, and why it failed, if it did. */
export async function findRequest(
  { events }: Events,
  activityId: number,
): Promise<{ readonly isOpen: boolean; readonly error: string | undefined }> {
  const found = await events.findOne({ _id: keyOf(activityId) });
  return { isOpen: found?.due_at !== undefined, error: found?.error };
}

/** The requests that are due; with `query.only`, the one for that activity. */
export async function dueRequests(
  store: Pick<Store, 'events' | 'activities'>,
  query: TaskQuery,
  limit: number,
): Promise<readonly FetchTask[]> {
  const { athleteId, now, only } = query;
  const filter = {
    owner_id: int64(athleteId),
    due_at: { $lte: now },
    requested_at: { $exists: true },
    ...isUnder('request'),
    ...(only !== undefined && { activity_id: int64(only) }),
  };
  const found = await store.events.find(filter).sort({ due_at: 1 }).limit(limit).toArray();
  return Promise.all(found.map((request) => taskOf(store, request, query)));
}

/** When the request for the activity becomes due, if it is not due yet. */
export async function nextRequestAt(
  { events }: Events,
  { now }: TaskQuery,
  activityId: number,
): Promise<Date | undefined> {
  const found = await events.findOne({ _id: keyOf(activityId), due_at: { $gt: now } });
  return found?.due_at;
}

/** @see TaskStore.awaitStreams */
export async function awaitStreams(
  { events }: Events,
  task: RequestedTask,
  readAt: Date,
): Promise<void> {
  await events.updateOne(sameRequest(task), { $set: { read_at: readAt } });
}

/** @see TaskStore.settleRequest */
export async function settleRequest(
  { events }: Events,
  task: RequestedTask,
  error?: string,
): Promise<void> {
  const set = error === undefined ? {} : { $set: { error } };
  await events.updateOne(sameRequest(task), { $unset: { due_at: '' }, ...set });
}

function keyOf(activityId: number): string {
  return `request:${activityId}`;
}

/** A later request for the activity is another one: it has to be fetched again for that. */
function sameRequest({ activityId, requestedAt }: RequestedTask) {
  return { _id: keyOf(activityId), requested_at: requestedAt };
}

async function taskOf(
  { activities }: Pick<Store, 'activities'>,
  { activity_id, read_at, requested_at, tries }: EventDocument,
  { freshFrom }: TaskQuery,
): Promise<StreamsTask | ActivityTask> {
  const requested = { isFresh: true, tries, ...(requested_at && { requestedAt: requested_at }) };
  if (read_at !== undefined) {
    const stored = await activities.findOne({ _id: activity_id });
    if (stored !== null) return { ...streamsTask(stored, freshFrom), ...requested };
  }
  const activityId = toNumber(activity_id);
  return { kind: 'activity', purpose: 'request', activityId, ...requested };
}

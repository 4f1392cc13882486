/**
 * The `events` collection: one document for each activity with a webhook event. It is due while it
 * has `due_at`; without it, it stays for a day, to remember when the activity was read.
 */
import type { Collection, Document } from 'mongodb';
import type { Clock } from '../../clock.ts';
import type { Waste } from '../../domain/sync/event-budget.ts';
import type { ActivityEvent } from '../../domain/webhook/push-event.ts';
import type { EventStore, PendingEvent } from '../../sync/ports/events.ts';
import { maxPendingEvents } from '../../sync/ports/events.ts';
import { int64, toNumber, toNumbers } from '../../mongo/base/bson-value.ts';
import { ofNumber, ofType } from '../../mongo/base/typed-value.ts';
import { events as definition } from '../../mongo/schema/definitions/bookkeeping.ts';
import { decodeAll } from '../../mongo/schema/checked-collection.ts';
import type { EventDocument, Store } from '../../mongo/schema/collections.ts';
import { isUnder } from '../../mongo/tasks/event-keys.ts';

const maxDue = maxPendingEvents;
/** As many requests as one activity gets in a day, so that a budget of a day counts them all. */
const maxWasted = 24 * 60;
/** The same activity is read at most once in this time, however many events name it. */
const readPauseMs = 60_000;
/** A request of `sync --activity` is stored beside the events and is none. */
const isEvent = { requested_at: { $exists: false } };
/** Any instant: an index serves it, unlike `$exists`. */
const isDue = { $gt: new Date(0) };

export function createEventStore(store: Store, clock: Clock): EventStore {
  const { events } = store;
  return {
    save: (event) => save(store, new Date(clock.nowMs()), event),

    due: async (athleteId, now, exclude, limit) => {
      const owner_id = int64(athleteId);
      const activity_id = { $nin: exclude.map(int64) };
      const filter = {
        owner_id,
        due_at: { $lte: now },
        activity_id,
        ...isEvent,
        ...isUnder('activity'),
      };
      const found = await events.find(filter).sort({ due_at: 1 }).limit(limit).toArray();
      return found.map(pendingEventFrom);
    },

    withDue: async (athleteIds, now) => {
      const owner_id = { $in: athleteIds.map(int64) };
      const ids = await events.distinct('owner_id', {
        owner_id,
        due_at: { $lte: now },
        ...isUnder('activity', 'request'),
      });
      return toNumbers(ids);
    },

    nextDueAt: async (athleteId, after) => {
      const due_at = after === undefined ? isDue : { $gt: after };
      const filter = { owner_id: int64(athleteId), due_at, ...isUnder('activity', 'request') };
      const found = await events.findOne(filter, { sort: { due_at: 1 } });
      return found?.due_at;
    },

    settle: async (activityId, readAt, waste) => {
      const update = [settlementOf(readAt), ...wasteOf(waste, readAt)];
      await events.updateOne({ _id: keyOf(activityId) }, update);
    },

    postpone: async (activityId, dueAt, waste) => {
      // A second attempt at the same must not count as another try.
      const filter = { _id: keyOf(activityId), due_at: { $ne: dueAt } };
      const readAt = new Date(clock.nowMs());
      const set = { due_at: dueAt, read_at: readAt, tries: { $add: [ofNumber('$tries', 0), 1] } };
      await events.updateOne(filter, [{ $set: set }, ...wasteOf(waste, readAt)]);
    },

    wastedAt: async (waste, from) => {
      const field = fieldOf(waste);
      const found = await events.find({ [field]: { $gte: from } }).toArray();
      return found.flatMap((document) => document[field] ?? []).filter((at) => at >= from);
    },

    drop: async (activityIds, before) => {
      const _id = { $in: activityIds.map(keyOf) };
      await events.deleteMany({ _id, received_at: { $lt: before } });
    },
  };
}

function keyOf(activityId: number): string {
  return `activity:${activityId}`;
}

async function save(
  { events, warn }: Store,
  receivedAt: Date,
  event: ActivityEvent,
): Promise<boolean> {
  if (await isRejected(events, event)) return false;
  const update = [arrivalOf(event, receivedAt)];
  const options = { upsert: true, returnDocument: 'before' } as const;
  const _id = keyOf(event.activityId);
  const known = await events.findOneAndUpdate({ _id }, update, options);
  const [earlier] = decodeAll(definition, known === null ? [] : [known], { warn });
  if (earlier?.due_at === undefined || earlier.due_at > receivedAt) return true;
  return !earlier.aspect_types.includes(event.aspect);
}

/** Whether the athlete has all the due activities that one may have, without this one. */
async function isRejected(
  events: Collection<EventDocument>,
  { athleteId, activityId }: ActivityEvent,
): Promise<boolean> {
  const _id = { $ne: keyOf(activityId) };
  const others = { owner_id: int64(athleteId), due_at: isDue, _id, ...isEvent };
  return (await events.countDocuments(others, { limit: maxDue })) >= maxDue;
}

/** The stage of an update: what is due already is never put off by another event. */
function arrivalOf(event: ActivityEvent, receivedAt: Date): Document {
  const readAt = ofType('$read_at', 'date', null);
  const dueAt = {
    $cond: [
      { $gt: [readAt, before(receivedAt)] },
      // A clock that was turned back would make it wait for longer.
      { $min: [{ $add: [readAt, readPauseMs] }, after(receivedAt)] },
      receivedAt,
    ],
  };
  return {
    $set: {
      activity_id: int64(event.activityId),
      owner_id: int64(event.athleteId),
      aspect_types: { $setUnion: [ofType('$aspect_types', 'array', []), [event.aspect]] },
      event_time: { $max: [ofType('$event_time', 'date', null), event.eventAt] },
      received_at: { $max: [ofType('$received_at', 'date', null), receivedAt] },
      due_at: { $min: [ofType('$due_at', 'date', null), dueAt] },
      tries: ofNumber('$tries', 0),
    },
  };
}

/** The stage of an update: what came since the request left may not be in its response. */
function settlementOf(readAt: Date): Document {
  const isNotifiedSince = {
    $and: [{ $gte: ['$received_at', readAt] }, { $gt: ['$due_at', null] }],
  };
  return {
    $set: {
      due_at: { $cond: [isNotifiedSince, { $max: ['$due_at', after(readAt)] }, '$$REMOVE'] },
      aspect_types: { $cond: [isNotifiedSince, '$aspect_types', []] },
      read_at: { $max: ['$read_at', readAt] },
      tries: 0,
    },
  };
}

function fieldOf(waste: Waste): 'missed_at' | 'unchanged_at' {
  return waste === 'missed' ? 'missed_at' : 'unchanged_at';
}

/** The stage of an update; a second attempt at the same adds no second instant. */
function wasteOf(waste: Waste | undefined, readAt: Date): readonly Document[] {
  if (waste === undefined) return [];
  const field = fieldOf(waste);
  const all = { $setUnion: [ofType(`$${field}`, 'array', []), [readAt]] };
  return [{ $set: { [field]: { $slice: [all, -maxWasted] } } }];
}

function before(at: Date): Date {
  return new Date(at.getTime() - readPauseMs);
}

function after(at: Date): Date {
  return new Date(at.getTime() + readPauseMs);
}

function pendingEventFrom(document: EventDocument): PendingEvent {
  return {
    activityId: toNumber(document.activity_id),
    aspects: document.aspect_types,
    receivedAt: document.received_at,
    tries: document.tries,
  };
}

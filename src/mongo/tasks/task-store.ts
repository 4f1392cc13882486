/**
 * The store of everything beside the list and the streams, as the job sees it: hands each read to the piece
 * that stores it. What is due is collected in due-reads.ts.
 */
import type { DueTask } from '../../domain/sync/fetch-task.ts';
import type { EventStore } from '../../sync/ports/event-ports.ts';
import type { StreamsFailure } from '../../sync/ports/ports.ts';
import type { Expired, TaskStore, TaskWrite } from '../../sync/ports/task-ports.ts';
import type { Collections } from '../schema/collections.ts';
import type { Mongo } from '../base/connection.ts';
import { markDetailsUnavailable, recordDetailsFailure, storeDetails } from '../details/details.ts';
import { alignedDetail, countDueDetails } from '../details/due-details.ts';
import { dueTasks, nextTaskTryAt } from './due-tasks.ts';
import { markGearUnavailable, recordGearFailure, storeGear } from '../details/gear.ts';
import {
  deleteGoneActivity,
  deletionView,
  giveUpMissing,
  markMissing,
  missingIn,
  recordMissingFailure,
  unmarkMissing,
} from '../deletion/missing.ts';
import { markPartUnavailable, recordPartFailure, storeAthletePart } from '../details/profile.ts';
import { expire } from '../deletion/retention.ts';
import {
  countDueSegments,
  markSegmentUnavailable,
  recordSegmentFailure,
  storeSegment,
  storeSegmentStreams,
} from '../details/segments.ts';
import { isStored } from '../deletion/delete-activity.ts';

export interface TaskStoreOptions {
  readonly events: EventStore;
  /** After how many days what was fetched is removed; undefined: never. */
  readonly retentionDays: number | undefined;
}

interface Shared extends TaskStoreOptions {
  readonly mongo: Mongo;
  readonly collections: Collections;
}

const dayMs = 24 * 60 * 60 * 1_000;
/** Some seconds' work: a run goes on in between. */
const maxExpiredAtOnce = 100;

export function createTaskStore(
  mongo: Mongo,
  collections: Collections,
  options: TaskStoreOptions,
): TaskStore {
  const shared = { ...options, mongo, collections };
  return {
    due: (query) => dueTasks(shared, query),
    nextTryAt: (query) => nextTaskTryAt(shared, query),
    countDue: async (athleteId, range, kept) => {
      const details = kept.details
        ? await countDueDetails(mongo, collections, athleteId, range)
        : 0;
      return details + (kept.segments ? await countDueSegments(mongo, athleteId) : 0);
    },
    aligned: (detail) => alignedDetail(mongo, collections, detail),
    storeDetails: (write, detail, kept) =>
      storeDetails(mongo, collections, write, { detail, kept }),
    storeSegment: (write, id, record) => storeSegment(mongo, write, id, record),
    storeSegmentStreams: (write, id, streams) => storeSegmentStreams(mongo, write, id, streams),
    storeAthlete: (write, part, record) => storeAthletePart(mongo, { ...write, part }, record),
    storeGear: (write, gearId, record) => storeGear(mongo, write, gearId, record),
    recordFailure: (write, read, failure) => recordFailure(shared, write, read, failure),
    markUnavailable: (write, read, reason) => markUnavailable(shared, write, read, reason),
    settleEvent: (activityId, readAt) => options.events.settle(activityId, readAt),
    isStored: (athleteId, activityId) => isStored(mongo, collections, { athleteId, activityId }),
    missingIn: (span) => missingIn(mongo, collections, span),
    deletionView: (athleteId) => deletionView(mongo, collections, athleteId),
    markMissing: (missing) => markMissing(mongo, collections, missing),
    unmarkMissing: (activityId, at) => unmarkMissing(mongo, collections, activityId, at),
    giveUpMissing: (write, activityId) => giveUpMissing(mongo, collections, write, activityId),
    deleteActivity: (write, activityId) =>
      deleteGoneActivity(mongo, collections, write, activityId),
    expire: (write) => expireFor(shared, write),
  };
}

async function recordFailure(
  { mongo, collections, events }: Shared,
  write: TaskWrite,
  read: DueTask,
  failure: StreamsFailure,
): Promise<void> {
  if (read.kind === 'segment') return recordSegmentFailure(mongo, { ...write, ...read }, failure);
  if (read.kind === 'athlete') return recordPartFailure(mongo, { ...write, ...read }, failure);
  if (read.kind === 'gear') return recordGearFailure(mongo, { ...write, ...read }, failure);
  const { activityId, purpose } = read;
  if (purpose === 'confirm') return recordMissingFailure(mongo, collections, activityId, failure);
  if (purpose === 'details')
    return recordDetailsFailure(mongo, collections, { ...write, activityId }, failure);
  // What a webhook told is looked at a few times; the reconcile finds the rest.
  if (failure.isParked) return events.settle(activityId, write.at);
  return events.postpone(activityId, failure.nextTryAt);
}

async function markUnavailable(
  { mongo, collections, events }: Shared,
  write: TaskWrite,
  read: DueTask,
  reason: string,
): Promise<void> {
  if (read.kind === 'segment') return markSegmentUnavailable(mongo, { ...write, ...read }, reason);
  if (read.kind === 'athlete') return markPartUnavailable(mongo, { ...write, ...read }, reason);
  if (read.kind === 'gear') return markGearUnavailable(mongo, { ...write, ...read }, reason);
  const { activityId, purpose } = read;
  if (purpose === 'event') return events.settle(activityId, write.at);
  if (purpose === 'confirm') {
    // Neither there nor gone: the mark stays, and tomorrow it is asked for again.
    const nextTryAt = new Date(write.at.getTime() + dayMs);
    const failure = { message: reason, tries: read.tries, nextTryAt };
    return recordMissingFailure(mongo, collections, activityId, failure);
  }
  return markDetailsUnavailable(mongo, collections, { ...write, activityId }, reason);
}

async function expireFor(
  { mongo, collections, retentionDays }: Shared,
  { athleteId, epoch, at }: TaskWrite,
): Promise<Expired> {
  if (retentionDays === undefined) return { activities: 0, isMore: false };
  const fetchedBefore = new Date(at.getTime() - retentionDays * dayMs);
  const limit = maxExpiredAtOnce;
  const expiry = { athleteId, fetchedBefore, now: at, epoch, limit };
  const activities = await expire(mongo, collections, expiry);
  return { activities, isMore: activities >= limit };
}

/**
 * The store of everything beside the list and the streams, as the job sees it: hands each read to the piece
 * that stores it. What is due is collected in due-reads.ts.
 */
import type { DueTask } from '../../domain/sync/fetch-task.ts';
import type { EventStore } from '../../sync/ports/event-ports.ts';
import type { StreamsFailure } from '../../sync/ports/ports.ts';
import type { Expired, TaskStore, TaskWrite } from '../../sync/ports/task-ports.ts';
import type { Store } from '../schema/collections.ts';
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
  readonly store: Store;
}

const dayMs = 24 * 60 * 60 * 1_000;
/** Some seconds' work: a run goes on in between. */
const maxExpiredAtOnce = 100;

export function createTaskStore(store: Store, options: TaskStoreOptions): TaskStore {
  const shared = { ...options, store };
  return {
    due: (query) => dueTasks(shared, query),
    nextTryAt: (query) => nextTaskTryAt(shared, query),
    countDue: async (athleteId, range, kept) => {
      const details = kept.details ? await countDueDetails(store, athleteId, range) : 0;
      return details + (kept.segments ? await countDueSegments(store, athleteId) : 0);
    },
    aligned: (detail) => alignedDetail(store, detail),
    storeDetails: (write, detail, kept) => storeDetails(store, write, { detail, kept }),
    storeSegment: (write, id, record) => storeSegment(store, write, id, record),
    storeSegmentStreams: (write, id, streams) => storeSegmentStreams(store, write, id, streams),
    storeAthlete: (write, part, record) => storeAthletePart(store, { ...write, part }, record),
    storeGear: (write, gearId, record) => storeGear(store, write, gearId, record),
    recordFailure: (write, read, failure) => recordFailure(shared, write, read, failure),
    markUnavailable: (write, read, reason) => markUnavailable(shared, write, read, reason),
    settleEvent: (activityId, readAt) => options.events.settle(activityId, readAt),
    isStored: (athleteId, activityId) => isStored(store, { athleteId, activityId }),
    missingIn: (span) => missingIn(store, span),
    deletionView: (athleteId) => deletionView(store, athleteId),
    markMissing: (missing) => markMissing(store, missing),
    unmarkMissing: (activityId, at) => unmarkMissing(store, activityId, at),
    giveUpMissing: (write, activityId) => giveUpMissing(store, write, activityId),
    deleteActivity: (write, activityId) => deleteGoneActivity(store, write, activityId),
    expire: (write) => expireFor(shared, write),
  };
}

async function recordFailure(
  { store, events }: Shared,
  write: TaskWrite,
  read: DueTask,
  failure: StreamsFailure,
): Promise<void> {
  if (read.kind === 'segment') return recordSegmentFailure(store, { ...write, ...read }, failure);
  if (read.kind === 'athlete') return recordPartFailure(store, { ...write, ...read }, failure);
  if (read.kind === 'gear') return recordGearFailure(store, { ...write, ...read }, failure);
  const { activityId, purpose } = read;
  if (purpose === 'confirm') return recordMissingFailure(store, activityId, failure);
  if (purpose === 'details') return recordDetailsFailure(store, { ...write, activityId }, failure);
  // What a webhook told is looked at a few times; the reconcile finds the rest.
  if (failure.isParked) return events.settle(activityId, write.at);
  return events.postpone(activityId, failure.nextTryAt);
}

async function markUnavailable(
  { store, events }: Shared,
  write: TaskWrite,
  read: DueTask,
  reason: string,
): Promise<void> {
  if (read.kind === 'segment') return markSegmentUnavailable(store, { ...write, ...read }, reason);
  if (read.kind === 'athlete') return markPartUnavailable(store, { ...write, ...read }, reason);
  if (read.kind === 'gear') return markGearUnavailable(store, { ...write, ...read }, reason);
  const { activityId, purpose } = read;
  if (purpose === 'event') return events.settle(activityId, write.at);
  if (purpose === 'confirm') {
    // Neither there nor gone: the mark stays, and tomorrow it is asked for again.
    const nextTryAt = new Date(write.at.getTime() + dayMs);
    const failure = { message: reason, tries: read.tries, nextTryAt };
    return recordMissingFailure(store, activityId, failure);
  }
  return markDetailsUnavailable(store, { ...write, activityId }, reason);
}

async function expireFor(
  { store, retentionDays }: Shared,
  { athleteId, epoch, at }: TaskWrite,
): Promise<Expired> {
  if (retentionDays === undefined) return { activities: 0, isMore: false };
  const fetchedBefore = new Date(at.getTime() - retentionDays * dayMs);
  const limit = maxExpiredAtOnce;
  const expiry = { athleteId, fetchedBefore, now: at, epoch, limit };
  const activities = await expire(store, expiry);
  return { activities, isMore: activities >= limit };
}

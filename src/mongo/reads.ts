/**
 * The store of everything beside the list and the streams, as the job sees it: joins the pieces, and
 * collects what is due in the order of its worth.
 */
import type { DueRead } from '../domain/read.ts';
import { keyOfRead } from '../domain/read.ts';
import type { EventStore } from '../sync/events-port.ts';
import type { StreamsFailure, TimeRange } from '../sync/ports.ts';
import type { Expired, ReadQuery, ReadStore, ReadWrite } from '../sync/read-ports.ts';
import type { Collections } from './collections.ts';
import type { Mongo } from './connection.ts';
import { markDetailsUnavailable, recordDetailsFailure, storeDetails } from './details.ts';
import { alignedDetail, countDueDetails, dueDetails, nextDetailsTryAt } from './due-details.ts';
import {
  dueGear,
  markGearUnavailable,
  nextGearTryAt,
  recordGearFailure,
  storeGear,
} from './gear.ts';
import {
  buryDeleted,
  deletionView,
  dueMissing,
  giveUpMissing,
  markMissing,
  missingIn,
  nextMissingTryAt,
  recordMissingFailure,
  unmarkMissing,
} from './missing.ts';
import {
  dueAthleteParts,
  markPartUnavailable,
  nextPartTryAt,
  recordPartFailure,
  storeAthletePart,
} from './profile.ts';
import { expire } from './retention.ts';
import {
  countDueSegments,
  dueSegments,
  markSegmentUnavailable,
  nextSegmentTryAt,
  recordSegmentFailure,
  storeSegment,
  storeSegmentStreams,
} from './segments.ts';
import { isStored } from './tombstones.ts';

export interface ReadStoreOptions {
  readonly events: EventStore;
  /** After how many days what was fetched is removed; undefined: never. */
  readonly retentionDays: number | undefined;
}

interface Shared extends ReadStoreOptions {
  readonly mongo: Mongo;
  readonly collections: Collections;
}

const readAhead = 8;
const dayMs = 24 * 60 * 60 * 1_000;
/** What is tried again later than this is parked: nobody waits for it. */
const parkedAfterMs = 60 * 60 * 1_000;
/** Some seconds' work: a run goes on in between. */
const mostExpiredAtOnce = 100;

export function createReadStore(
  mongo: Mongo,
  collections: Collections,
  options: ReadStoreOptions,
): ReadStore {
  const shared = { ...options, mongo, collections };
  return {
    due: (query) => due(shared, query),
    nextTryAt: (query) => nextTryAt(shared, query),
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
    settleHint: (activityId, readAt) => options.events.settle(activityId, readAt),
    isStored: (athleteId, activityId) => isStored(mongo, collections, { athleteId, activityId }),
    missingIn: (span) => missingIn(mongo, collections, span),
    deletionView: (athleteId) => deletionView(mongo, collections, athleteId),
    markMissing: (missing) => markMissing(mongo, collections, missing),
    unmarkMissing: (activityId, at) => unmarkMissing(mongo, collections, activityId, at),
    giveUpMissing: (write, activityId) => giveUpMissing(mongo, collections, write, activityId),
    bury: (write, activityId) => buryDeleted(mongo, collections, write, activityId),
    expire: (write) => expireFor(shared, write),
  };
}

async function due(shared: Shared, query: ReadQuery): Promise<readonly DueRead[]> {
  const found = [
    ...(await dueHints(shared, query)),
    ...(await dueDetailsIn(shared, query, { from: query.freshFrom })),
    ...(await dueOfAthlete(shared, query)),
    ...(await dueConfirmations(shared, query)),
    ...(await dueDetailsIn(shared, query, query.range)),
    ...(await dueSegmentsOf(shared, query)),
  ];
  const byKey = new Map<string, DueRead>();
  for (const read of found) {
    const key = keyOfRead(read);
    if (!query.exclude.has(key) && !byKey.has(key)) byKey.set(key, read);
  }
  return [...byKey.values()];
}

/** The ids among the keys of one kind, which a query leaves out. */
function excluded({ exclude }: ReadQuery, kind: string): readonly string[] {
  const prefix = `${kind}:`;
  return [...exclude].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
}

async function dueHints({ events }: Shared, query: ReadQuery): Promise<readonly DueRead[]> {
  const { athleteId, now } = query;
  const hints = await events.dueHints(
    athleteId,
    now,
    excluded(query, 'activity').map(Number),
    readAhead,
  );
  return hints.map(({ activityId, aspects, tries }) => ({
    kind: 'activity',
    purpose: 'hint',
    activityId,
    isFresh: true,
    isToldDeleted: aspects.includes('delete'),
    tries,
  }));
}

async function dueDetailsIn(
  { mongo, collections }: Shared,
  query: ReadQuery,
  range: TimeRange,
): Promise<readonly DueRead[]> {
  const { athleteId, now, kept, freshFrom } = query;
  if (!kept.details) return [];
  const exclude = excluded(query, 'activity').map(Number);
  const asked = { athleteId, range, now, exclude, limit: readAhead };
  const found = await dueDetails(mongo, collections, asked);
  return found.map(({ activityId, startAt, tries }) => ({
    kind: 'activity',
    purpose: 'details',
    activityId,
    isFresh: startAt >= freshFrom,
    tries,
  }));
}

async function dueOfAthlete(
  { mongo, collections }: Shared,
  query: ReadQuery,
): Promise<readonly DueRead[]> {
  const { athleteId, now, kept } = query;
  if (!kept.athlete) return [];
  const parts = await dueAthleteParts(mongo, { athleteId, now, exclude: [] });
  const exclude = excluded(query, 'gear');
  const gear = await dueGear(mongo, collections, { athleteId, now, exclude, limit: readAhead });
  return [
    ...parts.map(({ part, tries }): DueRead => ({ kind: 'athlete', part, tries })),
    ...gear.map(({ gearId, tries }): DueRead => ({ kind: 'gear', gearId, tries })),
  ];
}

async function dueConfirmations(
  { mongo, collections }: Shared,
  { athleteId, now }: ReadQuery,
): Promise<readonly DueRead[]> {
  const found = await dueMissing(mongo, collections, { athleteId, now, limit: readAhead });
  return found.map(({ activityId, tries }) => ({
    kind: 'activity',
    purpose: 'confirm',
    activityId,
    isFresh: false,
    tries,
  }));
}

async function dueSegmentsOf({ mongo }: Shared, query: ReadQuery): Promise<readonly DueRead[]> {
  const { athleteId, now, kept } = query;
  if (!kept.segments) return [];
  const exclude = excluded(query, 'segment').map(Number);
  const found = await dueSegments(mongo, { athleteId, now, exclude, limit: readAhead });
  return found.map(({ segmentId, part, tries }) => ({ kind: 'segment', segmentId, part, tries }));
}

async function nextTryAt(
  { mongo, collections, events }: Shared,
  { athleteId, now, range, kept }: ReadQuery,
): Promise<Date | undefined> {
  const soon = new Date(now.getTime() + parkedAfterMs);
  const tries = [
    await events.nextHintAt(athleteId),
    await nextMissingTryAt(mongo, collections, athleteId, soon),
    ...(kept.details ? [await nextDetailsTryAt(mongo, collections, athleteId, range)] : []),
    ...(kept.segments ? [await nextSegmentTryAt(mongo, athleteId)] : []),
    ...(kept.athlete
      ? [await nextPartTryAt(mongo, athleteId), await nextGearTryAt(mongo, athleteId)]
      : []),
  ];
  return tries
    .filter((at) => at !== undefined)
    .toSorted((one, other) => one.getTime() - other.getTime())[0];
}

async function recordFailure(
  { mongo, collections, events }: Shared,
  write: ReadWrite,
  read: DueRead,
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
  write: ReadWrite,
  read: DueRead,
  reason: string,
): Promise<void> {
  if (read.kind === 'segment') return markSegmentUnavailable(mongo, { ...write, ...read }, reason);
  if (read.kind === 'athlete') return markPartUnavailable(mongo, { ...write, ...read }, reason);
  if (read.kind === 'gear') return markGearUnavailable(mongo, { ...write, ...read }, reason);
  const { activityId, purpose } = read;
  if (purpose === 'hint') return events.settle(activityId, write.at);
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
  { athleteId, epoch, at }: ReadWrite,
): Promise<Expired> {
  if (retentionDays === undefined) return { activities: 0, isMore: false };
  const fetchedBefore = new Date(at.getTime() - retentionDays * dayMs);
  const limit = mostExpiredAtOnce;
  const expiry = { athleteId, fetchedBefore, now: at, epoch, limit };
  const activities = await expire(mongo, collections, expiry);
  return { activities, isMore: activities >= limit };
}

/**
 * What is due of everything that is fetched by a task, and when the next of it will be. It only looks;
 * what came of a task is written elsewhere.
 */
import type { Document } from 'mongodb';
import type {
  ActivityPurpose,
  ActivityTask,
  FetchTask,
  SegmentTask,
  StreamsTask,
} from '../../domain/sync/fetch-task.ts';
import { taskKey } from '../../domain/sync/fetch-task.ts';
import type { TimeRange } from '../../sync/ports/activities.ts';
import type { TaskQuery } from '../../sync/ports/tasks.ts';
import { int64, toNumber } from '../base/bson-value.ts';
import type { StateQuery } from '../schema/fetch-state-queries.ts';
import { findDue, isAnyOpen, nextTryIn } from '../schema/fetch-state-queries.ts';
import { ofSports } from '../base/sport-filter.ts';
import { inRange, inRanges } from '../base/time-range.ts';
import { dueRequests, nextRequestAt } from './activity-requests.ts';
import type { TaskSources } from './pending-events.ts';
import { dueEvents } from './pending-events.ts';
import { streamsTask } from './streams-task.ts';
import {
  dueActivityParts,
  isAnyPartOpen,
  nextActivityPartTryAt,
} from '../details/activity-parts.ts';
import { withAthlete } from '../athletes/task-facts.ts';
import { dueGear } from '../details/gear.ts';
import { dueAthleteLists, dueAthleteParts, partTriesAt } from '../details/profile.ts';
import type { ActivityDocument, Store } from '../schema/collections.ts';

const streamsAhead = 16;
const readAhead = 8;

export async function dueTasks(
  store: TaskSources,
  given: TaskQuery,
): Promise<readonly FetchTask[]> {
  const requested = await dueRequests(store, given, readAhead);
  if (given.only !== undefined) return withoutExcluded(requested, given);
  const query = await withAthlete(store, given);
  const { ranges, freshFrom } = query;
  const found = [
    ...requested,
    ...(await dueEvents(store, query, readAhead)),
    ...(await dueStreams(store, query)),
    ...(await dueDetails(store, query, { from: freshFrom })),
    ...dueAthleteParts(query),
    ...(query.kept.athlete ? await dueGear(store, query, excluded(query, 'gear')) : []),
    ...(await dueConfirmations(store, query)),
    ...(await dueDetails(store, query, ranges.at(-1))),
    ...(await dueActivityParts(store, query)),
    ...dueAthleteLists(query),
    ...(await dueSegments(store, query)),
  ];
  return withoutExcluded(found, query);
}

/** Each key once, the first of its tasks. */
function withoutExcluded(found: readonly FetchTask[], query: TaskQuery): readonly FetchTask[] {
  const byKey = new Map<string, FetchTask>();
  for (const task of found) {
    const key = taskKey(task);
    if (!query.exclude.has(key) && !byKey.has(key)) byKey.set(key, task);
  }
  return [...byKey.values()];
}

/** The ids among the excluded keys of one kind. */
function excluded({ exclude }: TaskQuery, kind: FetchTask['kind']): readonly string[] {
  const prefix = `${kind}:`;
  return [...exclude].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
}

function notExcluded(query: TaskQuery, kind: FetchTask['kind']): Document {
  const ids = excluded(query, kind).map((id) => int64(Number(id)));
  return ids.length > 0 ? { _id: { $nin: ids } } : {};
}

/** Of the first range that has some, newest first. */
async function dueStreams(store: Store, query: TaskQuery): Promise<readonly StreamsTask[]> {
  if (!query.kept.streams) return [];
  for (const range of query.ranges) {
    const filter = { ...wantedIn(query, range), ...notExcluded(query, 'streams') };
    const streams = ofActivities(store, 'streams', filter, query);
    const found = await findDue(streams, { sort: { start_date: -1 }, limit: streamsAhead });
    if (found.length > 0) return found.map((document) => streamsTask(document, query.freshFrom));
  }
  return [];
}

/** The activities of a range that may cost a request of their own. */
function wantedIn({ athleteId, kept }: TaskQuery, range: TimeRange): Document {
  return { ...inRange(athleteId, range), ...ofSports(kept.sports) };
}

async function dueDetails(
  store: Store,
  query: TaskQuery,
  range: TimeRange | undefined,
): Promise<readonly ActivityTask[]> {
  if (query.kept.details !== true || range === undefined) return [];
  const filter = { ...wantedIn(query, range), ...notExcluded(query, 'activity') };
  const details = ofActivities(store, 'details', filter, query);
  const found = await findDue(details, { sort: { start_date: -1 }, limit: readAhead });
  return found.map((document) => activityTask('details', document, query.freshFrom));
}

/** Those that are missing from a list, the longest missing first. */
async function dueConfirmations(store: Store, query: TaskQuery): Promise<readonly ActivityTask[]> {
  const filter = { ...missing(query), ...notExcluded(query, 'activity') };
  const marked = ofActivities(store, 'missing', filter, query);
  const found = await findDue(marked, { sort: { 'sync.missing.since': 1 }, limit: readAhead });
  return found.map((document) => activityTask('confirm', document));
}

function missing({ athleteId }: TaskQuery): Document {
  return { ...inRange(athleteId, {}), 'sync.missing.since': { $exists: true } };
}

function activityTask(
  purpose: Exclude<ActivityPurpose, 'event' | 'request'>,
  { _id, start_date, sync }: ActivityDocument,
  freshFrom?: Date,
): ActivityTask {
  const state = purpose === 'details' ? sync.details : sync.missing;
  return {
    kind: 'activity',
    purpose,
    activityId: toNumber(_id),
    isFresh: freshFrom !== undefined && start_date >= freshFrom,
    tries: state?.tries ?? 0,
  };
}

/** The segments that the athlete met, those that were met first in front. */
async function dueSegments(store: Store, query: TaskQuery): Promise<readonly SegmentTask[]> {
  if (!query.kept.segments) return [];
  const segments = ofSegments(store, query, notExcluded(query, 'segment'));
  const sort = { 'sync.first_seen_at': 1, _id: 1 } as const;
  const found = await findDue(segments, { sort, limit: readAhead });
  return found.map(({ _id, sync: { record } }) => ({
    kind: 'segment',
    segmentId: toNumber(_id),
    part: record.fetched_at === undefined ? 'record' : 'streams',
    tries: record.tries,
  }));
}

function ofActivities(
  { activities: collection }: Store,
  part: 'streams' | 'details' | 'missing',
  filter: Document,
  { now }: TaskQuery,
): StateQuery<ActivityDocument> {
  const listed = part === 'streams' ? { ...filter, ...listedOnly } : filter;
  return { collection, path: `sync.${part}`, filter: listed, now };
}

/**
 * Of an activity that only an export brought, the first summary of the API decides whether the streams are
 * needed, and is another recording's than the row's by its hash.
 */
const listedOnly = { 'sync.source': { $ne: 'export' } };

function ofSegments({ segments }: Store, { athleteId, now }: TaskQuery, also: Document = {}) {
  const filter = { 'sync.athlete_ids': int64(athleteId), ...also };
  return { collection: segments, path: 'sync.record', filter, now };
}

function ofGear({ gear }: Store, { athleteId, now }: TaskQuery) {
  const filter = { 'sync.athlete_id': int64(athleteId) };
  return { collection: gear, path: 'sync.record', filter, now };
}

/** When the next of what failed becomes due, parked ones aside, or the next event or request. */
export async function nextTaskTryAt(
  store: TaskSources,
  given: TaskQuery,
): Promise<Date | undefined> {
  if (given.only !== undefined) return nextRequestAt(store, given, given.only);
  const query = await withAthlete(store, given);
  const { athleteId, now, ranges, kept } = query;
  const details = ranges.slice(-1);
  const tries = [
    await store.eventStore.nextDueAt(athleteId, now),
    await nextTryIn(ofActivities(store, 'missing', missing(query), query)),
    ...(kept.streams ? [await nextInRanges(store, 'streams', ranges, query)] : []),
    ...(kept.details === true ? [await nextInRanges(store, 'details', details, query)] : []),
    ...(await nextActivityPartTryAt(store, query)),
    ...(kept.segments ? [await nextTryIn(ofSegments(store, query))] : []),
    ...partTriesAt(query),
    ...(kept.athlete ? [await nextTryIn(ofGear(store, query))] : []),
  ].filter((at) => at !== undefined);
  return tries.length === 0 ? undefined : new Date(Math.min(...tries.map(Number)));
}

async function nextInRanges(
  store: Store,
  part: 'streams' | 'details',
  ranges: readonly TimeRange[],
  query: TaskQuery,
): Promise<Date | undefined> {
  if (ranges.length === 0) return undefined;
  const wanted = { ...inRanges(query.athleteId, ranges), ...ofSports(query.kept.sports) };
  return nextTryIn(ofActivities(store, part, wanted, query));
}

/** Details are waited for also while their efforts are still missing; postponed streams are not. */
export async function isComplete(store: Store, given: TaskQuery): Promise<boolean> {
  if (given.ranges.length === 0) return true;
  const query = await withAthlete(store, given);
  const { athleteId, ranges, kept } = query;
  const wanted = { ...inRanges(athleteId, ranges), ...ofSports(kept.sports) };
  if (kept.details === true) {
    const open = { $and: [wanted, { 'sync.details.state': { $in: ['pending', null] } }] };
    if ((await store.activities.findOne(open)) !== null) return false;
  }
  if (await isAnyPartOpen(store, query)) return false;
  return !kept.streams || !(await isAnyOpen(ofActivities(store, 'streams', wanted, query)));
}

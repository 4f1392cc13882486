/**
 * Collects what is due of everything beside the list and the streams, in the order of its worth. It only
 * looks; what came of a read is written elsewhere.
 */
import type { DueTask } from '../../domain/sync/fetch-task.ts';
import { taskKey } from '../../domain/sync/fetch-task.ts';
import type { EventStore } from '../../sync/ports/event-ports.ts';
import type { TimeRange } from '../../sync/ports/ports.ts';
import type { TaskQuery } from '../../sync/ports/task-ports.ts';
import type { Store } from '../schema/collections.ts';
import { dueDetails, nextDetailsTryAt } from '../details/due-details.ts';
import { dueGear, nextGearTryAt } from '../details/gear.ts';
import { dueMissing, nextMissingTryAt } from '../deletion/missing.ts';
import { dueAthleteParts, nextPartTryAt } from '../details/profile.ts';
import { dueSegments, nextSegmentTryAt } from '../details/segments.ts';

/** Where it looks. */
interface Due {
  readonly store: Store;
  readonly events: EventStore;
}

const readAhead = 8;
/** What is tried again later than this is parked: nobody waits for it. */
const parkedAfterMs = 60 * 60 * 1_000;

/** What is due, each thing once, in the order of its worth. */
export async function dueTasks(shared: Due, query: TaskQuery): Promise<readonly DueTask[]> {
  const found = [
    ...(await duePendingEvents(shared, query)),
    ...(await dueDetailsIn(shared, query, { from: query.freshFrom })),
    ...(await dueOfAthlete(shared, query)),
    ...(await dueConfirmations(shared, query)),
    ...(await dueDetailsIn(shared, query, query.range)),
    ...(await dueSegmentsOf(shared, query)),
  ];
  const byKey = new Map<string, DueTask>();
  for (const read of found) {
    const key = taskKey(read);
    if (!query.exclude.has(key) && !byKey.has(key)) byKey.set(key, read);
  }
  return [...byKey.values()];
}

/** The ids among the keys of one kind, which a query leaves out. */
function excluded({ exclude }: TaskQuery, kind: string): readonly string[] {
  const prefix = `${kind}:`;
  return [...exclude].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
}

async function duePendingEvents({ events }: Due, query: TaskQuery): Promise<readonly DueTask[]> {
  const { athleteId, now } = query;
  const pendingEvents = await events.duePendingEvents(
    athleteId,
    now,
    excluded(query, 'activity').map(Number),
    readAhead,
  );
  return pendingEvents.map(({ activityId, aspects, tries }) => ({
    kind: 'activity',
    purpose: 'event',
    activityId,
    isFresh: true,
    isReportedDeleted: aspects.includes('delete'),
    tries,
  }));
}

async function dueDetailsIn(
  { store }: Due,
  query: TaskQuery,
  range: TimeRange,
): Promise<readonly DueTask[]> {
  const { athleteId, now, kept, freshFrom } = query;
  if (!kept.details) return [];
  const exclude = excluded(query, 'activity').map(Number);
  const asked = { athleteId, range, now, exclude, limit: readAhead };
  const found = await dueDetails(store, asked);
  return found.map(({ activityId, startAt, tries }) => ({
    kind: 'activity',
    purpose: 'details',
    activityId,
    isFresh: startAt >= freshFrom,
    tries,
  }));
}

async function dueOfAthlete({ store }: Due, query: TaskQuery): Promise<readonly DueTask[]> {
  const { athleteId, now, kept } = query;
  if (!kept.athlete) return [];
  const parts = await dueAthleteParts(store, { athleteId, now, exclude: [] });
  const exclude = excluded(query, 'gear');
  const gear = await dueGear(store, { athleteId, now, exclude, limit: readAhead });
  return [
    ...parts.map(({ part, tries }): DueTask => ({ kind: 'athlete', part, tries })),
    ...gear.map(({ gearId, tries }): DueTask => ({ kind: 'gear', gearId, tries })),
  ];
}

async function dueConfirmations(
  { store }: Due,
  { athleteId, now }: TaskQuery,
): Promise<readonly DueTask[]> {
  const found = await dueMissing(store, { athleteId, now, limit: readAhead });
  return found.map(({ activityId, tries }) => ({
    kind: 'activity',
    purpose: 'confirm',
    activityId,
    isFresh: false,
    tries,
  }));
}

async function dueSegmentsOf({ store }: Due, query: TaskQuery): Promise<readonly DueTask[]> {
  const { athleteId, now, kept } = query;
  if (!kept.segments) return [];
  const exclude = excluded(query, 'segment').map(Number);
  const found = await dueSegments(store, { athleteId, now, exclude, limit: readAhead });
  return found.map(({ segmentId, part, tries }) => ({ kind: 'segment', segmentId, part, tries }));
}

/** When the next of what failed is due; undefined where nothing waits. */
export async function nextTaskTryAt(
  { store, events }: Due,
  { athleteId, now, range, kept }: TaskQuery,
): Promise<Date | undefined> {
  const soon = new Date(now.getTime() + parkedAfterMs);
  const tries = [
    await events.nextPendingEventAt(athleteId),
    await nextMissingTryAt(store, athleteId, soon),
    ...(kept.details ? [await nextDetailsTryAt(store, athleteId, range)] : []),
    ...(kept.segments ? [await nextSegmentTryAt(store, athleteId)] : []),
    ...(kept.athlete
      ? [await nextPartTryAt(store, athleteId), await nextGearTryAt(store, athleteId)]
      : []),
  ];
  return tries
    .filter((at) => at !== undefined)
    .toSorted((one, other) => one.getTime() - other.getTime())[0];
}

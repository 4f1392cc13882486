/**
 * Makes one of the requests beside the list and the streams, and writes what came of it: an activity by
 * itself, a segment, a part of the athlete.
 */
import { leftAt } from '../domain/rate-limit/clock-offset.ts';
import type { ListCoverage } from '../domain/sync/list-coverage.ts';
import type { DueTask } from '../domain/sync/fetch-task.ts';
import { planRetry } from '../domain/sync/retry.ts';
import {
  MalformedResponseError,
  NotFoundError,
  ScopeMissingError,
  StravaRecordError,
  SubscribersOnlyError,
} from '../errors.ts';
import type { AthleteSyncState } from './athlete-sync-state.ts';
import type { ActivityStore, PageResult, RequestOptions } from './ports/ports.ts';
import type {
  ActivityDetail,
  KeptKinds,
  TaskSource,
  TaskStore,
  TaskWrite,
} from './ports/task-ports.ts';

export interface TaskDeps {
  readonly taskSource: TaskSource;
  readonly reads: TaskStore;
  readonly activities: ActivityStore;
  readonly kept: KeptKinds;
  readonly nowMs: () => number;
  readonly random: () => number;
}

/** What became of a read. */
export interface TaskOutcome {
  readonly kind: 'stored' | 'deleted' | 'postponed' | 'unavailable' | 'failed' | 'parked';
  /** What the activity's summary did, where one came. */
  readonly page?: PageResult;
}

type ActivityRead = Extract<DueTask, { kind: 'activity' }>;

/**
 * After a create the activity can be missing for minutes, and after a deletion still be there; so often it is
 * asked for again.
 */
const maxEventTries = 5;
const eventPauseMs = 60_000;

/** Makes a read. @throws what the source throws, but for what is settled here. */
export async function fetchTask(
  deps: TaskDeps,
  work: AthleteSyncState,
  read: DueTask,
  options: RequestOptions,
): Promise<TaskOutcome> {
  const { athleteId, lease } = work;
  const requestedMs = deps.nowMs();
  const writeNow = (): TaskWrite => {
    const at = leftAt(requestedMs, deps.nowMs());
    return { athleteId, epoch: lease.epoch, at };
  };
  const store = await ask(deps, athleteId, read, options).catch(async (error: unknown) => {
    await lease.assertHeld();
    const acceptsDeletions = work.scope.kind === 'repair' && work.scope.acceptsDeletions === true;
    const outcome = await settleFailure({ ...deps, acceptsDeletions }, writeNow(), read, error);
    return () => Promise.resolve(outcome);
  });
  await lease.assertHeld();
  return store(writeNow(), work);
}

type Store = (write: TaskWrite, work: AthleteSyncState) => Promise<TaskOutcome>;

/** Asks Strava, and returns what is to be written. */
async function ask(
  deps: TaskDeps,
  athleteId: number,
  read: DueTask,
  options: RequestOptions,
): Promise<Store> {
  const { taskSource, reads } = deps;
  const stored = (writing: Promise<void>): Promise<TaskOutcome> =>
    writing.then(() => ({ kind: 'stored' }));
  switch (read.kind) {
    case 'activity': {
      const detail = await taskSource.activity(athleteId, read.activityId, options);
      return (write, { coverage }) => storeActivity(deps, { ...write, coverage }, read, detail);
    }
    case 'segment': {
      const { segmentId } = read;
      if (read.part === 'record') {
        const record = await taskSource.segment(athleteId, segmentId, options);
        return (write) => stored(reads.storeSegment(write, segmentId, record));
      }
      const streams = await taskSource.segmentStreams(athleteId, segmentId, options);
      return (write) => stored(reads.storeSegmentStreams(write, segmentId, streams));
    }
    case 'athlete': {
      const record = await taskSource.athlete(athleteId, read.part, options);
      return (write) => stored(reads.storeAthlete(write, read.part, record));
    }
    case 'gear': {
      const record = await taskSource.gear(athleteId, read.gearId, options);
      return (write) => stored(reads.storeGear(write, read.gearId, record));
    }
  }
}

async function storeActivity(
  deps: TaskDeps,
  { athleteId, epoch, at, coverage }: TaskWrite & { readonly coverage: ListCoverage },
  read: ActivityRead,
  given: ActivityDetail,
): Promise<TaskOutcome> {
  const { activities, reads, kept } = deps;
  const { activityId, purpose, isReportedDeleted = false } = read;
  const detail = await reads.aligned(given);
  const page = await activities.storePage({
    athleteId,
    summaries: [detail.summary],
    unusable: [],
    source: 'activity',
    known: coverage.spans,
    fetchedAt: at,
    epoch,
  });
  if (purpose === 'confirm') await reads.unmarkMissing(activityId, at);
  const kind = kept.details
    ? await reads.storeDetails({ athleteId, epoch, at }, detail, kept)
    : 'stored';
  if (purpose === 'event') {
    const write = { athleteId, epoch, at };
    const isPostponed =
      isReportedDeleted && (await postponeEvent(deps, write, read, 'still there'));
    if (!isPostponed) await reads.settleEvent(activityId, at);
  }
  return { kind, page };
}

/** False where it was asked for often enough. */
async function postponeEvent(
  { reads, nowMs }: TaskDeps,
  write: TaskWrite,
  read: ActivityRead,
  message: string,
): Promise<boolean> {
  const tries = read.tries + 1;
  if (tries >= maxEventTries) return false;
  const nextTryAt = new Date(nowMs() + tries * eventPauseMs);
  await reads.recordFailure(write, read, { message, tries, isParked: false, nextTryAt });
  return true;
}

interface FailureDeps extends TaskDeps {
  readonly acceptsDeletions: boolean;
}

async function settleFailure(
  deps: FailureDeps,
  write: TaskWrite,
  read: DueTask,
  error: unknown,
): Promise<TaskOutcome> {
  if (error instanceof NotFoundError) {
    if (read.kind === 'activity') return settleGone(deps, write, read);
    return markUnavailable(deps, write, read, 'Strava has none');
  }
  if (error instanceof SubscribersOnlyError)
    return markUnavailable(deps, write, read, 'for subscribers only');
  // A grant without the scope for this lacks only this.
  if (error instanceof ScopeMissingError && read.kind !== 'activity')
    return markUnavailable(deps, write, read, 'the login does not allow it');
  if (error instanceof StravaRecordError || error instanceof MalformedResponseError)
    return countTaskFailure(deps, write, read, error.message);
  throw error;
}

async function markUnavailable(
  { reads }: TaskDeps,
  write: TaskWrite,
  read: DueTask,
  reason: string,
): Promise<TaskOutcome> {
  await reads.markUnavailable(write, read, reason);
  return { kind: 'unavailable' };
}

/**
 * A 404 for an activity. It removes one that a complete list misses, or that a webhook told deleted,
 * where the grant would show it if it were only private, or the person says that it may go; for any
 * other purpose it proves nothing.
 */
async function settleGone(
  deps: FailureDeps,
  write: TaskWrite,
  read: ActivityRead,
): Promise<TaskOutcome> {
  const { reads } = deps;
  const { activityId, purpose, isReportedDeleted = false } = read;
  if (purpose === 'details') return markUnavailable(deps, write, read, 'Strava has none');
  const isStored = await reads.isStored(write.athleteId, activityId);
  if (purpose === 'confirm' || isReportedDeleted) {
    const { canSeePrivate } = await reads.deletionView(write.athleteId);
    const isBelieved = canSeePrivate || (purpose === 'confirm' && deps.acceptsDeletions);
    if (isStored && isBelieved) await reads.deleteActivity(write, activityId);
    else if (isStored) await reads.giveUpMissing(write, activityId);
    if (purpose === 'event') await reads.settleEvent(activityId, write.at);
    return { kind: isStored && isBelieved ? 'deleted' : 'unavailable' };
  }
  if (await postponeEvent(deps, write, read, 'not there yet')) return { kind: 'postponed' };
  await reads.settleEvent(activityId, write.at);
  return { kind: 'unavailable' };
}

/** A failure of the record's own: a few tries, then parked for a day. */
export async function countTaskFailure(
  { reads, nowMs, random }: Pick<TaskDeps, 'reads' | 'nowMs' | 'random'>,
  write: TaskWrite,
  read: DueTask,
  message: string,
): Promise<TaskOutcome & { readonly kind: 'failed' | 'parked' }> {
  const { tries, isParked, nextTryAtMs } = planRetry(read.tries, nowMs(), random());
  const nextTryAt = new Date(nextTryAtMs);
  await reads.recordFailure(write, read, { message, tries, isParked, nextTryAt });
  return { kind: isParked ? 'parked' : 'failed' };
}

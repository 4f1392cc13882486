/**
 * Makes one of the requests beside the list and the streams, and writes what came of it: an activity by
 * itself, a segment, a part of the athlete.
 */
import { leftAt } from '../domain/rate-limit/clock-offset.ts';
import type { Listing } from '../domain/sync/list-coverage.ts';
import type { DueRead } from '../domain/sync/fetch-task.ts';
import { planRetry } from '../domain/sync/retry.ts';
import {
  MalformedAnswerError,
  NotFoundError,
  ScopeMissingError,
  StravaRecordError,
  SubscribersOnlyError,
} from '../errors.ts';
import type { AthleteWork } from './athlete-sync-state.ts';
import type { ActivityStore, PageResult, RequestOptions } from './ports/ports.ts';
import type {
  ActivityDetail,
  KeptKinds,
  ReadSource,
  ReadStore,
  ReadWrite,
} from './ports/task-ports.ts';

export interface ReadDeps {
  readonly readSource: ReadSource;
  readonly reads: ReadStore;
  readonly activities: ActivityStore;
  readonly kept: KeptKinds;
  readonly nowMs: () => number;
  readonly random: () => number;
}

/** What became of a read. */
export interface ReadOutcome {
  readonly kind: 'stored' | 'deleted' | 'postponed' | 'unavailable' | 'failed' | 'parked';
  /** What the activity's summary did, where one came. */
  readonly page?: PageResult;
}

type ActivityRead = Extract<DueRead, { kind: 'activity' }>;

/**
 * After a create the activity can be missing for minutes, and after a deletion still be there; so often it is
 * asked for again.
 */
const mostHintTries = 5;
const hintPauseMs = 60_000;

/** Makes a read. @throws what the source throws, but for what is settled here. */
export async function fetchRead(
  deps: ReadDeps,
  work: AthleteWork,
  read: DueRead,
  options: RequestOptions,
): Promise<ReadOutcome> {
  const { athleteId, lease } = work;
  const requestedMs = deps.nowMs();
  const answered = (): ReadWrite => {
    const at = leftAt(requestedMs, deps.nowMs());
    return { athleteId, epoch: lease.epoch, at };
  };
  const store = await ask(deps, athleteId, read, options).catch(async (error: unknown) => {
    await lease.assertHeld();
    const acceptsDeletions = work.scope.kind === 'mend' && work.scope.acceptsDeletions === true;
    const outcome = await settleFailure({ ...deps, acceptsDeletions }, answered(), read, error);
    return () => Promise.resolve(outcome);
  });
  await lease.assertHeld();
  return store(answered(), work);
}

type Store = (write: ReadWrite, work: AthleteWork) => Promise<ReadOutcome>;

/** Asks Strava, and returns what is to be written. */
async function ask(
  deps: ReadDeps,
  athleteId: number,
  read: DueRead,
  options: RequestOptions,
): Promise<Store> {
  const { readSource, reads } = deps;
  const stored = (writing: Promise<void>): Promise<ReadOutcome> =>
    writing.then(() => ({ kind: 'stored' }));
  switch (read.kind) {
    case 'activity': {
      const detail = await readSource.activity(athleteId, read.activityId, options);
      return (write, { listing }) => storeActivity(deps, { ...write, listing }, read, detail);
    }
    case 'segment': {
      const { segmentId } = read;
      if (read.part === 'record') {
        const record = await readSource.segment(athleteId, segmentId, options);
        return (write) => stored(reads.storeSegment(write, segmentId, record));
      }
      const streams = await readSource.segmentStreams(athleteId, segmentId, options);
      return (write) => stored(reads.storeSegmentStreams(write, segmentId, streams));
    }
    case 'athlete': {
      const record = await readSource.athlete(athleteId, read.part, options);
      return (write) => stored(reads.storeAthlete(write, read.part, record));
    }
    case 'gear': {
      const record = await readSource.gear(athleteId, read.gearId, options);
      return (write) => stored(reads.storeGear(write, read.gearId, record));
    }
  }
}

async function storeActivity(
  deps: ReadDeps,
  { athleteId, epoch, at, listing }: ReadWrite & { readonly listing: Listing },
  read: ActivityRead,
  given: ActivityDetail,
): Promise<ReadOutcome> {
  const { activities, reads, kept } = deps;
  const { activityId, purpose, isToldDeleted = false } = read;
  const detail = await reads.aligned(given);
  const page = await activities.storePage({
    athleteId,
    summaries: [detail.summary],
    unusable: [],
    source: 'activity',
    known: listing.spans,
    fetchedAt: at,
    epoch,
  });
  if (purpose === 'confirm') await reads.unmarkMissing(activityId, at);
  const kind = kept.details
    ? await reads.storeDetails({ athleteId, epoch, at }, detail, kept)
    : 'stored';
  if (purpose === 'hint') {
    const write = { athleteId, epoch, at };
    const isPostponed = isToldDeleted && (await postponeHint(deps, write, read, 'still there'));
    if (!isPostponed) await reads.settleHint(activityId, at);
  }
  return { kind, page };
}

/** False where it was asked for often enough. */
async function postponeHint(
  { reads, nowMs }: ReadDeps,
  write: ReadWrite,
  read: ActivityRead,
  message: string,
): Promise<boolean> {
  const tries = read.tries + 1;
  if (tries >= mostHintTries) return false;
  const nextTryAt = new Date(nowMs() + tries * hintPauseMs);
  await reads.recordFailure(write, read, { message, tries, isParked: false, nextTryAt });
  return true;
}

interface FailureDeps extends ReadDeps {
  readonly acceptsDeletions: boolean;
}

async function settleFailure(
  deps: FailureDeps,
  write: ReadWrite,
  read: DueRead,
  error: unknown,
): Promise<ReadOutcome> {
  if (error instanceof NotFoundError) {
    if (read.kind === 'activity') return settleGone(deps, write, read);
    return markUnavailable(deps, write, read, 'Strava has none');
  }
  if (error instanceof SubscribersOnlyError)
    return markUnavailable(deps, write, read, 'for subscribers only');
  // A grant without the scope for this lacks only this.
  if (error instanceof ScopeMissingError && read.kind !== 'activity')
    return markUnavailable(deps, write, read, 'the login does not allow it');
  if (error instanceof StravaRecordError || error instanceof MalformedAnswerError)
    return countReadFailure(deps, write, read, error.message);
  throw error;
}

async function markUnavailable(
  { reads }: ReadDeps,
  write: ReadWrite,
  read: DueRead,
  reason: string,
): Promise<ReadOutcome> {
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
  write: ReadWrite,
  read: ActivityRead,
): Promise<ReadOutcome> {
  const { reads } = deps;
  const { activityId, purpose, isToldDeleted = false } = read;
  if (purpose === 'details') return markUnavailable(deps, write, read, 'Strava has none');
  const isStored = await reads.isStored(write.athleteId, activityId);
  if (purpose === 'confirm' || isToldDeleted) {
    const { canSeePrivate } = await reads.deletionView(write.athleteId);
    const isBelieved = canSeePrivate || (purpose === 'confirm' && deps.acceptsDeletions);
    if (isStored && isBelieved) await reads.bury(write, activityId);
    else if (isStored) await reads.giveUpMissing(write, activityId);
    if (purpose === 'hint') await reads.settleHint(activityId, write.at);
    return { kind: isStored && isBelieved ? 'deleted' : 'unavailable' };
  }
  if (await postponeHint(deps, write, read, 'not there yet')) return { kind: 'postponed' };
  await reads.settleHint(activityId, write.at);
  return { kind: 'unavailable' };
}

/** A failure of the record's own: a few tries, then parked for a day. */
export async function countReadFailure(
  { reads, nowMs, random }: Pick<ReadDeps, 'reads' | 'nowMs' | 'random'>,
  write: ReadWrite,
  read: DueRead,
  message: string,
): Promise<ReadOutcome & { readonly kind: 'failed' | 'parked' }> {
  const { tries, isParked, nextTryAtMs } = planRetry(read.tries, nowMs(), random());
  const nextTryAt = new Date(nextTryAtMs);
  await reads.recordFailure(write, read, { message, tries, isParked, nextTryAt });
  return { kind: isParked ? 'parked' : 'failed' };
}

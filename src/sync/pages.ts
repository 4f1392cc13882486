/**
 * Makes one piece of work: asks Strava, writes what came, and says in the picture of the athlete what
 * changed. The order is the promise: the records first, then the cursor.
 */
import type { ActivitySummary, ListedRecord, UnusableRecord } from '../domain/activity/activity.ts';
import { leftAt } from '../domain/rate-limit/clock-offset.ts';
import { isJsonObject } from '../domain/json.ts';
import type { PageOutcome } from '../domain/sync/list-coverage.ts';
import { afterPoll, afterPage, pageSize } from '../domain/sync/list-coverage.ts';
import type { PageStep } from '../domain/sync/plan.ts';
import { planRetry, streamsMayComeMs } from '../domain/sync/retry.ts';
import type { Streams } from '../domain/activity/streams.ts';
import {
  MalformedResponseError,
  NotFoundError,
  StravaRecordError,
  SubscribersOnlyError,
} from '../errors.ts';
import type { AthleteSyncState } from './athlete-sync-state.ts';
import { defaultGoal, backfillsInScope, backfillGoal } from './athlete-sync-state.ts';
import type { TaskDeps } from './tasks.ts';
import type { ReconcileDeps } from './reconcile.ts';
import { advanceReconcile, findMissingOnPage, isReconcileBeginning } from './reconcile.ts';
import type {
  ActivitySource,
  ActivityStore,
  AthleteStore,
  PageResult,
  PendingStreams,
  RequestOptions,
  StreamsWrite,
} from './ports/ports.ts';

export interface RequestDeps extends TaskDeps, ReconcileDeps {
  readonly source: ActivitySource;
  readonly activities: ActivityStore;
  readonly athletes: AthleteStore;
  readonly nowMs: () => number;
  readonly random: () => number;
}

const askAgainMs = 60 * 60 * 1_000;

/** A page that was asked for, decoded and stored. */
interface StoredPage {
  readonly outcome: PageOutcome & { readonly ids: readonly number[] };
  readonly result: PageResult;
}

/** Looks at the newest page; wishes and a reconcile that begin now are served by the same page. */
export async function pollNewestPage(
  deps: RequestDeps,
  work: AthleteSyncState,
  options: RequestOptions,
): Promise<PageResult> {
  const isReconcile = isReconcileBeginning(work);
  const { outcome, result } = await fetchPage(
    deps,
    work,
    { request: { page: 1 }, isReconcile },
    options,
  );
  const { athleteId, lease } = work;
  work.coverage = afterPoll(work.coverage, outcome, defaultGoal(work.scope));
  const polledAt = new Date(outcome.requestedAtS * 1_000);
  await deps.athletes.saveCoverage(athleteId, work.coverage, { epoch: lease.epoch, polledAt });
  for (const backfill of backfillsInScope(work)) {
    const isBeginning = backfill.until === undefined && backfill.coverage.spans.length === 0;
    if (isBeginning) await advanceBackfill(deps, work, backfill.id, outcome);
  }
  await findMissingOnPage(deps, work, outcome);
  if (isReconcile) await advanceReconcile(deps, work, outcome);
  work.isPollDue = false;
  return result;
}

/** Asks for the next page of a walk. */
export async function fetchNextPage(
  deps: RequestDeps,
  work: AthleteSyncState,
  step: PageStep,
  options: RequestOptions,
): Promise<PageResult> {
  const { outcome, result } = await fetchPage(deps, work, step, options);
  if (step.isReconcile === true) {
    await advanceReconcile(deps, work, outcome);
    return result;
  }
  if (step.backfillId !== undefined) {
    await advanceBackfill(deps, work, step.backfillId, outcome);
    return result;
  }
  work.coverage = afterPage(work.coverage, outcome, defaultGoal(work.scope));
  await deps.athletes.saveCoverage(work.athleteId, work.coverage, { epoch: work.lease.epoch });
  return result;
}

async function advanceBackfill(
  { athletes }: RequestDeps,
  work: AthleteSyncState,
  backfillId: string,
  outcome: PageOutcome,
): Promise<void> {
  const backfill = work.backfills.find(({ id }) => id === backfillId);
  if (backfill === undefined) return;
  const advanced = {
    ...backfill,
    coverage: afterPage(backfill.coverage, outcome, backfillGoal(backfill)),
  };
  work.backfills = work.backfills.map((other) => (other.id === backfillId ? advanced : other));
  await athletes.saveBackfill(work.athleteId, advanced, work.lease.epoch);
}

async function fetchPage(
  { source, activities, nowMs }: RequestDeps,
  work: AthleteSyncState,
  { request, isReconcile = false }: PageStep,
  options: RequestOptions,
): Promise<StoredPage> {
  const requestedMs = nowMs();
  const records = await source.listPage(work.athleteId, request, options);
  const requestedAt = leftAt(requestedMs, nowMs());
  const summaries = records.flatMap(usable);
  await work.lease.assertHeld();
  const result = await activities.storePage({
    athleteId: work.athleteId,
    summaries,
    unusable: records.flatMap(unusable),
    source: 'list',
    ...(isReconcile && work.reconcile && { listedAt: work.reconcile.startedAt }),
    known: work.coverage.spans,
    fetchedAt: requestedAt,
    epoch: work.lease.epoch,
  });
  const outcome = {
    request,
    ids: records.flatMap(idOf),
    requestedAtS: Math.floor(requestedAt.getTime() / 1_000),
    startsS: summaries.map(({ startAt }) => Math.floor(startAt.getTime() / 1_000)),
    count: records.length,
    isFull: records.length >= pageSize,
    isEveryRecordNew: result.added > 0 && result.changed + result.unchanged === 0,
  };
  return { outcome, result };
}

function idOf(listed: ListedRecord): readonly number[] {
  if (listed.isUsable) return [listed.summary.id];
  const { record } = listed.unusable;
  return isJsonObject(record) && typeof record['id'] === 'number' ? [record['id']] : [];
}

function usable(record: ListedRecord): readonly ActivitySummary[] {
  return record.isUsable ? [record.summary] : [];
}

function unusable(record: ListedRecord): readonly UnusableRecord[] {
  return record.isUsable ? [] : [record.unusable];
}

export type StreamsResult = 'stored' | 'none' | 'postponed' | 'failed' | 'parked';

/** Asks for one activity's streams and stores what becomes of them. */
export async function fetchStreams(
  deps: RequestDeps,
  work: AthleteSyncState,
  pending: PendingStreams,
  options: RequestOptions,
): Promise<StreamsResult> {
  const { source, nowMs } = deps;
  const requestedMs = nowMs();
  const { athleteId, lease } = work;
  const writeNow = (): StreamsWrite => {
    const at = leftAt(requestedMs, nowMs());
    return { athleteId, pending, epoch: lease.epoch, at };
  };
  let streams: Streams;
  try {
    streams = await source.streams(athleteId, pending.activityId, options);
  } catch (error) {
    await lease.assertHeld();
    return settleFailure(deps, writeNow(), error);
  }
  await lease.assertHeld();
  const write = writeNow();
  if (streams.arrays.size === 0) return withoutStreams(deps, write, 'Strava has none');
  return deps.activities.storeStreams(write, streams);
}

async function settleFailure(
  deps: RequestDeps,
  write: StreamsWrite,
  error: unknown,
): Promise<StreamsResult> {
  if (error instanceof NotFoundError) return withoutStreams(deps, write, 'Strava has none');
  if (error instanceof SubscribersOnlyError) {
    await deps.activities.markWithoutStreams(write, 'for subscribers only');
    return 'none';
  }
  if (error instanceof StravaRecordError || error instanceof MalformedResponseError) {
    return countFailure(deps, write, error.message);
  }
  throw error;
}

/** Right after an upload streams can be missing and exist minutes later, so that is not final. */
async function withoutStreams(
  { activities, nowMs }: RequestDeps,
  write: StreamsWrite,
  reason: string,
): Promise<StreamsResult> {
  const { startAt, elapsedS, mayComeUntil } = write.pending;
  const endedAtMs = startAt.getTime() + elapsedS * 1_000;
  const finalAtMs = Math.max(endedAtMs + streamsMayComeMs, mayComeUntil?.getTime() ?? 0);
  if (nowMs() >= finalAtMs) {
    await activities.markWithoutStreams(write, reason);
    return 'none';
  }
  await activities.postponeStreams(write, new Date(nowMs() + askAgainMs));
  return 'postponed';
}

/** A failure that belongs to the activity itself: a few tries, then parked for a day. */
export async function countFailure(
  { activities, nowMs, random }: Pick<RequestDeps, 'activities' | 'nowMs' | 'random'>,
  write: StreamsWrite,
  message: string,
): Promise<'failed' | 'parked'> {
  const { tries, isParked, nextTryAtMs } = planRetry(write.pending.tries, nowMs(), random());
  await activities.recordFailure(write, {
    message,
    tries,
    isParked,
    nextTryAt: new Date(nextTryAtMs),
  });
  return isParked ? 'parked' : 'failed';
}

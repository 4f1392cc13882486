/**
 * Fetches one page of an athlete's list: requests it, stores its records, and says in the state of the
 * athlete what changed. The order is the promise: the records first, then the cursor.
 */
import { sentAt } from '../domain/rate-limit/clock-offset.ts';
import { windowStartMs } from '../domain/rate-limit/quota-state.ts';
import type { PageOutcome } from '../domain/sync/list-coverage.ts';
import { afterPoll, afterPolledPage } from '../domain/sync/list-coverage.ts';
import type { PageStep } from '../domain/sync/plan.ts';
import type { AthleteSyncState } from './athletes/athlete-sync-state.ts';
import { backfillsInScope, defaultGoal } from './athletes/athlete-sync-state.ts';
import { advanceBackfill } from './backfills.ts';
import { listedPage, pageOutcome } from './listed-page.ts';
import type { ActivityStore, PageResult } from './ports/activities.ts';
import type { LastPoll } from './ports/athletes.ts';
import type { RequestOptions, StravaSource } from './ports/source.ts';
import type { TaskRefreshDeps } from './tasks/task-refresh.ts';
import { queryOf } from './tasks/task-refresh.ts';
import type { ReconcileDeps } from './reconcile.ts';
import { advanceReconcile, findMissingOnPage, isReconcileBeginning } from './reconcile.ts';

export interface PageDeps extends ReconcileDeps, TaskRefreshDeps {
  readonly source: StravaSource;
  readonly activities: ActivityStore;
}

/** A page that was fetched, decoded and stored. */
interface StoredPage {
  readonly requestedAt: Date;
  readonly ids: readonly number[];
  readonly outcome: PageOutcome;
  readonly result: PageResult;
}

/** Polls the newest page; backfill requests and a reconcile that begin now are served by the same page. */
export async function pollNewestPage(
  deps: PageDeps,
  athlete: AthleteSyncState,
  options: RequestOptions,
): Promise<PageResult> {
  const isReconcile = isReconcileBeginning(athlete);
  const step = { request: { page: 1 }, isReconcile };
  const { requestedAt, ids, outcome, result } = await fetchPage(deps, athlete, step, options);
  const { athleteId, lease } = athlete;
  athlete.coverage = afterPoll(athlete.coverage, outcome, defaultGoal(athlete.scope));
  const poll = pollOf(
    athlete.lastPoll,
    { at: requestedAt, startsS: outcome.startsS },
    deps.quota.settings.dailyWindowMs,
  );
  await deps.athletes.saveCoverage(athleteId, athlete.coverage, { epoch: lease.epoch, poll });
  athlete.lastPoll = poll;
  for (const backfill of backfillsInScope(athlete)) {
    const isBeginning = backfill.until === undefined && backfill.coverage.spans.length === 0;
    if (isBeginning) await advanceBackfill(deps, athlete, backfill.id, outcome);
  }
  await findMissingOnPage(deps, athlete, outcome, ids);
  if (isReconcile) await advanceReconcile(deps, athlete, outcome);
  const polled = { requestedAt: new Date(outcome.requestedAtS * 1_000), ids };
  const isSettled = await deps.tasks.settleByPage(queryOf(deps, athlete, deps.nowMs()), polled);
  if (isSettled) athlete.tasks = undefined;
  athlete.isPollDue = false;
  return result;
}

/** The poll that brought this page, after the last one. */
function pollOf(
  last: LastPoll | undefined,
  { at, startsS }: { readonly at: Date; readonly startsS: readonly number[] },
  dayMs: number,
): LastPoll {
  const dayStartMs = windowStartMs(at.getTime(), dayMs);
  const count = last !== undefined && last.at.getTime() >= dayStartMs ? last.count + 1 : 1;
  const newestMs = Math.max(...startsS) * 1_000;
  return { at, count, ...(startsS.length > 0 && { newestStartAt: new Date(newestMs) }) };
}

/** Fetches the next page that a goal needs. */
export async function fetchNextPage(
  deps: PageDeps,
  athlete: AthleteSyncState,
  step: PageStep,
  options: RequestOptions,
): Promise<PageResult> {
  const { outcome, result } = await fetchPage(deps, athlete, step, options);
  const { athleteId, lease } = athlete;
  if (step.isReconcile === true) await advanceReconcile(deps, athlete, outcome);
  else if (step.backfillId !== undefined)
    await advanceBackfill(deps, athlete, step.backfillId, outcome);
  else {
    athlete.coverage = afterPolledPage(athlete.coverage, outcome, defaultGoal(athlete.scope));
    await deps.athletes.saveCoverage(athleteId, athlete.coverage, { epoch: lease.epoch });
  }
  return result;
}

async function fetchPage(
  { source, activities, nowMs }: PageDeps,
  athlete: AthleteSyncState,
  { request, isReconcile = false }: PageStep,
  options: RequestOptions,
): Promise<StoredPage> {
  const { athleteId, lease, reconcile, coverage } = athlete;
  const requestedMs = nowMs();
  const records = await source.listPage(athleteId, request, options);
  const page = listedPage(request, sentAt(requestedMs, nowMs()), records);
  await lease.assertHeld();
  const result = await activities.storePage({
    athleteId,
    summaries: page.summaries,
    unusable: page.unusable,
    source: 'list',
    ...(isReconcile && reconcile && { listedAt: reconcile.startedAt }),
    known: coverage.spans,
    fetchedAt: page.requestedAt,
    epoch: lease.epoch,
  });
  const isEveryRecordNew = result.added > 0 && result.changed + result.unchanged === 0;
  return {
    requestedAt: page.requestedAt,
    ids: page.ids,
    outcome: pageOutcome(page, isEveryRecordNew),
    result,
  };
}

/**
 * Reads the list again now and then, and finds what it misses. Missing activities are only marked here:
 * each is fetched by itself, and Strava's own 404 removes it.
 */
import type { Logger } from 'pino';
import { commandLine } from '../domain/invocation.ts';
import type { ListReading } from '../domain/sync/deletion.ts';
import { isAsWide, rejectDeletions } from '../domain/sync/deletion.ts';
import type { PageOutcome, Span } from '../domain/sync/list-coverage.ts';
import { afterPage, nextListRequest, nothingCovered } from '../domain/sync/list-coverage.ts';
import type { ReconcileKind, ReconcileSettings } from '../domain/sync/reconcile.ts';
import { afterReconcile, dueReconcile, reconcileSince } from '../domain/sync/reconcile.ts';
import type { AthleteSyncState } from './athletes/athlete-sync-state.ts';
import { isListComplete, goalOf } from './athletes/athlete-sync-state.ts';
import type { AthleteStore, Reconcile } from './ports/athletes.ts';
import type { DeletionStore, SeenSpan } from './ports/deletions.ts';

export interface ReconcileDeps {
  readonly athletes: AthleteStore;
  readonly deletions: DeletionStore;
  readonly reconcile: ReconcileSettings;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Begins the reconcile that is due, if the whole list was read once; that first reading counts as one. */
export async function beginReconcile(
  deps: ReconcileDeps,
  athlete: AthleteSyncState,
): Promise<void> {
  const { scope, athleteId, lease } = athlete;
  if (scope.kind !== 'default' || athlete.reconcile !== undefined || !isListComplete(athlete))
    return;
  const nowMs = deps.nowMs();
  if (athlete.reconciledAt.full === undefined) {
    const at = new Date(nowMs);
    athlete.reconciledAt = { full: at, recent: at };
    const end = { epoch: lease.epoch, reconciledAt: athlete.reconciledAt };
    await deps.athletes.saveReconcile(athleteId, undefined, end);
    return;
  }
  const kind = dueReconcile(athlete.reconciledAt, nowMs, deps.reconcile);
  if (kind !== undefined) athlete.reconcile = newReconcile(deps, kind, scope.since);
}

/** A reconcile that has read nothing yet. */
export function newReconcile(
  { nowMs, reconcile }: Pick<ReconcileDeps, 'nowMs' | 'reconcile'>,
  kind: ReconcileKind,
  defaultSince: Date | undefined,
): Reconcile {
  const startedAt = new Date(nowMs());
  const since = reconcileSince(kind, startedAt.getTime(), reconcile, defaultSince);
  return { kind, startedAt, coverage: nothingCovered, ...(since && { since }) };
}

/** Whether the page of a poll can be a reconcile's first. */
export function isReconcileBeginning({ reconcile }: AthleteSyncState): boolean {
  if (reconcile === undefined) return false;
  const { spans, cursor } = reconcile.coverage;
  return spans.length === 0 && cursor === undefined;
}

/** Moves the reconcile on by a page that is stored, and ends it where its period is read. */
export async function advanceReconcile(
  deps: ReconcileDeps,
  athlete: AthleteSyncState,
  page: PageOutcome,
): Promise<void> {
  const { reconcile, athleteId, lease } = athlete;
  if (reconcile === undefined) return;
  const goal = goalOf(reconcile);
  const coverage = afterPage(reconcile.coverage, page, goal);
  const advanced = { ...reconcile, coverage };
  if (nextListRequest(coverage, goal) === undefined) {
    await endReconcile(deps, athlete, advanced);
    return;
  }
  athlete.reconcile = advanced;
  await deps.athletes.saveReconcile(athleteId, advanced, { epoch: lease.epoch });
}

async function endReconcile(
  deps: ReconcileDeps,
  athlete: AthleteSyncState,
  reconcile: Reconcile,
): Promise<void> {
  const { athleteId, lease } = athlete;
  const { kind, startedAt } = reconcile;
  const [covered] = reconcile.coverage.spans;
  if (covered !== undefined) {
    await handleMissing(deps, athlete, kind, {
      athleteId,
      ...boundsOf(covered, startedAt),
      listedSince: startedAt,
      storedBefore: startedAt,
    });
  }
  athlete.reconcile = undefined;
  athlete.reconciledAt = afterReconcile(athlete.reconciledAt, kind, startedAt);
  const end = { epoch: lease.epoch, reconciledAt: athlete.reconciledAt };
  await deps.athletes.saveReconcile(athleteId, undefined, end);
}

function boundsOf({ fromS, toS }: Span, notAfter: Date): { from: Date; to: Date } {
  const toMs = Math.min(toS * 1_000, notAfter.getTime());
  return { from: new Date(fromS * 1_000), to: new Date(toMs) };
}

/** The newest page, seen at one instant, shows what is missing above its oldest start. */
export async function findMissingOnPage(
  deps: ReconcileDeps,
  athlete: AthleteSyncState,
  page: PageOutcome,
  seenIds: readonly number[],
): Promise<void> {
  if (page.startsS.length === 0) return;
  const requestedAt = new Date(page.requestedAtS * 1_000);
  const from = new Date((Math.min(...page.startsS) + 1) * 1_000);
  if (from >= requestedAt) return;
  await handleMissing(deps, athlete, 'page', {
    athleteId: athlete.athleteId,
    from,
    to: requestedAt,
    seenIds,
    storedBefore: requestedAt,
  });
}

/**
 * Marks what a span misses, unless so much is missing that the list cannot be trusted. What a wider
 * reading rejected as too much is not removed piece by piece by a narrower one.
 */
async function handleMissing(
  deps: ReconcileDeps,
  athlete: AthleteSyncState,
  kind: ListReading,
  span: SeenSpan,
): Promise<void> {
  const activityIds = await deps.deletions.missingIn(span);
  const { athleteId, lease, rejectedDeletions: current } = athlete;
  const wider = current && !isAsWide(kind, current.kind) ? current : undefined;
  if (activityIds.length > 0) {
    const view = await deps.deletions.deletionView(athleteId);
    const missing = Math.max(activityIds.length + view.missing, wider?.missing ?? 0);
    const reason = rejectDeletions({ ...view, missing });
    const since = new Date(deps.nowMs());
    if (reason !== undefined) {
      const rejected = { kind, reason, missing, stored: view.stored, at: since };
      if (wider === undefined) await saveRejected(deps, athlete, rejected);
      return;
    }
    await deps.deletions.markMissing({ athleteId, activityIds, since, epoch: lease.epoch });
    athlete.tasks = undefined;
  }
  if (current !== undefined && wider === undefined) await saveRejected(deps, athlete, undefined);
}

async function saveRejected(
  { athletes, log }: ReconcileDeps,
  athlete: AthleteSyncState,
  rejected: AthleteSyncState['rejectedDeletions'],
): Promise<void> {
  const { athleteId, lease } = athlete;
  if (rejected !== undefined && athlete.rejectedDeletions?.missing !== rejected.missing) {
    log.warn(
      { athlete: athleteId, reason: rejected.reason },
      `${rejected.missing} of ${rejected.stored} activities are missing from Strava's list; none is removed. Look at: ${commandLine('status')}`,
    );
  }
  athlete.rejectedDeletions = rejected;
  await athletes.saveRejectedDeletions(athleteId, rejected, lease.epoch);
}

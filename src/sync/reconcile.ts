/**
 * Reads the list again now and then, and finds what it misses. What is missing is only marked here:
 * each is asked for by itself, and Strava's own 404 removes it.
 */
import type { Logger } from 'pino';
import type { ListReading } from '../domain/sync/deletion.ts';
import { isAsWide, rejectDeletions } from '../domain/sync/deletion.ts';
import type { PageOutcome, Span } from '../domain/sync/list-coverage.ts';
import { afterPage, nextListRequest, nothingCovered } from '../domain/sync/list-coverage.ts';
import type { ReconcileKind, ReconcileSettings } from '../domain/sync/reconcile.ts';
import { afterReconcile, dueReconcile, reconcileSince } from '../domain/sync/reconcile.ts';
import type { AthleteSyncState } from './athlete-sync-state.ts';
import { isListComplete, reconcileGoal } from './athlete-sync-state.ts';
import type { AthleteStore, Reconcile } from './ports/ports.ts';
import type { TaskStore, SeenSpan } from './ports/task-ports.ts';

export interface ReconcileDeps {
  readonly athletes: AthleteStore;
  readonly reads: TaskStore;
  readonly reconcile: ReconcileSettings;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Begins the reconcile that is due, if the whole list was read once; that first walk counts as one. */
export async function beginReconcile(deps: ReconcileDeps, work: AthleteSyncState): Promise<void> {
  const { scope, athleteId, lease } = work;
  if (scope.kind !== 'default' || work.reconcile !== undefined || !isListComplete(work)) return;
  const nowMs = deps.nowMs();
  if (work.reconciledAt.full === undefined) {
    const at = new Date(nowMs);
    work.reconciledAt = { full: at, recent: at };
    const end = { epoch: lease.epoch, reconciledAt: work.reconciledAt };
    await deps.athletes.saveReconcile(athleteId, undefined, end);
    return;
  }
  const kind = dueReconcile(work.reconciledAt, nowMs, deps.reconcile);
  if (kind !== undefined) work.reconcile = newReconcile(deps, kind, scope.since);
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

/** Whether a look's page can be a reconcile's first. */
export function isReconcileBeginning({ reconcile }: AthleteSyncState): boolean {
  if (reconcile === undefined) return false;
  const { spans, cursor } = reconcile.coverage;
  return spans.length === 0 && cursor === undefined;
}

/** Moves the reconcile on by a page that is stored, and ends it where its period is read. */
export async function advanceReconcile(
  deps: ReconcileDeps,
  work: AthleteSyncState,
  page: PageOutcome,
): Promise<void> {
  const { reconcile, athleteId, lease } = work;
  if (reconcile === undefined) return;
  const goal = reconcileGoal(reconcile);
  const coverage = afterPage(reconcile.coverage, page, goal);
  const advanced = { ...reconcile, coverage };
  if (nextListRequest(coverage, goal) === undefined) {
    await endReconcile(deps, work, advanced);
    return;
  }
  work.reconcile = advanced;
  await deps.athletes.saveReconcile(athleteId, advanced, { epoch: lease.epoch });
}

async function endReconcile(
  deps: ReconcileDeps,
  work: AthleteSyncState,
  reconcile: Reconcile,
): Promise<void> {
  const { athleteId, lease } = work;
  const { kind, startedAt } = reconcile;
  const [covered] = reconcile.coverage.spans;
  if (covered !== undefined) {
    await handleMissing(deps, work, kind, {
      athleteId,
      ...boundsOf(covered, startedAt),
      listedSince: startedAt,
      storedBefore: startedAt,
    });
  }
  work.reconcile = undefined;
  work.reconciledAt = afterReconcile(work.reconciledAt, kind, startedAt);
  const end = { epoch: lease.epoch, reconciledAt: work.reconciledAt };
  await deps.athletes.saveReconcile(athleteId, undefined, end);
}

function boundsOf({ fromS, toS }: Span, notAfter: Date): { from: Date; to: Date } {
  const toMs = Math.min(toS * 1_000, notAfter.getTime());
  return { from: new Date(fromS * 1_000), to: new Date(toMs) };
}

/** The newest page, seen at one instant, shows what is missing above its oldest start. */
export async function findMissingOnPage(
  deps: ReconcileDeps,
  work: AthleteSyncState,
  page: PageOutcome & { readonly ids: readonly number[] },
): Promise<void> {
  if (page.startsS.length === 0) return;
  const requestedAt = new Date(page.requestedAtS * 1_000);
  const from = new Date((Math.min(...page.startsS) + 1) * 1_000);
  if (from >= requestedAt) return;
  await handleMissing(deps, work, 'page', {
    athleteId: work.athleteId,
    from,
    to: requestedAt,
    seenIds: page.ids,
    storedBefore: requestedAt,
  });
}

/**
 * Marks what a span misses, unless so much is missing that the list is not to be believed. What a wider
 * reading found too much is not taken away in pieces by a narrower one.
 */
async function handleMissing(
  deps: ReconcileDeps,
  work: AthleteSyncState,
  kind: ListReading,
  span: SeenSpan,
): Promise<void> {
  const activityIds = await deps.reads.missingIn(span);
  const { athleteId, lease, rejectedDeletions: current } = work;
  const wider = current && !isAsWide(kind, current.kind) ? current : undefined;
  if (activityIds.length > 0) {
    const view = await deps.reads.deletionView(athleteId);
    const missing = Math.max(activityIds.length + view.missing, wider?.missing ?? 0);
    const reason = rejectDeletions({ ...view, missing });
    const since = new Date(deps.nowMs());
    if (reason !== undefined) {
      const rejected = { kind, reason, missing, stored: view.stored, at: since };
      if (wider === undefined) await saveRejected(deps, work, rejected);
      return;
    }
    await deps.reads.markMissing({ athleteId, activityIds, since, epoch: lease.epoch });
    work.reads = undefined;
  }
  if (current !== undefined && wider === undefined) await saveRejected(deps, work, undefined);
}

async function saveRejected(
  { athletes, log }: ReconcileDeps,
  work: AthleteSyncState,
  rejected: AthleteSyncState['rejectedDeletions'],
): Promise<void> {
  const { athleteId, lease } = work;
  if (rejected !== undefined && work.rejectedDeletions?.missing !== rejected.missing) {
    log.warn(
      { athlete: athleteId, reason: rejected.reason },
      `${rejected.missing} of ${rejected.stored} activities are missing from Strava's list; none is removed. Look at: npm run status`,
    );
  }
  work.rejectedDeletions = rejected;
  await athletes.saveRejectedDeletions(athleteId, rejected, lease.epoch);
}

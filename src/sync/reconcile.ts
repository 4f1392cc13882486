/**
 * Reads the list again now and then, and finds what it misses. What is missing is only marked here:
 * each is asked for by itself, and Strava's own 404 removes it.
 */
import type { Logger } from 'pino';
import type { ListReading } from '../domain/sync/deletion.ts';
import { isAsWide, refuseDeletions } from '../domain/sync/deletion.ts';
import type { PageOutcome, Span } from '../domain/sync/list-coverage.ts';
import { afterPage, nextListRequest, nothingListed } from '../domain/sync/list-coverage.ts';
import type { ReconcileKind, ReconcileSettings } from '../domain/sync/reconcile.ts';
import { afterReconcile, dueReconcile, reconcileSince } from '../domain/sync/reconcile.ts';
import type { AthleteWork } from './athlete-sync-state.ts';
import { isListComplete, reconcileGoal } from './athlete-sync-state.ts';
import type { AthleteStore, Reconcile } from './ports/ports.ts';
import type { ReadStore, SeenSpan } from './ports/task-ports.ts';

export interface ReconcileDeps {
  readonly athletes: AthleteStore;
  readonly reads: ReadStore;
  readonly reconcile: ReconcileSettings;
  readonly nowMs: () => number;
  readonly log: Logger;
}

/** Begins the reconcile that is due, if the whole list was read once; that first walk counts as one. */
export async function beginReconcile(deps: ReconcileDeps, work: AthleteWork): Promise<void> {
  const { scope, athleteId, lease } = work;
  if (scope.kind !== 'standing' || work.reconcile !== undefined || !isListComplete(work)) return;
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
  standingSince: Date | undefined,
): Reconcile {
  const startedAt = new Date(nowMs());
  const since = reconcileSince(kind, startedAt.getTime(), reconcile, standingSince);
  return { kind, startedAt, listing: nothingListed, ...(since && { since }) };
}

/** Whether a look's page can be a reconcile's first. */
export function isReconcileBeginning({ reconcile }: AthleteWork): boolean {
  if (reconcile === undefined) return false;
  const { spans, cursor } = reconcile.listing;
  return spans.length === 0 && cursor === undefined;
}

/** Moves the reconcile on by a page that is stored, and ends it where its period is read. */
export async function advanceReconcile(
  deps: ReconcileDeps,
  work: AthleteWork,
  page: PageOutcome,
): Promise<void> {
  const { reconcile, athleteId, lease } = work;
  if (reconcile === undefined) return;
  const goal = reconcileGoal(reconcile);
  const listing = afterPage(reconcile.listing, page, goal);
  const advanced = { ...reconcile, listing };
  if (nextListRequest(listing, goal) === undefined) {
    await endReconcile(deps, work, advanced);
    return;
  }
  work.reconcile = advanced;
  await deps.athletes.saveReconcile(athleteId, advanced, { epoch: lease.epoch });
}

async function endReconcile(
  deps: ReconcileDeps,
  work: AthleteWork,
  reconcile: Reconcile,
): Promise<void> {
  const { athleteId, lease } = work;
  const { kind, startedAt } = reconcile;
  const [covered] = reconcile.listing.spans;
  if (covered !== undefined) {
    await judgeMissing(deps, work, kind, {
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
  work: AthleteWork,
  page: PageOutcome & { readonly ids: readonly number[] },
): Promise<void> {
  if (page.startsS.length === 0) return;
  const requestedAt = new Date(page.requestedAtS * 1_000);
  const from = new Date((Math.min(...page.startsS) + 1) * 1_000);
  if (from >= requestedAt) return;
  await judgeMissing(deps, work, 'page', {
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
async function judgeMissing(
  deps: ReconcileDeps,
  work: AthleteWork,
  kind: ListReading,
  span: SeenSpan,
): Promise<void> {
  const activityIds = await deps.reads.missingIn(span);
  const { athleteId, lease, refusedDeletions: standing } = work;
  const wider = standing && !isAsWide(kind, standing.kind) ? standing : undefined;
  if (activityIds.length > 0) {
    const view = await deps.reads.deletionView(athleteId);
    const missing = Math.max(activityIds.length + view.missing, wider?.missing ?? 0);
    const reason = refuseDeletions({ ...view, missing });
    const since = new Date(deps.nowMs());
    if (reason !== undefined) {
      const refused = { kind, reason, missing, stored: view.stored, at: since };
      if (wider === undefined) await saveRefused(deps, work, refused);
      return;
    }
    await deps.reads.markMissing({ athleteId, activityIds, since, epoch: lease.epoch });
    work.reads = undefined;
  }
  if (standing !== undefined && wider === undefined) await saveRefused(deps, work, undefined);
}

async function saveRefused(
  { athletes, log }: ReconcileDeps,
  work: AthleteWork,
  refused: AthleteWork['refusedDeletions'],
): Promise<void> {
  const { athleteId, lease } = work;
  if (refused !== undefined && work.refusedDeletions?.missing !== refused.missing) {
    log.warn(
      { athlete: athleteId, reason: refused.reason },
      `${refused.missing} of ${refused.stored} activities are missing from Strava's list; none is removed. Look at: npm run status`,
    );
  }
  work.refusedDeletions = refused;
  await athletes.saveRefusedDeletions(athleteId, refused, lease.epoch);
}

/**
 * When the list is read again, and how far: edits, late uploads and deletions fire nothing that can be
 * relied on. Pure.
 */

/** The last weeks, or everything that the sync reaches back to. */
export type ReconcileKind = 'recent' | 'full';

/** How often, and how far back; all in milliseconds. */
export interface ReconcileSettings {
  readonly recentIntervalMs: number;
  readonly recentPeriodMs: number;
  readonly fullIntervalMs: number;
}

/** When each kind began last; the first walk over the whole list counts as both. */
export type ReconciledAt = Readonly<Partial<Record<ReconcileKind, Date>>>;

/** The reconcile that is due, the wider one first. */
export function dueReconcile(
  { recent, full }: ReconciledAt,
  nowMs: number,
  settings: ReconcileSettings,
): ReconcileKind | undefined {
  const isOver = (at: Date | undefined, intervalMs: number): boolean =>
    at !== undefined && nowMs - at.getTime() >= intervalMs;
  if (isOver(full, settings.fullIntervalMs)) return 'full';
  return isOver(recent, settings.recentIntervalMs) ? 'recent' : undefined;
}

/** The first instant that a reconcile covers; undefined for the beginning. */
export function reconcileSince(
  kind: ReconcileKind,
  nowMs: number,
  { recentPeriodMs }: ReconcileSettings,
  defaultSince: Date | undefined,
): Date | undefined {
  if (kind === 'full') return defaultSince;
  const recentMs = nowMs - recentPeriodMs;
  return new Date(Math.max(recentMs, defaultSince?.getTime() ?? recentMs));
}

/** A full one is a recent one too. */
export function afterReconcile(
  before: ReconciledAt,
  kind: ReconcileKind,
  startedAt: Date,
): ReconciledAt {
  return kind === 'full'
    ? { full: startedAt, recent: startedAt }
    : { ...before, recent: startedAt };
}

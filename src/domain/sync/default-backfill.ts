/**
 * How far back the default backfill goes.
 */
import { dayMs } from '../duration.ts';
import { parseSince } from './period.ts';

/** The settings that decide it. */
export interface DefaultBackfillSettings {
  /** A text for `parseSince`, from SYNC_SINCE. */
  readonly sync: { readonly since?: string };
  readonly retentionDays: number | undefined;
}

/**
 * The first instant that the default backfill fetches. RETENTION_DAYS limits it too: what is older
 * would soon be removed again. Undefined for the whole history.
 */
export function defaultBackfillSince(
  { sync, retentionDays }: DefaultBackfillSettings,
  nowMs: number,
): Date | undefined {
  const since = sync.since === undefined ? undefined : parseSince(sync.since, nowMs);
  if (retentionDays === undefined) return since;
  const retainedMs = nowMs - retentionDays * dayMs;
  return new Date(Math.max(retainedMs, since?.getTime() ?? retainedMs));
}

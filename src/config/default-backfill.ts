/**
 * How far back the standing backfill goes, by the settings.
 */
import { dayMs } from '../domain/duration.ts';
import { parseSince } from '../domain/sync/period.ts';
import type { Config } from './config.ts';

/**
 * The first instant that is kept: by SYNC_SINCE, and by RETENTION_DAYS, for it makes no sense to fetch
 * what would have to be removed again soon. Undefined for the whole history.
 */
export function defaultBackfillSince(
  { sync, retentionDays }: Pick<Config, 'sync' | 'retentionDays'>,
  nowMs: number,
): Date | undefined {
  const since = sync.since === undefined ? undefined : parseSince(sync.since, nowMs);
  if (retentionDays === undefined) return since;
  const retainedMs = nowMs - retentionDays * dayMs;
  return new Date(Math.max(retainedMs, since?.getTime() ?? retainedMs));
}

/**
 * The options of `sync`, checked before anything connects.
 */
import { nothingCovered } from '../../domain/sync/list-coverage.ts';
import { parseSince, parseUntil, periodExamples } from '../../domain/sync/period.ts';
import { dayMs as oneDayMs } from '../../domain/duration.ts';
import { UsageError } from '../../errors.ts';
import type { Program } from '../../program.ts';
import type { BackfillRequest } from '../../sync/ports/athletes.ts';

export interface SyncOptions {
  readonly since?: string;
  readonly until?: string;
  readonly athlete?: string;
  readonly activity?: string;
  /** False with `--no-wait`. */
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly retryParked: boolean;
  readonly json: boolean;
}

/** The athlete's id, if one is named. @throws UsageError */
export function athleteOf({ athlete }: Pick<SyncOptions, 'athlete'>): number | undefined {
  if (athlete === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(athlete)) return Number(athlete);
  throw new UsageError(
    `--athlete takes a Strava athlete's id, for example 1001; not "${athlete}".`,
  );
}

/** The id of the activity to fetch again, if one is named. @throws UsageError */
export function activityOf(options: SyncOptions): number | undefined {
  const { activity, since, until, dryRun, retryParked } = options;
  if (activity === undefined) return undefined;
  if (!/^[1-9]\d{0,14}$/.test(activity))
    throw new UsageError(`--activity takes a Strava activity's id, for example 19000000001.`);
  if (since !== undefined || until !== undefined || dryRun || retryParked)
    throw new UsageError(
      '--activity fetches one activity: leave --since, --until, --dry-run and --retry-parked out.',
    );
  return Number(activity);
}

/** The period to backfill, if one is named. @throws UsageError */
export function backfillOf(
  { clock, config }: Program,
  { since, until }: SyncOptions,
): BackfillRequest | undefined {
  if (since === undefined && until === undefined) return undefined;
  const nowMs = clock.nowMs();
  const { since: sinceAt, until: untilAt } = periodOf(
    { since: since ?? config.sync.since, until },
    nowMs,
    since === undefined ? 'SYNC_SINCE' : '--since',
  );
  const from = sinceAt ?? new Date(0);
  return {
    id: `${from.toISOString()}/${untilAt?.toISOString() ?? ''}`,
    since: from,
    ...(untilAt && { until: untilAt }),
    requestedAt: new Date(nowMs),
    coverage: nothingCovered,
  };
}

/**
 * The first and the last instant that the options name, the last not before the first or before 1970.
 * `sinceName` is what messages call the source of `since`.
 * @throws UsageError
 */
export function periodOf(
  { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined },
  nowMs: number,
  sinceName: '--since' | 'SYNC_SINCE' = '--since',
): { readonly since?: Date; readonly until?: Date } {
  // In whole days, so that the same options mean the same request for a day and continue it.
  const dayMs = Math.floor(nowMs / oneDayMs) * oneDayMs;
  const sinceAt = readBound(sinceName, since, (text) => parseSince(text, dayMs));
  const untilAt = readBound('--until', until, (text) => parseUntil(text, dayMs + oneDayMs - 1));
  if (untilAt && untilAt.getTime() < 0)
    throw new UsageError('--until lies before 1970. Name a later date, for example 2019.');
  if (sinceAt && untilAt && untilAt < sinceAt)
    throw new UsageError(`--until lies before ${sinceName}. Name an earlier --since.`);
  return { ...(sinceAt && { since: sinceAt }), ...(untilAt && { until: untilAt }) };
}

function readBound(
  name: string,
  text: string | undefined,
  parse: (text: string) => Date | undefined,
): Date | undefined {
  if (text === undefined) return undefined;
  const at = parse(text);
  if (at) return at;
  throw new UsageError(`${name} takes ${periodExamples}; not "${text}".`);
}

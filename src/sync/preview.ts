/**
 * The dry run: reads the list as the job would and stores nothing of it, to say what there would be
 * to do.
 */
import { afterPoll, afterPage, nextListRequest, pageSize } from '../domain/sync/list-coverage.ts';
import type { Goal, ListCoverage, ListRequest, PageOutcome } from '../domain/sync/list-coverage.ts';
import { noReserve } from '../domain/rate-limit/quota.ts';
import type { ActivitySummary } from '../domain/activity/activity.ts';
import type {
  ActivitySource,
  ActivityStore,
  AthleteStore,
  TimeRange,
  BackfillRequest,
} from './ports/ports.ts';
import { backfillRange, backfillGoal } from './athlete-sync-state.ts';
import type { RetryDeps } from './retry.ts';
import { retryTransient } from './retry.ts';

export interface PreviewDeps extends RetryDeps {
  readonly source: ActivitySource;
  readonly activities: ActivityStore;
  readonly athletes: AthleteStore;
  readonly shouldFetchStreams: boolean;
}

/** What a run would have to do for one athlete. */
export interface Preview {
  readonly athleteId: number;
  /** Activities that the list showed, and how many of them are not stored. */
  readonly listed: number;
  readonly unknown: number;
  /** Streams still to be fetched: of unknown activities, and of stored ones. */
  readonly streams: number;
  /** Requests that the preview itself made. */
  readonly listRequests: number;
}

/** What is kept of each record: never the record itself. */
type Seen = Pick<ActivitySummary, 'id' | 'startAt' | 'isManual'>;

/** Reads the list for a wish, or for the standing backfill. */
export async function previewAthlete(
  deps: PreviewDeps,
  athleteId: number,
  target: BackfillRequest | { readonly since?: Date },
): Promise<Preview> {
  const isBackfill = 'coverage' in target;
  const { coverage: known } = await deps.athletes.load(athleteId);
  const goal: Goal = isBackfill
    ? backfillGoal(target)
    : { sinceS: Math.floor((target.since?.getTime() ?? 0) / 1_000) };
  let coverage: ListCoverage = isBackfill ? target.coverage : known;
  const seen = new Map<number, Seen>();
  let listRequests = 0;
  let request: ListRequest | undefined = isBackfill ? nextListRequest(coverage, goal) : { page: 1 };
  while (request !== undefined && !deps.signal.aborted) {
    const isPoll = !isBackfill && listRequests === 0;
    const outcome = await readPage(deps, athleteId, request, seen);
    listRequests += 1;
    coverage = isPoll ? afterPoll(coverage, outcome, goal) : afterPage(coverage, outcome, goal);
    request = nextListRequest(coverage, goal);
  }
  const range: TimeRange = isBackfill
    ? backfillRange(target)
    : target.since
      ? { from: target.since }
      : {};
  return { athleteId, listRequests, ...(await count(deps, { athleteId, seen, range })) };
}

async function count(
  { activities, shouldFetchStreams }: PreviewDeps,
  {
    athleteId,
    seen,
    range,
  }: { athleteId: number; seen: ReadonlyMap<number, Seen>; range: TimeRange },
): Promise<Pick<Preview, 'listed' | 'unknown' | 'streams'>> {
  const inRange = [...seen.values()].filter(({ startAt }) => isWithin(startAt, range));
  const unknown = await activities.unknownIds(inRange.map(({ id }) => id));
  const figures = { listed: inRange.length, unknown: unknown.size };
  if (!shouldFetchStreams) return { ...figures, streams: 0 };
  const withStreams = inRange.filter(({ id, isManual }) => unknown.has(id) && !isManual).length;
  const pending = await activities.countPending(athleteId, range);
  return { ...figures, streams: withStreams + pending };
}

function isWithin(at: Date, { from, to }: TimeRange): boolean {
  return (from === undefined || at >= from) && (to === undefined || at < to);
}

async function readPage(
  deps: PreviewDeps,
  athleteId: number,
  request: ListRequest,
  seen: Map<number, Seen>,
): Promise<PageOutcome> {
  const requestedAtS = Math.floor(deps.nowMs() / 1_000);
  const records = await retryTransient(deps, () =>
    deps.source.listPage(athleteId, request, { reserve: noReserve, signal: deps.signal }),
  );
  const summaries = records.flatMap((record) => (record.isUsable ? [record.summary] : []));
  const unknown = await deps.activities.unknownIds(summaries.map(({ id }) => id));
  const isNew = ({ id }: ActivitySummary): boolean => unknown.has(id) && !seen.has(id);
  const isEveryRecordNew = summaries.length > 0 && summaries.every(isNew);
  for (const { id, startAt, isManual } of summaries) seen.set(id, { id, startAt, isManual });
  return {
    request,
    requestedAtS,
    startsS: summaries.map(({ startAt }) => Math.floor(startAt.getTime() / 1_000)),
    count: records.length,
    isFull: records.length >= pageSize,
    isEveryRecordNew,
  };
}

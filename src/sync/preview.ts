/**
 * The dry run: reads the list as the job would and stores nothing of it, to say what there would be
 * to do.
 */
import type { ActivitySummary } from '../domain/activity/activity.ts';
import { isSportChosen } from '../domain/activity/sports.ts';
import { noReserve } from '../domain/rate-limit/quota.ts';
import type { ListCoverage, ListRequest, PageOutcome } from '../domain/sync/list-coverage.ts';
import { afterPoll, afterPolledPage, nextListRequest } from '../domain/sync/list-coverage.ts';
import { backfillRange, goalOf } from './athletes/athlete-sync-state.ts';
import { listedPage, pageOutcome } from './listed-page.ts';
import type { ActivityStore, TimeRange } from './ports/activities.ts';
import type { AthleteStore, BackfillRequest } from './ports/athletes.ts';
import type { StravaSource } from './ports/source.ts';
import type { RetryDeps } from './retry.ts';
import { retryTransient } from './retry.ts';

export interface PreviewDeps extends RetryDeps {
  readonly source: StravaSource;
  readonly activities: ActivityStore;
  readonly athletes: AthleteStore;
  readonly shouldFetchStreams: boolean;
  /** Undefined: as each athlete answered. */
  readonly shouldFetchDetails: boolean | undefined;
  /** Whose streams and details are wanted; all where it is empty or absent. */
  readonly sports?: readonly string[];
}

/** What a run would have to do for one athlete. */
export interface Preview {
  readonly athleteId: number;
  /** Activities that the list showed, and how many of them are not stored. */
  readonly listed: number;
  readonly unknown: number;
  /** Streams still to be fetched: of unknown activities, and of stored ones. */
  readonly streams: number;
  /** Details still to be fetched, of the same. */
  readonly details: number;
  /** Requests that the preview itself made. */
  readonly listRequests: number;
}

/** By id, what is kept of each record: never the record itself. */
type Seen = Map<
  number,
  Pick<ActivitySummary, 'id' | 'startAt' | 'isManual'> & { readonly sport: unknown }
>;

/** Reads the list for a backfill request, or for the default backfill. */
export async function previewAthlete(
  deps: PreviewDeps,
  athleteId: number,
  target: BackfillRequest | { readonly since?: Date },
): Promise<Preview> {
  const isBackfill = 'coverage' in target;
  const { coverage: known, wantsDetails = false } = await deps.athletes.load(athleteId);
  const goal = goalOf(target);
  let coverage: ListCoverage = isBackfill ? target.coverage : known;
  const seen: Seen = new Map();
  let listRequests = 0;
  let request: ListRequest | undefined = isBackfill ? nextListRequest(coverage, goal) : { page: 1 };
  while (request !== undefined && !deps.signal.aborted) {
    const isPoll = !isBackfill && listRequests === 0;
    const outcome = await readPage(deps, athleteId, request, seen);
    listRequests += 1;
    coverage = (isPoll ? afterPoll : afterPolledPage)(coverage, outcome, goal);
    request = nextListRequest(coverage, goal);
  }
  const range: TimeRange = isBackfill
    ? backfillRange(target)
    : target.since
      ? { from: target.since }
      : {};
  const kept = { ...deps, shouldFetchDetails: deps.shouldFetchDetails ?? wantsDetails };
  return { athleteId, listRequests, ...(await count(kept, { athleteId, seen, range })) };
}

async function count(
  { activities, shouldFetchStreams, shouldFetchDetails, sports = [] }: PreviewDeps,
  { athleteId, seen, range }: { athleteId: number; seen: Seen; range: TimeRange },
): Promise<Pick<Preview, 'listed' | 'unknown' | 'streams' | 'details'>> {
  const inRange = [...seen.values()].filter(({ startAt }) => isWithin(startAt, range));
  const unknown = await activities.unknownIds(inRange.map(({ id }) => id));
  const wanted = inRange.filter(({ id, sport }) => unknown.has(id) && isSportChosen(sports, sport));
  const recorded = wanted.filter(({ isManual }) => !isManual);
  return {
    ...{ listed: inRange.length, unknown: unknown.size },
    streams: shouldFetchStreams
      ? recorded.length + (await activities.countPending(athleteId, range))
      : 0,
    details:
      shouldFetchDetails === true
        ? wanted.length + (await activities.countPendingDetails(athleteId, range))
        : 0,
  };
}

function isWithin(at: Date, { from, to }: TimeRange): boolean {
  return (from === undefined || at >= from) && (to === undefined || at < to);
}

async function readPage(
  deps: PreviewDeps,
  athleteId: number,
  request: ListRequest,
  seen: Seen,
): Promise<PageOutcome> {
  const requestedAt = new Date(deps.nowMs());
  const records = await retryTransient(deps, () =>
    deps.source.listPage(athleteId, request, { reserve: noReserve, signal: deps.signal }),
  );
  const page = listedPage(request, requestedAt, records);
  const { summaries } = page;
  const unknown = await deps.activities.unknownIds(summaries.map(({ id }) => id));
  const isNew = ({ id }: ActivitySummary): boolean => unknown.has(id) && !seen.has(id);
  const isEveryRecordNew = summaries.length > 0 && summaries.every(isNew);
  for (const { id, startAt, isManual, record } of summaries)
    seen.set(id, { id, startAt, isManual, sport: record['sport_type'] });
  return pageOutcome(page, isEveryRecordNew);
}

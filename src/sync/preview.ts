/**
 * The dry run: reads the list as the job would and stores nothing of it, to say what there would be
 * to do.
 */
import { afterLook, afterPage, nextListRequest, pageSize } from '../domain/sync/list-coverage.ts';
import type { Goal, Listing, ListRequest, PageOutcome } from '../domain/sync/list-coverage.ts';
import { noReserve } from '../domain/rate-limit/quota.ts';
import type { ActivitySummary } from '../domain/activity/activity.ts';
import type {
  ActivitySource,
  ActivityStore,
  AthleteStore,
  TimeRange,
  Wish,
} from './ports/ports.ts';
import { rangeOfWish, wishGoal } from './athlete-sync-state.ts';
import type { PatienceDeps } from './retry.ts';
import { patiently } from './retry.ts';

export interface PreviewDeps extends PatienceDeps {
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
  target: Wish | { readonly since?: Date },
): Promise<Preview> {
  const isWish = 'listing' in target;
  const { listing: known } = await deps.athletes.load(athleteId);
  const goal: Goal = isWish
    ? wishGoal(target)
    : { sinceS: Math.floor((target.since?.getTime() ?? 0) / 1_000) };
  let listing: Listing = isWish ? target.listing : known;
  const seen = new Map<number, Seen>();
  let listRequests = 0;
  let request: ListRequest | undefined = isWish ? nextListRequest(listing, goal) : { page: 1 };
  while (request !== undefined && !deps.signal.aborted) {
    const isLook = !isWish && listRequests === 0;
    const outcome = await readPage(deps, athleteId, request, seen);
    listRequests += 1;
    listing = isLook ? afterLook(listing, outcome, goal) : afterPage(listing, outcome, goal);
    request = nextListRequest(listing, goal);
  }
  const range: TimeRange = isWish
    ? rangeOfWish(target)
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
  const records = await patiently(deps, () =>
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

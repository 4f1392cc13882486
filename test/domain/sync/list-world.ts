/**
 * A small world to try the pagination of a list in: an athlete's list that grows and shrinks between the
 * requests, served page by page as Strava serves it. Deterministic from a seed.
 */
import type {
  Goal,
  ListCoverage,
  ListRequest,
  PageOutcome,
} from '../../../src/domain/sync/list-coverage.ts';
import {
  afterPage,
  afterPoll,
  afterPolledPage,
  isLeftToPoll,
  nextListRequest,
  nothingCovered,
} from '../../../src/domain/sync/list-coverage.ts';

export interface Activity {
  readonly id: number;
  readonly startS: number;
  readonly isVisible: boolean;
  readonly isUsable: boolean;
}

export interface ListWorld {
  readonly pageSize: number;
  readonly goal: Goal;
  readonly activities: readonly Activity[];
  /** What happens before each request, for as long as it lasts. */
  readonly steps: readonly ListStep[];
  readonly isShuffled: boolean;
  /** Whether the list is polled again afterwards. */
  readonly isPolled: boolean;
}

/** Between two requests: uploads, deletions (of the n-th activity), a poll, all optional. */
export interface ListStep {
  readonly uploads: readonly Omit<Activity, 'id'>[];
  readonly deletions: readonly number[];
  readonly isPoll: boolean;
}

export interface Pagination {
  readonly requests: number;
  readonly polls: number;
  /** Activities that were there all the time, should have been seen, and were not. */
  readonly missed: readonly Activity[];
  readonly coverage: ListCoverage;
  readonly world: () => { readonly poll: () => ListCoverage };
}

/** The instant of the first request; each later one is a second after. */
export const beginsS = 10_000;

/** Walks until neither a request nor a poll is needed any more, or far too many were made. */
export function paginate(world: ListWorld, start: ListCoverage = nothingCovered): Pagination {
  const { pageSize, goal } = world;
  let activities = showEveryPage(world.activities, pageSize);
  const original = new Set(activities.flatMap(({ id, isVisible }) => (isVisible ? [id] : [])));
  const seen = new Set<number>();
  let nextId = 1_000_000;
  let nowS = beginsS;
  let coverage = start;
  let requests = 0;
  let polls = 0;

  const serve = (request: ListRequest): PageOutcome => {
    const from = (request.page - 1) * pageSize;
    const page = activities
      .filter(({ startS }) => request.beforeS === undefined || startS < request.beforeS)
      .sort((one, other) => other.startS - one.startS || one.id - other.id)
      .slice(from, from + pageSize)
      .filter(({ isVisible }) => isVisible);
    if (world.isShuffled) page.reverse();
    const usable = page.filter(({ isUsable }) => isUsable);
    const isEveryRecordNew = usable.length > 0 && usable.every(({ id }) => !seen.has(id));
    for (const { id } of page) seen.add(id);
    return {
      request,
      requestedAtS: nowS,
      startsS: usable.map(({ startS }) => startS),
      count: page.length,
      isFull: page.length >= pageSize,
      isEveryRecordNew,
    };
  };

  const change = ({ uploads, deletions }: ListStep): void => {
    for (const upload of uploads) {
      const startS = Math.min(nowS, upload.startS);
      activities.push({ ...upload, startS, id: (nextId += 1) });
    }
    for (const place of deletions) activities = activities.filter((_, index) => index !== place);
    activities = showEveryPage(activities, pageSize);
  };

  const poll = (): ListCoverage => {
    coverage = afterPoll(coverage, serve({ page: 1 }), goal);
    return coverage;
  };

  for (;;) {
    const step = world.steps[requests + polls];
    if (step !== undefined) change(step);
    const request = nextListRequest(coverage, goal);
    const isLast = request === undefined;
    const isUnsettled = isLeftToPoll(coverage) && requests + polls < 100;
    if (isLast && !isUnsettled) break;
    nowS += 1;
    // What a process that was interrupted here would find: nothing but the state.
    coverage = structuredClone(coverage);
    if (isLast || (step?.isPoll === true && goal.untilS === undefined)) {
      polls += 1;
      poll();
      continue;
    }
    requests += 1;
    coverage = (world.isPolled ? afterPolledPage : afterPage)(coverage, serve(request), goal);
    if (requests > 5_000) break;
  }

  const isWanted = ({ startS }: Activity): boolean =>
    startS >= goal.sinceS && startS <= (goal.untilS ?? Number.POSITIVE_INFINITY);
  const missed = activities.filter(
    (activity) =>
      original.has(activity.id) &&
      activity.isUsable &&
      isWanted(activity) &&
      !seen.has(activity.id),
  );
  return { requests, polls, missed, coverage, world: () => ({ poll }) };
}

/** Nothing but the end is an empty page: of so many invisible ones in a row, one is shown. */
function showEveryPage(activities: readonly Activity[], pageSize: number): Activity[] {
  let invisible = 0;
  return [...activities]
    .sort((one, other) => other.startS - one.startS || one.id - other.id)
    .map((activity) => {
      invisible = activity.isVisible ? 0 : invisible + 1;
      if (invisible < pageSize) return activity;
      invisible = 0;
      return { ...activity, isVisible: true };
    });
}

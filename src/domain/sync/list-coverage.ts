/**
 * Pagination over an athlete's list: which page to fetch next, and what a page proves. Pure. How far the
 * list is known is a set of spans, never a newest start, so that interrupted pagination leaves no hole.
 * Instants are whole seconds since the epoch, UTC, as `before` takes them.
 *
 * It relies only on this of GET /athlete/activities: `before` bounds the start, pages count from 1,
 * and only an empty page is the end (https://developers.strava.com/docs/reference/).
 */

/** Every activity that started from `fromS` to `toS` (both included) has been listed. */
export interface Span {
  readonly fromS: number;
  readonly toS: number;
}

/** One page of the list; without `beforeS` the newest. */
export interface ListRequest {
  readonly beforeS?: number;
  readonly page: number;
  /**
   * Set on the way back to page 1: the pages behind this one reach down to here. Losing it costs a few
   * requests and nothing else.
   */
  readonly reachedS?: number;
}

/** How far a list is known, newest span first, and where its pagination stands while it is under way. */
export interface ListCoverage {
  readonly spans: readonly Span[];
  readonly cursor?: ListRequest;
}

/** The period to cover; without `untilS` up to now. */
export interface Goal {
  readonly sinceS: number;
  readonly untilS?: number;
}

/** What one page brought. */
export interface PageOutcome {
  readonly request: ListRequest;
  /** When it was requested. */
  readonly requestedAtS: number;
  /** The usable starts among its records. */
  readonly startsS: readonly number[];
  /** How many records it held, unusable ones included. */
  readonly count: number;
  readonly isFull: boolean;
  readonly isEveryRecordNew: boolean;
}

export const nothingCovered: ListCoverage = { spans: [] };

/** The largest page that Strava gives. */
export const pageSize = 200;

/** The page to fetch next, or undefined when the goal is covered. */
export function nextListRequest(coverage: ListCoverage, goal: Goal): ListRequest | undefined {
  if (coverage.cursor !== undefined && !isLeftToPoll(coverage)) return coverage.cursor;
  const [top] = coverage.spans;
  if (top === undefined) return firstRequest(goal);
  return top.fromS > goal.sinceS ? { beforeS: top.fromS, page: 1 } : undefined;
}

function firstRequest(goal: Goal): ListRequest {
  return goal.untilS === undefined ? { page: 1 } : { beforeS: goal.untilS + 1, page: 1 };
}

/**
 * The coverage after a page, and its next step. A first page proves everything above its oldest start,
 * at one instant. Where it proves nothing (all of it is one start, or unusable, or it is empty), the
 * pages behind it are read until one leads on, and then those before it again, back to page 1: an upload
 * in between moves records to later pages, a deletion to earlier ones, and neither alone can hide a
 * record from both directions.
 */
export function afterPage(coverage: ListCoverage, page: PageOutcome, goal: Goal): ListCoverage {
  const { request } = page;
  const { spans } = coverage;
  const toS = request.beforeS === undefined ? page.requestedAtS : request.beforeS - 1;
  const reachedS = reachOf(page, toS, goal);
  if (request.page > 1) return afterLaterPage(coverage, page, reachedS);
  if (request.reachedS !== undefined) {
    const fromS = Math.min(request.reachedS, ...page.startsS.map((startS) => startS + 1));
    return { spans: addSpan(spans, { fromS, toS }) };
  }
  const isFirst = request.beforeS === undefined && spans.length === 0;
  if (reachedS !== undefined && (page.count > 0 || isFirst)) {
    return afterProgress(coverage, page, { fromS: reachedS, toS }, goal);
  }
  // Later pages are only fetched below a bound: what is uploaded now does not move those.
  return { spans, cursor: { beforeS: toS + 1, page: request.beforeS === undefined ? 1 : 2 } };
}

/** How far down a page leads: to just above its oldest start; an empty one to the very end. */
function reachOf(page: PageOutcome, toS: number, goal: Goal): number | undefined {
  if (page.count === 0) return Math.min(0, goal.sinceS, toS);
  const fromS = Math.min(...page.startsS) + 1;
  return fromS <= toS ? fromS : undefined;
}

function afterLaterPage(
  coverage: ListCoverage,
  { request, count }: PageOutcome,
  reachedS: number | undefined,
): ListCoverage {
  const { spans } = coverage;
  const { page } = request;
  if (request.reachedS !== undefined) return { spans, cursor: { ...request, page: page - 1 } };
  if (count > 0 && isProbe(coverage, request)) return { spans };
  if (reachedS === undefined) return { spans, cursor: { ...request, page: page + 1 } };
  return { spans, cursor: { ...request, page: page - 1, reachedS } };
}

/** Whether page 1 already led on: a further page of the same bound then only looks for the end. */
function isProbe(coverage: ListCoverage, { beforeS = Number.NaN }: ListRequest): boolean {
  return coverage.spans.some((span) => span.fromS < beforeS && span.toS >= beforeS - 1);
}

function afterProgress(
  coverage: ListCoverage,
  page: PageOutcome,
  covered: Span,
  goal: Goal,
): ListCoverage {
  const spans = addSpan(coverage.spans, covered);
  if (isCovered(coverage, covered)) {
    const isOnward = page.isEveryRecordNew && covered.fromS > goal.sinceS;
    // Below its oldest start, for a page that held that one again would not be all new.
    return isOnward ? { spans, cursor: { beforeS: covered.fromS - 1, page: 1 } } : { spans };
  }
  const isJoinedBelow = spans.every(({ fromS }) => fromS !== covered.fromS);
  if (page.isFull || isJoinedBelow || covered.fromS <= goal.sinceS) return { spans };
  // A short page is often the last: then its second page proves the end with one request less.
  return { spans, cursor: { beforeS: covered.toS + 1, page: 2 } };
}

/**
 * The coverage after a page of a list that is polled afterwards. Where the newest page was short and the
 * page behind it empty, the list is complete but for a record that a deletion in between moved to the
 * newest page. The next poll reads that one anyway, so the way back to it is left to the poll.
 */
export function afterPolledPage(
  coverage: ListCoverage,
  page: PageOutcome,
  goal: Goal,
): ListCoverage {
  const after = afterPage(coverage, page, goal);
  const { spans, cursor } = after;
  if (goal.untilS !== undefined || cursor?.page !== 1 || spans.length !== 1) return after;
  const { beforeS, reachedS } = cursor;
  if (reachedS === undefined || beforeS === undefined || spans[0]?.toS !== beforeS - 1)
    return after;
  return { spans: addSpan(spans, { fromS: reachedS, toS: beforeS - 1 }), cursor };
}

/** Whether the cursor only waits for the next poll: what it would prove is in the spans already. */
export function isLeftToPoll({ spans, cursor }: ListCoverage): boolean {
  const { page, beforeS, reachedS } = cursor ?? {};
  if (page !== 1 || beforeS === undefined || reachedS === undefined) return false;
  return spans.some(({ fromS, toS }) => fromS <= reachedS && toS >= beforeS - 1);
}

/**
 * The coverage after a poll of the newest page. Pagination under way stays where it is, unless the page
 * left a gap above it, or held only unknown records: then older unknown ones may follow. An empty poll
 * of a list that is known to hold something proves nothing.
 */
export function afterPoll(coverage: ListCoverage, page: PageOutcome, goal: Goal): ListCoverage {
  const top = coverage.spans[0];
  if (top === undefined) return afterPage(coverage, page, goal);
  if (page.startsS.length === 0) return coverage;
  if (isLeftToPoll(coverage)) return afterAwaitedPoll(coverage, page, goal);
  const polled = afterPage({ spans: coverage.spans }, page, goal);
  if (polled.spans[0]?.fromS !== top.fromS || polled.cursor !== undefined) return polled;
  return { ...coverage, spans: polled.spans };
}

/** A newer activity may have moved others off the page; then the list is read from this page on. */
function afterAwaitedPoll(
  { spans, cursor: { beforeS = 0 } = { page: 1 } }: ListCoverage,
  page: PageOutcome,
  goal: Goal,
): ListCoverage {
  const isSame = !page.isEveryRecordNew && page.startsS.every((startS) => startS < beforeS);
  return afterPage(isSame ? { spans } : nothingCovered, page, goal);
}

/** What is known of a list once another reading of it is complete. */
export function joinCoverage(coverage: ListCoverage, complete: ListCoverage): ListCoverage {
  const spans = complete.spans.slice(0, 1).reduce(addSpan, coverage.spans);
  const isFurther = complete.cursor && coverage.cursor?.beforeS === complete.cursor.beforeS;
  const cursor = isFurther ? complete.cursor : (coverage.cursor ?? complete.cursor);
  return { spans, ...(cursor && { cursor }) };
}

/** Adds a span, joining those that touch; newest first. */
export function addSpan(spans: readonly Span[], added: Span): readonly Span[] {
  const apart = spans.filter((span) => span.toS < added.fromS - 1 || span.fromS > added.toS + 1);
  const joined = spans.filter((span) => !apart.includes(span));
  const whole = {
    fromS: Math.min(added.fromS, ...joined.map((span) => span.fromS)),
    toS: Math.max(added.toS, ...joined.map((span) => span.toS)),
  };
  return [...apart, whole].sort((one, other) => other.toS - one.toS);
}

/** Whether the span's lower end was known already: the page then added nothing below. */
function isCovered(coverage: ListCoverage, { fromS }: Span): boolean {
  return coverage.spans.some((span) => span.fromS <= fromS && span.toS >= fromS - 1);
}

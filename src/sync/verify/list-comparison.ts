/**
 * Reads an athlete's whole list for a comparison, page by page; of each record it keeps the id alone, one
 * number. Where it repairs, it stores each page as it comes.
 */
import type { ActivitySummary } from '../../domain/activity/activity.ts';
import { noReserve } from '../../domain/rate-limit/quota.ts';
import type {
  ListCoverage,
  ListRequest,
  PageOutcome,
  Span,
} from '../../domain/sync/list-coverage.ts';
import { afterPage, nextListRequest, nothingCovered } from '../../domain/sync/list-coverage.ts';
import { goalOf } from '../athletes/athlete-sync-state.ts';
import type { ListedPage } from '../listed-page.ts';
import { listedPage, pageOutcome } from '../listed-page.ts';
import type { ActivityStore } from '../ports/activities.ts';
import type { AthleteState } from '../ports/athletes.ts';
import type { Lease } from '../ports/leases.ts';
import type { StravaSource } from '../ports/source.ts';
import type { RetryDeps } from '../retry.ts';
import { retryTransient } from '../retry.ts';
import type { PageDifferences, VerificationStore } from './ports.ts';

export interface ListDeps extends RetryDeps {
  readonly source: StravaSource;
  readonly activities: ActivityStore;
  readonly verification: VerificationStore;
  /** Called after each page, with the number of its records. */
  readonly onPage?: ((records: number) => void) | undefined;
}

/** The lease under which pages are stored. */
export interface HeldAthlete {
  readonly lease: Lease;
  readonly state: AthleteState;
}

/** A list that was read to its end. */
export interface ReadList {
  readonly athleteId: number;
  readonly since: Date | undefined;
  readonly startedAt: Date;
  /** The activities that it showed. */
  readonly shownIds: Set<number>;
  /** What it showed besides: unusable records, and what started before `since`. */
  readonly asideIds: ReadonlySet<number>;
  /** How many records cannot be stored as an activity. */
  readonly unusable: number;
  /** Where nothing was missed. */
  readonly covered: Span | undefined;
  readonly requests: number;
  /** What differed when each page came, and what of that was left once the page was stored. */
  readonly found: readonly PageDifferences[];
  readonly left: readonly PageDifferences[];
}

interface Reading {
  readonly athleteId: number;
  readonly since: Date | undefined;
  readonly holding: HeldAthlete | undefined;
  readonly shownIds: Set<number>;
  readonly asideIds: Set<number>;
  readonly found: PageDifferences[];
  readonly left: PageDifferences[];
  unusable: number;
}

/**
 * Reads the list back to `since`; stores what differs where the athlete is held.
 * @throws what the source throws, and an AbortError when it is stopped: half a list proves nothing.
 */
export async function readList(
  deps: ListDeps,
  { athleteId, since }: { readonly athleteId: number; readonly since: Date | undefined },
  holding?: HeldAthlete,
): Promise<ReadList> {
  const startedAt = new Date(deps.nowMs());
  const goal = goalOf({ ...(since && { since }) });
  const reading: Reading = {
    athleteId,
    since,
    holding,
    shownIds: new Set(),
    asideIds: new Set(),
    found: [],
    left: [],
    unusable: 0,
  };
  let coverage: ListCoverage = nothingCovered;
  let requests = 0;
  for (;;) {
    const request = nextListRequest(coverage, goal);
    if (request === undefined) break;
    deps.signal.throwIfAborted();
    coverage = afterPage(coverage, await readPage(deps, reading, request), goal);
    requests += 1;
  }
  const [covered] = coverage.spans;
  return { ...reading, startedAt, covered, requests };
}

async function readPage(
  deps: ListDeps,
  reading: Reading,
  request: ListRequest,
): Promise<PageOutcome> {
  let requestedAt = new Date(0);
  const records = await retryTransient(deps, () => {
    requestedAt = new Date(deps.nowMs());
    const options = { reserve: noReserve, signal: deps.signal };
    return deps.source.listPage(reading.athleteId, request, options);
  });
  const page = listedPage(request, requestedAt, records);
  const isEveryRecordNew = remember(reading, page);
  await compare(deps, reading, page);
  deps.onPage?.(page.count);
  return pageOutcome(page, isEveryRecordNew);
}

/** Returns whether every record is new to this read. */
function remember({ shownIds, asideIds, since }: Reading, page: ListedPage): boolean {
  const before = shownIds.size + asideIds.size;
  const meant = page.summaries.filter((summary) => isWithin(summary, since));
  const meantIds = new Set(meant.map(({ id }) => id));
  for (const id of page.ids) (meantIds.has(id) ? shownIds : asideIds).add(id);
  return page.count > 0 && shownIds.size + asideIds.size === before + page.count;
}

function isWithin({ startAt }: ActivitySummary, since: Date | undefined): boolean {
  return since === undefined || startAt >= since;
}

async function compare(
  { verification, activities }: ListDeps,
  reading: Reading,
  { unusable, requestedAt, ...listed }: ListedPage,
): Promise<void> {
  const { athleteId, since, holding, found, left } = reading;
  const summaries = listed.summaries.filter((summary) => isWithin(summary, since));
  reading.unusable += unusable.length;
  const page = { athleteId, summaries, requestedAt };
  const differences = await verification.comparePage(page);
  const isDifferent = differences.missing.length + differences.stale.length > 0;
  if (isDifferent) found.push(differences);
  if (holding === undefined) {
    if (isDifferent) left.push(differences);
    return;
  }
  const { lease, state } = holding;
  await lease.assertHeld();
  const { epoch } = lease;
  const { stale } = differences;
  await verification.forgetFingerprints({ activityIds: stale, epoch, at: requestedAt });
  await activities.storePage({
    ...{ athleteId, summaries, unusable, epoch },
    source: 'list',
    known: state.coverage.spans,
    fetchedAt: requestedAt,
  });
  if (isDifferent) left.push(await verification.comparePage(page));
}

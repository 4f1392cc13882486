/**
 * Reads an athlete's whole list for a comparison, page by page; of each record only the id is kept, one
 * number. Where it mends, each page is stored as it comes.
 */
import type { ActivitySummary, ListedRecord } from '../../domain/activity/activity.ts';
import { isJsonObject } from '../../domain/json.ts';
import type {
  Goal,
  ListCoverage,
  ListRequest,
  PageOutcome,
  Span,
} from '../../domain/sync/list-coverage.ts';
import {
  afterPage,
  nextListRequest,
  nothingCovered,
  pageSize,
} from '../../domain/sync/list-coverage.ts';
import { noReserve } from '../../domain/rate-limit/quota.ts';
import type { RetryDeps } from '../retry.ts';
import { retryTransient } from '../retry.ts';
import type { ActivitySource, ActivityStore, AthleteState, Lease } from '../ports/ports.ts';
import type { PageDifferences, VerificationStore } from './ports.ts';

export interface ListDeps extends RetryDeps {
  readonly source: ActivitySource;
  readonly activities: ActivityStore;
  readonly verification: VerificationStore;
}

/** What holds the athlete while its pages are stored. */
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
  const goal: Goal = { sinceS: Math.floor((since?.getTime() ?? 0) / 1_000) };
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
  const isEveryRecordNew = remember(reading, records);
  await compare(deps, reading, { records, requestedAt });
  return {
    request,
    requestedAtS: Math.floor(requestedAt.getTime() / 1_000),
    startsS: usableOf(records).map(({ startAt }) => Math.floor(startAt.getTime() / 1_000)),
    count: records.length,
    isFull: records.length >= pageSize,
    isEveryRecordNew,
  };
}

/** Returns whether none of the records had been shown before. */
function remember(
  { shownIds, asideIds, since }: Reading,
  records: readonly ListedRecord[],
): boolean {
  const before = shownIds.size + asideIds.size;
  for (const record of records) {
    const isMeant = record.isUsable && isWithin(record.summary, since);
    for (const id of idOf(record)) (isMeant ? shownIds : asideIds).add(id);
  }
  return records.length > 0 && shownIds.size + asideIds.size === before + records.length;
}

function isWithin({ startAt }: ActivitySummary, since: Date | undefined): boolean {
  return since === undefined || startAt >= since;
}

async function compare(
  { verification, activities }: ListDeps,
  reading: Reading,
  { records, requestedAt }: { records: readonly ListedRecord[]; requestedAt: Date },
): Promise<void> {
  const { athleteId, since, holding, found, left } = reading;
  const summaries = usableOf(records).filter((summary) => isWithin(summary, since));
  const unusable = records.flatMap((one) => (one.isUsable ? [] : [one.unusable]));
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

function usableOf(records: readonly ListedRecord[]): readonly ActivitySummary[] {
  return records.flatMap((record) => (record.isUsable ? [record.summary] : []));
}

function idOf(listed: ListedRecord): readonly number[] {
  if (listed.isUsable) return [listed.summary.id];
  const { record } = listed.unusable;
  return isJsonObject(record) && typeof record['id'] === 'number' ? [record['id']] : [];
}

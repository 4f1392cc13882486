/**
 * What the job needs from outside: a source of activities, a store, leases. The adapters for Strava
 * and for MongoDB implement these and never know of each other.
 */
import type {
  ActivitySummary,
  ListedRecord,
  UnusableRecord,
} from '../../domain/activity/activity.ts';
import type { ListCoverage, ListRequest, Span } from '../../domain/sync/list-coverage.ts';
import type { DeletionRejection, ListReading } from '../../domain/sync/deletion.ts';
import type { Reserve } from '../../domain/rate-limit/quota.ts';
import type { QuotaState } from '../../domain/rate-limit/quota-state.ts';
import type { ReconcileKind, ReconciledAt } from '../../domain/sync/reconcile.ts';
import type { Streams } from '../../domain/activity/streams.ts';

/** How one request may be made. */
export interface RequestOptions {
  /** What it has to leave in each window. */
  readonly reserve: Reserve;
  readonly signal: AbortSignal;
}

/**
 * Strava, one request a call. Each call throws a StravaRequestError, a QuotaSpentError when the quota
 * refuses it before it leaves, an AuthorizationNeededError, or an ApplicationRejectedError.
 */
export interface ActivitySource {
  /** One page of the athlete's list, at most 200 records, in no order that can be relied on. */
  listPage(
    athleteId: number,
    request: ListRequest,
    options: RequestOptions,
  ): Promise<readonly ListedRecord[]>;
  /** All streams of one activity. */
  streams(athleteId: number, activityId: number, options: RequestOptions): Promise<Streams>;
}

/** Half-open: instants from `from` up to `to` (excluded); an absent bound is open. */
export interface TimeRange {
  readonly from?: Date;
  readonly to?: Date;
}

/** A wish for a period to be made complete, made by a command and granted by whoever holds the athlete. */
export interface BackfillRequest {
  readonly id: string;
  readonly since: Date;
  readonly until?: Date;
  readonly requestedAt: Date;
  readonly coverage: ListCoverage;
}

/** The list being read again: the same walk over a listing of its own. */
export interface Reconcile {
  readonly kind: ReconcileKind;
  readonly startedAt: Date;
  /** The first instant that it covers; absent for the beginning. */
  readonly since?: Date;
  readonly coverage: ListCoverage;
}

/** Activities that are missing from a list and were not removed, and why not. */
export interface RejectedDeletions {
  readonly kind: ListReading;
  readonly reason: DeletionRejection;
  readonly missing: number;
  readonly stored: number;
  readonly at: Date;
}

/** What is remembered of an athlete's list. */
export interface AthleteState {
  readonly athleteId: number;
  readonly coverage: ListCoverage;
  readonly backfills: readonly BackfillRequest[];
  readonly reconcile?: Reconcile;
  readonly reconciledAt: ReconciledAt;
  readonly rejectedDeletions?: RejectedDeletions;
  readonly polledAt?: Date;
}

/** An activity whose streams are still to be fetched. */
export interface PendingStreams {
  readonly activityId: number;
  readonly startAt: Date;
  readonly elapsedS: number;
  /** Until when its streams may still be on their way, where it was uploaded late. */
  readonly mayComeUntil?: Date;
  readonly tries: number;
  /** What the recording looked like when this was read: a later change makes the answer stale. */
  readonly recordingHash: string;
}

/** What storing one page did. */
export interface PageResult {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Of the added ones, those that have no streams by nature. */
  readonly withoutStreams: number;
  readonly parked: number;
}

/** A page's records with what the writes need to know of it. */
export interface PageToStore {
  readonly athleteId: number;
  readonly summaries: readonly ActivitySummary[];
  readonly unusable: readonly UnusableRecord[];
  /** What the summaries were read from. */
  readonly source: 'list' | 'activity';
  /** When the reconcile began that this page belongs to: its records count as seen by it. */
  readonly listedAt?: Date;
  /** Where the list was known before: what is new there was uploaded late. */
  readonly known: readonly Span[];
  readonly fetchedAt: Date;
  readonly epoch: number;
}

/** Which pending activities are due. */
export interface PendingQuery {
  readonly athleteId: number;
  readonly range: TimeRange;
  readonly now: Date;
  readonly exclude: readonly number[];
  readonly limit: number;
}

/** The fate of one activity's streams, written under the lease's epoch. */
export interface StreamsWrite {
  readonly athleteId: number;
  readonly pending: PendingStreams;
  readonly epoch: number;
  readonly at: Date;
}

export interface StreamsFailure {
  readonly message: string;
  readonly tries: number;
  readonly isParked: boolean;
  readonly nextTryAt: Date;
}

/** MongoDB as the job sees it. Every write is durable when its promise resolves. */
export interface ActivityStore {
  /** @throws LeaseLostError when another process took the athlete over. */
  storePage(page: PageToStore): Promise<PageResult>;
  /** Which of these ids are not stored yet. */
  unknownIds(ids: readonly number[]): Promise<ReadonlySet<number>>;
  pendingStreams(query: PendingQuery): Promise<readonly PendingStreams[]>;
  /** When the next failed request of a range may be tried again; undefined when none waits. */
  nextTryAt(athleteId: number, range: TimeRange): Promise<Date | undefined>;
  countPending(athleteId: number, range: TimeRange): Promise<number>;
  /** 'parked' where the store refuses them for good. */
  storeStreams(write: StreamsWrite, streams: Streams): Promise<'stored' | 'parked'>;
  /** Final: the activity has no streams. */
  markWithoutStreams(write: StreamsWrite, reason: string): Promise<void>;
  /** Not final: they may come later. */
  postponeStreams(write: StreamsWrite, nextTryAt: Date): Promise<void>;
  recordFailure(write: StreamsWrite, failure: StreamsFailure): Promise<void>;
  /** The activities whose streams are parked, newest first, at most a hundred. */
  parkedIds(): Promise<readonly number[]>;
  /** Makes parked activities and failed ones due at once; returns how many. */
  retryParked(athleteId?: number): Promise<number>;
}

/** What is remembered of athletes. */
export interface AthleteStore {
  /** Everybody who has logged in, by id. */
  athleteIds(): Promise<readonly number[]>;
  /** Who is being erased: whoever holds one of them lets go. */
  erasingIds(): Promise<readonly number[]>;
  /** When every athlete's newest page had been looked at; undefined where one never was. */
  allPolledAt(): Promise<Date | undefined>;
  load(athleteId: number): Promise<AthleteState>;
  /** Marks the athlete as this lease's, so that a stale holder's writes fail, and loads it. */
  take(athleteId: number, epoch: number): Promise<AthleteState>;
  saveCoverage(
    athleteId: number,
    coverage: ListCoverage,
    at: { epoch: number; polledAt?: Date },
  ): Promise<void>;
  /** Saves where a reconcile stands, or with its end when each kind began last. */
  saveReconcile(
    athleteId: number,
    reconcile: Reconcile | undefined,
    at: { epoch: number; reconciledAt?: ReconciledAt },
  ): Promise<void>;
  saveRejectedDeletions(
    athleteId: number,
    rejected: RejectedDeletions | undefined,
    epoch: number,
  ): Promise<void>;
  addBackfill(athleteId: number, backfill: BackfillRequest): Promise<void>;
  saveBackfill(athleteId: number, backfill: BackfillRequest, epoch: number): Promise<void>;
  removeBackfill(athleteId: number, backfillId: string): Promise<void>;
}

/** A lease that this process holds; it renews itself until it is released or lost. */
export interface Lease {
  /** Grows with each new holder: a write under an older epoch fails. */
  readonly epoch: number;
  /** Aborted when the lease is lost. */
  readonly signal: AbortSignal;
  /**
   * Returns at once while the lease has not run out by either clock, else after one more renewal.
   * @throws LeaseLostError when another holds it, or it cannot be renewed.
   */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

/** Who holds a lease. */
export interface LeaseHolder {
  readonly host: string;
  readonly pid: number;
  readonly expiresAt: Date;
}

export interface LeaseStore {
  /** Takes the lease, or says who holds it. */
  tryAcquire(name: string): Promise<Lease | LeaseHolder>;
}

/** An athlete's grant. */
export interface Tokens {
  readonly athleteId: number;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
  /** When the access token was first issued to us, where that is known: gives its lifetime. */
  readonly obtainedAt?: Date;
  /** What was granted; absent where Strava never said. */
  readonly scope?: readonly string[];
  /** The application that the grant belongs to, where that is known. */
  readonly clientId?: string;
  /** Set once Strava refused the grant. */
  readonly needsAuthorization?: { readonly since: Date; readonly reason: string };
}

export interface TokenStore {
  load(athleteId: number): Promise<Tokens | undefined>;
  /** Replaces the grant in one write, and with it any mark that it needs authorization. */
  save(tokens: Tokens): Promise<void>;
  /** Puts the renewed grant in the place of the old one, unless a new login took it meanwhile. */
  renew(old: Tokens, renewed: Tokens): Promise<void>;
  /** Marks the grant, unless another refresh token is stored meanwhile. */
  markNeedsAuthorization(tokens: Tokens, reason: string, since: Date): Promise<void>;
}

/** The quota's state, changed by compare-and-set: pure functions decide, the store keeps. */
export interface QuotaStore {
  load(): Promise<QuotaState>;
  /**
   * Applies `change` to the newest state until it could be stored; `undefined` from it leaves the
   * state alone. Returns the state that stands.
   */
  update(change: (state: QuotaState) => QuotaState | undefined): Promise<QuotaState>;
}

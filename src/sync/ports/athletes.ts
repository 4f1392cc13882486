/**
 * What is remembered of athletes and their lists, as the engine sees it.
 */
import type { DeletionRejection, ListReading } from '../../domain/sync/deletion.ts';
import type { ListCoverage } from '../../domain/sync/list-coverage.ts';
import type { PolledAthlete } from '../../domain/rate-limit/poll-plan.ts';
import type { ReconciledAt, ReconcileKind } from '../../domain/sync/reconcile.ts';

/** A period to make complete: a command leaves it, and the holder of the athlete's lease completes it. */
export interface BackfillRequest {
  readonly id: string;
  readonly since: Date;
  readonly until?: Date;
  readonly requestedAt: Date;
  readonly coverage: ListCoverage;
}

/** The list being read again: the same pagination, with a coverage of its own. */
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

/** What is remembered of an athlete's list, and what the athlete answered. */
export interface AthleteState {
  readonly athleteId: number;
  readonly coverage: ListCoverage;
  readonly backfills: readonly BackfillRequest[];
  readonly reconcile?: Reconcile;
  readonly reconciledAt: ReconciledAt;
  readonly rejectedDeletions?: RejectedDeletions;
  readonly lastPoll?: LastPoll;
  /** Whether an answer or an import turned the details on; a setting wins. */
  readonly wantsDetails?: boolean;
}

/** The last poll of an athlete's newest page. */
export interface LastPoll {
  readonly at: Date;
  /** How many polls there were in its daily window, itself included. */
  readonly count: number;
  /** The start of the newest activity on the page; absent where it was empty. */
  readonly newestStartAt?: Date;
}

export interface AthleteStore {
  /** Everybody who has logged in with the application, by id. */
  athleteIds(): Promise<readonly number[]>;
  /** The athletes being erased. A run that holds one of them releases it. */
  erasingIds(): Promise<readonly number[]>;
  /** The oldest poll over these athletes; undefined while one was never polled. */
  allPolledAt(): Promise<Date | undefined>;
  /** Everybody who can be polled, and when that was done last. */
  polledAthletes(): Promise<readonly PolledAthlete[]>;
  load(athleteId: number): Promise<AthleteState>;
  /** Marks the athlete as this lease's, so that a stale holder's writes fail, and loads it. */
  take(athleteId: number, epoch: number): Promise<AthleteState>;
  /** The same for several athletes, by id their epochs; leaves out whom a newer lease has taken. */
  takeAll(epochs: ReadonlyMap<number, number>): Promise<readonly AthleteState[]>;
  /** Those of the athletes for whom a command stored a backfill request, or who logged in again. */
  withRequests(athleteIds: readonly number[]): Promise<readonly AthleteState[]>;
  saveCoverage(
    athleteId: number,
    coverage: ListCoverage,
    at: { epoch: number; poll?: LastPoll },
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

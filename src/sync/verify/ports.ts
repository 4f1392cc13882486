/**
 * What a comparison with Strava needs of the store: questions that change nothing, and the few writes
 * that make what is wrong due again. The adapter for MongoDB implements it.
 */
import type { ActivitySummary } from '../../domain/activity/activity.ts';

/** What one page of the list showed, and when it was requested. */
export interface ShownPage {
  readonly athleteId: number;
  readonly summaries: readonly ActivitySummary[];
  readonly requestedAt: Date;
}

/** Activities of one page that are not stored, or stored otherwise than Strava has them. */
export interface PageDifferences {
  readonly missing: readonly number[];
  readonly stale: readonly number[];
  readonly requestedAt: Date;
}

/**
 * How an activity's streams are: as its state says, or `broken` where it is `stored` and they are not
 * whole, or has no state at all, and `unexpected` where it is `none` and there are some.
 */
export type StreamsAudit = 'stored' | 'none' | 'pending' | 'parked' | 'broken' | 'unexpected';

/** One stored activity. */
export interface AuditedActivity {
  readonly activityId: number;
  readonly startAt: Date;
  readonly streams: StreamsAudit;
  /** As Strava named it. */
  readonly sport?: unknown;
  readonly firstSeenAt: Date;
  readonly fetchedAt: Date;
  /** Whether its summary is an export's: Strava's API has not shown it. */
  readonly isOfExport: boolean;
  /** When Strava showed it although a list had not. */
  readonly confirmedAt: Date | undefined;
}

/** A write under the lease's epoch. */
export interface RepairWrite {
  readonly activityIds: readonly number[];
  readonly epoch: number;
  readonly at: Date;
}

export interface VerificationStore {
  /** What differs, by the stored fields and not only by their fingerprint. */
  comparePage(page: ShownPage): Promise<PageDifferences>;
  /** What of it still differs: another process may have stored it, or removed it, since. */
  stillDiffering(page: PageDifferences): Promise<PageDifferences>;
  /** The athlete's activities that started at `from` or later, in the order of their ids. */
  activities(athleteId: number, from: Date | undefined): AsyncIterable<AuditedActivity>;
  /** The ids under which the athlete has streams and no activity. */
  orphans(athleteId: number): AsyncIterable<number>;
  /** Whether the athlete's details are kept, by the setting or, where it is undefined, the answer. */
  isDetailsWanted(athleteId: number, setting: boolean | undefined): Promise<boolean>;
  /**
   * How many activities of these sports (of all where none is named) have no details yet; fresh ones whose
   * details may still grow have some.
   */
  countWithoutDetails(
    athleteId: number,
    from: Date | undefined,
    sports?: readonly string[],
  ): Promise<number>;
  /** Makes the next page write these activities, whatever their fingerprints say. */
  forgetFingerprints(write: RepairWrite): Promise<void>;
  /** Makes the streams of these activities due again. */
  resetStreams(write: RepairWrite): Promise<void>;
  /** Removes streams that have no activity. */
  removeOrphans(write: RepairWrite): Promise<void>;
}

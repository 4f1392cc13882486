/**
 * Activities that may be gone at Strava, and those that a retention ends, as the engine sees them.
 */
import type { TaskWrite } from './tasks.ts';

/** Activities that a list misses, as they are marked. */
export interface MissingActivities {
  readonly athleteId: number;
  readonly activityIds: readonly number[];
  readonly since: Date;
  readonly epoch: number;
}

/** Where a list was read to its end, and what counts as seen. */
export interface SeenSpan {
  readonly athleteId: number;
  readonly from: Date;
  readonly to: Date;
  /** Seen by a page of the reconcile that began then, … */
  readonly listedSince?: Date;
  /** … or on the one page that covers the span. */
  readonly seenIds?: readonly number[];
  /** What was stored after this instant may be newer than the list. */
  readonly storedBefore: Date;
}

/** What is known of an athlete's activities when some are missing. */
export interface DeletionView {
  readonly stored: number;
  /** Marked as missing and not confirmed yet. */
  readonly missing: number;
  readonly canSeePrivate: boolean;
}

/** What the retention ended. */
export interface Expired {
  readonly activities: number;
  /** There may be more, and what else is as old is still there. */
  readonly isMore: boolean;
}

export interface DeletionStore {
  /** Whether an activity is stored as this athlete's. */
  isStored(activity: { readonly athleteId: number; readonly activityId: number }): Promise<boolean>;
  /** The activities of a span that a complete list did not show. */
  missingIn(span: SeenSpan): Promise<readonly number[]>;
  deletionView(athleteId: number): Promise<DeletionView>;
  markMissing(missing: MissingActivities): Promise<void>;
  /** It is there after all. */
  unmarkMissing(activityId: number, at: Date): Promise<void>;
  /** Whether it is there remains unknown, and it counts as missing no more. */
  giveUpMissing(write: TaskWrite, activityId: number): Promise<void>;
  /** Removes an activity with its streams and leaves a tombstone. */
  deleteActivity(write: TaskWrite, activityId: number): Promise<void>;
  /** Removes some of what was fetched before the retention that the user set. */
  expire(write: TaskWrite): Promise<Expired>;
}

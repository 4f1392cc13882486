/**
 * What the job needs for everything beside the list and the streams: details, segments, the athlete,
 * and activities that may have been deleted. The adapters implement these.
 */
import type { ActivitySummary } from '../../domain/activity/activity.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AthletePart, DueTask } from '../../domain/sync/fetch-task.ts';
import type { Streams } from '../../domain/activity/streams.ts';
import type { RequestOptions, StreamsFailure, TimeRange } from './ports.ts';

/** One activity as `GET /activities/{id}` gives it. */
export interface ActivityDetail {
  /** The same as the list would give it: what only the detail has is left out. */
  readonly summary: ActivitySummary;
  /** The keys that only the detail has. */
  readonly details: JsonObject;
}

/** Strava, one request a call; throws what an ActivitySource throws. */
export interface TaskSource {
  activity(athleteId: number, activityId: number, options: RequestOptions): Promise<ActivityDetail>;
  segment(athleteId: number, segmentId: number, options: RequestOptions): Promise<JsonObject>;
  /** `distance`, `latlng` and `altitude`. */
  segmentStreams(athleteId: number, segmentId: number, options: RequestOptions): Promise<Streams>;
  athlete(athleteId: number, part: AthletePart, options: RequestOptions): Promise<JsonObject>;
  gear(athleteId: number, gearId: string, options: RequestOptions): Promise<JsonObject>;
}

/** What is kept beside the list and the streams. */
export interface KeptKinds {
  readonly details: boolean;
  readonly segments: boolean;
  readonly athlete: boolean;
}

/** Which reads are due. */
export interface TaskQuery {
  readonly athleteId: number;
  /** Where details are wanted. */
  readonly range: TimeRange;
  readonly now: Date;
  /** From when on an activity is fresh. */
  readonly freshFrom: Date;
  /** Keys (`taskKey`) of what is in flight or rests. */
  readonly exclude: ReadonlySet<string>;
  readonly kept: KeptKinds;
}

/** A read that was made, under the lease's epoch. */
export interface TaskWrite {
  readonly athleteId: number;
  readonly epoch: number;
  /** When it was asked for. */
  readonly at: Date;
}

/** Activities that a list misses, as they are marked. */
export interface Missing {
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

/** MongoDB, as far as reads are concerned. Every write is durable when its promise resolves. */
export interface TaskStore {
  /** Some of each kind, the one most worth asking for first. */
  due(query: TaskQuery): Promise<readonly DueTask[]>;
  /** When the next failed read may be tried again within minutes, or the next hint is due. */
  nextTryAt(query: TaskQuery): Promise<Date | undefined>;
  /** How many details and segments are still to be fetched. */
  countDue(athleteId: number, range: TimeRange, kept: KeptKinds): Promise<number>;
  /** The detail, split into summary and details as the stored activity's list is. */
  aligned(detail: ActivityDetail): Promise<ActivityDetail>;
  /** Merges the details into the activity; meets the segments in its efforts where they are kept. */
  storeDetails(
    write: TaskWrite,
    detail: ActivityDetail,
    kept: KeptKinds,
  ): Promise<'stored' | 'postponed'>;
  storeSegment(write: TaskWrite, segmentId: number, record: JsonObject): Promise<void>;
  storeSegmentStreams(write: TaskWrite, segmentId: number, streams: Streams): Promise<void>;
  storeAthlete(write: TaskWrite, part: AthletePart, record: JsonObject): Promise<void>;
  storeGear(write: TaskWrite, gearId: string, record: JsonObject): Promise<void>;
  /** A failure of the record's own. */
  recordFailure(write: TaskWrite, read: DueTask, failure: StreamsFailure): Promise<void>;
  /** Final: Strava does not give it (404, 402). */
  markUnavailable(write: TaskWrite, read: DueTask, reason: string): Promise<void>;
  /** What a webhook told is read. */
  settleEvent(activityId: number, readAt: Date): Promise<void>;
  /** Whether an activity is stored as this athlete's. */
  isStored(athleteId: number, activityId: number): Promise<boolean>;
  /** The activities of a span that a complete list did not show, at most so many. */
  missingIn(span: SeenSpan): Promise<readonly number[]>;
  deletionView(athleteId: number): Promise<DeletionView>;
  markMissing(missing: Missing): Promise<void>;
  /** It is there after all. */
  unmarkMissing(activityId: number, at: Date): Promise<void>;
  /** Whether it is there remains unknown, and it counts as missing no more. */
  giveUpMissing(write: TaskWrite, activityId: number): Promise<void>;
  /** Removes an activity with its streams and leaves a tombstone. */
  deleteActivity(write: TaskWrite, activityId: number): Promise<void>;
  /** Removes some of what was fetched before the retention that the user set. */
  expire(write: TaskWrite): Promise<Expired>;
}

/**
 * The store of everything that is fetched by a task: what is due, and what became of it. Every write is
 * durable when its promise resolves, and fenced by the lease's epoch.
 */
import type { ActivityDetail } from '../../domain/activity/detail.ts';
import type { Streams } from '../../domain/activity/streams.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { EventBudget } from '../../domain/sync/event-budget.ts';
import type { AthleteList } from '../../domain/sync/athlete-lists.ts';
import type { ActivityPart } from '../../domain/sync/activity-parts.ts';
import type {
  ActivityPartTask,
  ActivityTask,
  AthletePart,
  FetchTask,
  RequestedTask,
  StreamsTask,
} from '../../domain/sync/fetch-task.ts';
import type { Retry } from '../../domain/sync/retry.ts';
import type { TimeRange } from './activities.ts';

/** What is kept beside the list. */
export interface KeptKinds {
  readonly streams: boolean;
  /** Undefined: as each athlete answered. */
  readonly details: boolean | undefined;
  readonly segments: boolean;
  readonly athlete: boolean;
  /** The parts of activities beside streams and details; none where it is absent. */
  readonly parts?: readonly ActivityPart[];
  /** The lists of the athlete beside the activities; none where it is absent. */
  readonly lists?: readonly AthleteList[];
  /** Whose activities may cost a request of their own; all where it is empty or absent. */
  readonly sports?: readonly string[];
}

/** Whose tasks, where and when. */
export interface TaskQuery {
  readonly athleteId: number;
  /**
   * Where streams are wanted, the range most worth fetching first. The last one is where details are
   * wanted.
   */
  readonly ranges: readonly TimeRange[];
  readonly now: Date;
  /** From when on an activity is fresh. */
  readonly freshFrom: Date;
  /** Keys (`taskKey`) of what is in flight or backs off. */
  readonly exclude: ReadonlySet<string>;
  readonly kept: KeptKinds;
  /** What pending events may waste. */
  readonly eventBudgets: readonly EventBudget[];
  /** Only the request for this activity. */
  readonly only?: number;
}

/** A page of the newest activities that was stored. */
export interface PolledPage {
  readonly requestedAt: Date;
  readonly ids: readonly number[];
}

/** A write under the lease's epoch. */
export interface TaskWrite {
  readonly athleteId: number;
  readonly epoch: number;
  /** When the request was made. */
  readonly at: Date;
}

/** Why MongoDB cannot hold what was fetched; undefined where it is stored. */
export type StorageProblem = string | undefined;

export interface TaskStore {
  /** Some due tasks of each kind, each key once, in the order of their worth. */
  due(query: TaskQuery): Promise<readonly FetchTask[]>;
  /** Whether the athlete's details are fetched, by the setting or by the athlete's answer. */
  isDetailsWanted(athleteId: number, kept: Pick<KeptKinds, 'details'>): Promise<boolean>;
  /** Which of the athletes have pending events or requests of `sync --activity` that are due. */
  withDueEvents(athleteIds: readonly number[], now: Date): Promise<readonly number[]>;
  /** When the next failed task becomes due, or the next pending event; parked ones aside. */
  nextTryAt(query: TaskQuery): Promise<Date | undefined>;
  /** Whether no streams, details and parts of activities of the ranges are due, or failed and wait for their next try. */
  isComplete(query: TaskQuery): Promise<boolean>;
  storeStreams(write: TaskWrite, task: StreamsTask, streams: Streams): Promise<StorageProblem>;
  /** The detail, split into summary and details as the stored activity's list is. */
  aligned(detail: ActivityDetail): Promise<ActivityDetail>;
  /**
   * Merges the details into the activity, and remembers the segments in its efforts where they are kept.
   * Due again at `nextTryAt`, if there is one.
   */
  storeDetails(
    write: TaskWrite,
    detail: ActivityDetail,
    options: { readonly kept: KeptKinds; readonly nextTryAt: Date | undefined },
  ): Promise<StorageProblem>;
  storeActivityPart(
    write: TaskWrite,
    task: ActivityPartTask,
    records: readonly JsonObject[],
  ): Promise<StorageProblem>;
  /** Strava gives this part for none of the athlete's activities: not requested for a month. */
  closeActivityPart(write: TaskWrite, part: ActivityPart, reason: string): Promise<void>;
  storeSegment(write: TaskWrite, segmentId: number, record: JsonObject): Promise<StorageProblem>;
  storeSegmentStreams(
    write: TaskWrite,
    segmentId: number,
    streams: Streams,
  ): Promise<StorageProblem>;
  storeAthlete(write: TaskWrite, part: AthletePart, record: JsonObject): Promise<StorageProblem>;
  /** Puts the list in the place of the earlier one. */
  storeAthleteList(
    write: TaskWrite,
    list: AthleteList,
    records: readonly JsonObject[],
  ): Promise<StorageProblem>;
  storeGear(write: TaskWrite, gearId: string, record: JsonObject): Promise<StorageProblem>;
  /** The task is due again at `retry.nextTryAt`; `error` says why it failed, if it did. */
  postpone(write: TaskWrite, task: FetchTask, retry: Retry, error?: string): Promise<void>;
  /** Strava does not give it (404, 402). */
  markUnavailable(write: TaskWrite, task: FetchTask, reason: string): Promise<void>;
  /** The activity that a webhook named is read; `isWasted` if the request brought nothing. */
  settleEvent(task: ActivityTask, readAt: Date, isWasted: boolean): Promise<void>;
  /** The requested activity is stored: its streams are due, whatever is stored of them. */
  awaitStreams(task: RequestedTask, readAt: Date): Promise<void>;
  /** Ends the request; `error` is a sentence that says why it failed, if it did. */
  settleRequest(task: RequestedTask, error?: string): Promise<void>;
  /**
   * Settles pending events by a page that was requested after they came: those of a new activity that it
   * brought, and, in a flood of forged events, those of every activity that is not stored. Returns whether
   * there were any.
   */
  settleByPage(query: TaskQuery, page: PolledPage): Promise<boolean>;
}

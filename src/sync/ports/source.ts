/**
 * Strava as the engine sees it, one request a call unless it says otherwise. The adapter for Strava implements it.
 */
import type { ListedRecord } from '../../domain/activity/activity.ts';
import type { ActivityDetail } from '../../domain/activity/detail.ts';
import type { Streams } from '../../domain/activity/streams.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Reserve } from '../../domain/rate-limit/quota.ts';
import type { ActivityPartTask, AthletePart } from '../../domain/sync/fetch-task.ts';
import type { AthleteList } from '../../domain/sync/athlete-lists.ts';
import type { ListRequest } from '../../domain/sync/list-coverage.ts';

/** How one request may be made. */
export interface RequestOptions {
  /** What it has to leave in each window. */
  readonly reserve: Reserve;
  readonly signal: AbortSignal;
}

/**
 * Each call throws a StravaRequestError, a QuotaSpentError when the quota rejects it before it is sent,
 * an AuthorizationNeededError, or an ApplicationRejectedError.
 */
export interface StravaSource {
  /** One page of the athlete's list, at most 200 records, in no order that can be relied on. */
  listPage(
    athleteId: number,
    request: ListRequest,
    options: RequestOptions,
  ): Promise<readonly ListedRecord[]>;
  /** All streams of one activity. */
  streams(athleteId: number, activityId: number, options: RequestOptions): Promise<Streams>;
  activity(athleteId: number, activityId: number, options: RequestOptions): Promise<ActivityDetail>;
  /** All records of a part of an activity; a long list takes several requests. */
  activityPart(
    athleteId: number,
    task: ActivityPartTask,
    options: RequestOptions,
  ): Promise<readonly JsonObject[]>;
  segment(athleteId: number, segmentId: number, options: RequestOptions): Promise<JsonObject>;
  /** `distance`, `latlng` and `altitude`. */
  segmentStreams(athleteId: number, segmentId: number, options: RequestOptions): Promise<Streams>;
  athlete(athleteId: number, part: AthletePart, options: RequestOptions): Promise<JsonObject>;
  /** A list of the athlete to its end, which takes at least two requests where there is anything in it. */
  athleteList(
    athleteId: number,
    list: AthleteList,
    options: RequestOptions,
  ): Promise<readonly JsonObject[]>;
  gear(athleteId: number, gearId: string, options: RequestOptions): Promise<JsonObject>;
}

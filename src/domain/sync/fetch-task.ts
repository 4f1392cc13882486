/**
 * The requests beside the pages of the list: streams, one activity, a part of one, one segment, one part
 * of the athlete, gear. What each is for, its key, and its place in the planner's order. Pure.
 */
import type { AthleteList } from './athlete-lists.ts';
import type { ActivityPart } from './activity-parts.ts';

/** Parts of an athlete, each one request, the one most worth fetching first. */
export const athleteParts = ['profile', 'zones', 'stats'] as const;

export type AthletePart = (typeof athleteParts)[number];

/** Why an activity is fetched by itself. */
export type ActivityPurpose =
  /** A webhook named it. */
  | 'event'
  /** `sync --activity` requested it. */
  | 'request'
  /** A list that was read to its end misses it. */
  | 'confirm'
  /** Its details are kept. */
  | 'details';

/** How often a task has failed by its own fault so far. */
interface Tried {
  readonly tries: number;
}

/** What `sync --activity` may request. */
interface Requestable {
  /** When it was requested: it tells one request from the next. Absent if it was not. */
  readonly requestedAt?: Date;
}

/** The streams of one activity. */
export interface StreamsTask extends Tried, Requestable {
  readonly kind: 'streams';
  readonly activityId: number;
  readonly isFresh: boolean;
  readonly startAt: Date;
  readonly elapsedS: number;
  readonly firstSeenAt: Date;
  /** For a late upload: until then Strava may still be computing the streams. */
  readonly mayComeUntil?: Date;
  /** The recording as it was when this was read: a later change makes the response stale. */
  readonly recordingHash: string;
}

export interface ActivityTask extends Tried, Requestable {
  readonly kind: 'activity';
  readonly purpose: ActivityPurpose;
  readonly activityId: number;
  readonly isFresh: boolean;
  /** Whether a webhook reported its deletion. */
  readonly isReportedDeleted?: boolean;
  /** Whether the activity that a webhook named is stored. */
  readonly isStored?: boolean;
}

export interface ActivityPartTask extends Tried {
  readonly kind: 'activityPart';
  readonly part: ActivityPart;
  readonly activityId: number;
  /** How many records the summary counts, where it does. */
  readonly count?: number;
}

export interface SegmentTask extends Tried {
  readonly kind: 'segment';
  readonly part: 'record' | 'streams';
  readonly segmentId: number;
}

export interface AthleteTask extends Tried {
  readonly kind: 'athlete';
  readonly part: AthletePart;
  /** Whether it was never requested before. */
  readonly isFirst?: boolean;
}

/** A list of the athlete, whole. */
export interface AthleteListTask extends Tried {
  readonly kind: 'athleteList';
  readonly list: AthleteList;
}

export interface GearTask extends Tried {
  readonly kind: 'gear';
  readonly gearId: string;
}

/** One request that can be made now. */
export type FetchTask =
  | StreamsTask
  | ActivityTask
  | ActivityPartTask
  | SegmentTask
  | AthleteTask
  | AthleteListTask
  | GearTask;

/** A task that `sync --activity` requested. */
export type RequestedTask = (StreamsTask | ActivityTask) & { readonly requestedAt: Date };

export function isRequested(task: FetchTask): task is RequestedTask {
  return 'requestedAt' in task;
}

/** Names a task while it is in flight or backs off: no two requests with one key are in flight. */
export function taskKey(task: FetchTask): string {
  switch (task.kind) {
    case 'streams':
    case 'activity':
      return `${task.kind}:${task.activityId}`;
    case 'activityPart':
      return `${task.part}:${task.activityId}`;
    case 'segment':
      return `segment:${task.segmentId}`;
    case 'athlete':
      return `athlete:${task.part}`;
    case 'athleteList':
      return `list:${task.list}`;
    case 'gear':
      return `gear:${task.gearId}`;
  }
}

/** Whether a task may spend the reserve for fresh data. */
export function isFreshTask(task: FetchTask): boolean {
  return (task.kind === 'streams' || task.kind === 'activity') && task.isFresh;
}

/** The order of worth, the pages of the list included. */
export const ranks = [
  'event',
  'freshStreams',
  'freshDetails',
  'firstStats',
  'page',
  'upkeep',
  'oldStreams',
  'oldDetails',
  'extra',
  'segment',
] as const;

export type Rank = (typeof ranks)[number];

export type TaskRank = Exclude<Rank, 'page'>;

export function rankOf(task: FetchTask): TaskRank {
  if (isRequested(task)) return 'event';
  switch (task.kind) {
    case 'streams':
      return task.isFresh ? 'freshStreams' : 'oldStreams';
    case 'activity':
      if (task.purpose === 'event') return 'event';
      if (task.purpose === 'confirm') return 'upkeep';
      return task.isFresh ? 'freshDetails' : 'oldDetails';
    case 'activityPart':
    case 'athleteList':
      return 'extra';
    case 'segment':
      return 'segment';
    case 'athlete':
      // Once for each athlete: Strava's totals say how long the list is.
      return task.part === 'stats' && task.isFirst === true ? 'firstStats' : 'upkeep';
    case 'gear':
      return 'upkeep';
  }
}

/**
 * The requests beside the list and the streams: one activity, one segment, one part of the athlete.
 * What each is for, and in which order of worth.
 */

/** Parts of an athlete, each one request; gear is asked for once, its mileage is in the profile. */
export type AthletePart = 'profile' | 'zones' | 'stats';

/** Why an activity is read by itself. */
export type ActivityPurpose =
  /** A webhook told of it. */
  | 'event'
  /** A list that was read to its end misses it. */
  | 'confirm'
  /** Its details are kept. */
  | 'details';

/** One request that could be made; `tries` counts its own failures so far. */
export type DueTask = (
  | {
      readonly kind: 'activity';
      readonly purpose: ActivityPurpose;
      readonly activityId: number;
      readonly isFresh: boolean;
      /** Whether a webhook told of its deletion. */
      readonly isReportedDeleted?: boolean;
    }
  | { readonly kind: 'segment'; readonly part: 'record' | 'streams'; readonly segmentId: number }
  | { readonly kind: 'athlete'; readonly part: AthletePart }
  | { readonly kind: 'gear'; readonly gearId: string }
) & { readonly tries: number };

/** What a read is called while it is in flight or rests: the same thing is never asked for twice at once. */
export function taskKey(read: DueTask): string {
  switch (read.kind) {
    case 'activity':
      return `activity:${read.activityId}`;
    case 'segment':
      return `segment:${read.segmentId}`;
    case 'athlete':
      return `athlete:${read.part}`;
    case 'gear':
      return `gear:${read.gearId}`;
  }
}

/** The activity that a key names; undefined for other kinds. */
export function activityOfTask(key: string): number | undefined {
  const [kind, id] = key.split(':');
  return kind === 'activity' ? Number(id) : undefined;
}

/** Whether a read may spend what is kept back for fresh data. */
export function isFreshTask(read: DueTask): boolean {
  return read.kind === 'activity' && read.isFresh;
}

/** The places of reads in the planner's order. */
export type TaskRank = 'event' | 'freshDetails' | 'upkeep' | 'oldDetails' | 'segment';

export function rankOfTask(read: DueTask): TaskRank {
  if (read.kind === 'segment') return 'segment';
  if (read.kind !== 'activity' || read.purpose === 'confirm') return 'upkeep';
  if (read.purpose === 'event') return 'event';
  return read.isFresh ? 'freshDetails' : 'oldDetails';
}

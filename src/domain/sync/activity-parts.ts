/**
 * The parts of an activity that each cost requests of their own beside its streams and details: what
 * decides that there is one, when it is fetched again, and how much of it is stored. A new part is one
 * entry here, one in `src/strava/activity-parts.ts`, and its field and state in `src/mongo/schema/`. Pure.
 */
import { dayMs, hourMs } from '../duration.ts';

/** In the order in which they are worth fetching. */
export const activityParts = ['zones', 'kudoers', 'comments', 'photos'] as const;

export type ActivityPart = (typeof activityParts)[number];

interface PartRules {
  /**
   * The summary's key that counts the records: without any there is nothing to fetch, and a change makes
   * them due again. A part without such a key belongs to the recording.
   */
  readonly countKey?: string;
  /** Whether Strava gives it to subscribers only, so that a rejection is about all activities. */
  readonly isForSubscribers?: boolean;
  /** No more records are stored. */
  readonly maxRecords: number;
}

export const partRules: Readonly<Record<ActivityPart, PartRules>> = {
  // One for each of heart rate, power and pace.
  zones: { isForSubscribers: true, maxRecords: 20 },
  kudoers: { countKey: 'kudos_count', maxRecords: 1_000 },
  comments: { countKey: 'comment_count', maxRecords: 1_000 },
  // `photo_count` counts those of Instagram only.
  photos: { countKey: 'total_photo_count', maxRecords: 500 },
};

/** Counts of a fresh activity change all day: what they count is fetched again this long after it was. */
export const countedAgainMs = 6 * hourMs;

/** When a part is tried again that Strava gives for none of the athlete's activities: a subscription may begin. */
export function closedPartRetryAt(at: Date): Date {
  return new Date(at.getTime() + 30 * dayMs);
}

/**
 * The lists of an athlete beside the activities, each read whole as often as the athlete. A new list is one
 * entry here, one in `src/strava/athlete-lists.ts`, and its collection in `src/mongo/schema/`. Pure.
 */
import { dayMs } from '../duration.ts';

/** In the order in which they are worth fetching. */
export const athleteLists = ['saved_routes', 'starred_segments'] as const;

export type AthleteList = (typeof athleteLists)[number];

/**
 * What a complete list misses is removed once another one, at least this much later, misses it too: one wrong
 * response takes nothing away, and what is gone at Strava is gone here within two days.
 */
export const listedAgainMs = dayMs / 2;

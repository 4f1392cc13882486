/**
 * Which activities are new, what a notification says of one, and how many are sent at once. A backfill
 * brings thousands that are none: an activity is new if it started after those that were known when the
 * notifications began.
 */
import { dayMs } from '../duration.ts';

/** The numbers are absent where Strava's record lacks them. */
export interface NewActivity {
  readonly id: number;
  readonly athleteId: number;
  readonly name: string;
  readonly sport: string;
  readonly start: Date;
  /** In metres. */
  readonly distance?: number;
  /** In seconds. */
  readonly movingTime?: number;
  /** In metres. */
  readonly elevationGain?: number;
  /** How many deliveries were started. */
  readonly tries: number;
}

/** The maximum number in one check: the others follow at the next one. */
export const maxNewActivities = 20;

/** A delivery that was started so long ago has ended, in this process or another. */
export const deliveryEndsMs = 60_000;

/**
 * From which start on activities are new, for notifications that begin at `nowMs`. What an athlete's list
 * lacked while nothing read it is old after a day.
 * @param newestStartMs the newest start on the athlete's list; undefined before it was first read
 */
export function newFromMs(nowMs: number, newestStartMs: number | undefined): number {
  return newestStartMs === undefined ? nowMs : Math.max(newestStartMs, nowMs - dayMs);
}

/** "New activity of athlete 1001: Morning Run (Run, 10.2 km)." */
export function newActivityText({ athleteId, name, sport, distance }: NewActivity): string {
  const length = distance === undefined ? '' : `, ${(distance / 1_000).toFixed(1)} km`;
  return `New activity of athlete ${athleteId}: ${name} (${sport}${length}).`;
}

/**
 * An activity's id as the argument of a command, and its address at Strava.
 */
import { UsageError } from '../../errors.ts';

/** The id of an argument, or of an activity's address at Strava. @throws UsageError */
export function activityIdOf(text: string): number {
  const [id] = /^[1-9]\d{0,14}$/.exec(text) ?? [];
  const [, addressed = id] =
    /^https:\/\/(?:www\.)?strava\.com\/activities\/([1-9]\d{0,14})(?:[/?#].*)?$/.exec(text) ?? [];
  if (addressed !== undefined) return Number(addressed);
  throw new UsageError(
    `Name an activity by its id or its address at Strava, for example 19000000001 or ${activityAddress(19_000_000_001)}; not "${text}".`,
  );
}

/** "View on Strava" leads here (https://developers.strava.com/guidelines/). */
export function activityAddress(id: number): string {
  return `https://www.strava.com/activities/${id}`;
}

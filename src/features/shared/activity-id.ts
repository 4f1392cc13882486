/**
 * An activity's id as the argument of a command, and its address at Strava.
 */
import { UsageError } from '../../errors.ts';

/** The id of an argument, or of an activity's address at Strava. @throws UsageError */
export function activityIdOf(text: string): number {
  const [, id] =
    /^(?:https:\/\/(?:www\.)?strava\.com\/activities\/)?([1-9]\d{0,14})$/.exec(text) ?? [];
  if (id !== undefined) return Number(id);
  throw new UsageError(`Name an activity by its id, for example 19000000001; not "${text}".`);
}

/** "View on Strava" leads here (https://developers.strava.com/guidelines/). */
export function activityAddress(id: number): string {
  return `https://www.strava.com/activities/${id}`;
}

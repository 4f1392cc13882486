/**
 * How fast an activity was, in the way its sport says it: as time over a distance, or as a speed.
 */

export type Rate = 'pace' | 'swimming pace' | 'speed';

/** Strava shows a pace for these sports (https://developers.strava.com/docs/reference/#api-models-SportType). */
const pacedSports: ReadonlySet<string> = new Set([
  'Run',
  'TrailRun',
  'VirtualRun',
  'Walk',
  'Hike',
  'Snowshoe',
]);

/** The rate of a `sport_type`; a speed for one that is not known. */
export function rateOf(sport: string | undefined): Rate {
  if (sport === 'Swim') return 'swimming pace';
  return sport !== undefined && pacedSports.has(sport) ? 'pace' : 'speed';
}

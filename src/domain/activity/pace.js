/**
 * How fast an activity was, in the way its sport says it: as time over a distance, or as a speed. It is
 * JavaScript, because the browser loads it as it is.
 */

/** @typedef {'pace' | 'swimming pace' | 'speed'} Rate */

/**
 * Strava shows a pace for these sports (https://developers.strava.com/docs/reference/#api-models-SportType).
 * @type {ReadonlySet<string>}
 */
const pacedSports = new Set(['Run', 'TrailRun', 'VirtualRun', 'Walk', 'Hike', 'Snowshoe']);

/**
 * The rate of a `sport_type`; a speed for one that is not known.
 * @param {string | undefined} sport
 * @returns {Rate}
 */
export function rateOf(sport) {
  if (sport === 'Swim') return 'swimming pace';
  return sport !== undefined && pacedSports.has(sport) ? 'pace' : 'speed';
}

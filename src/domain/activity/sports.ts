/**
 * The sports that Strava names, and which of them a choice wants. Pure.
 */

/**
 * `SportType` of the API's reference (https://developers.strava.com/docs/reference/#api-models-SportType).
 * Strava adds one now and then, so that a record may name another.
 */
export const sportTypes: readonly string[] = [
  ...['AlpineSki', 'BackcountrySki', 'Badminton', 'Basketball', 'Canoeing', 'Cricket', 'Crossfit'],
  ...['Dance', 'EBikeRide', 'Elliptical', 'EMountainBikeRide', 'Golf', 'GravelRide', 'Handcycle'],
  ...['HighIntensityIntervalTraining', 'Hike', 'IceSkate', 'InlineSkate', 'Kayaking', 'Kitesurf'],
  ...['MountainBikeRide', 'NordicSki', 'Padel', 'PhysicalTherapy', 'Pickleball', 'Pilates'],
  ...['Racquetball', 'Ride', 'RockClimbing', 'RollerSki', 'Rowing', 'Run', 'Sail', 'Skateboard'],
  ...['Snowboard', 'Snowshoe', 'Soccer', 'Squash', 'StairStepper', 'StandUpPaddling', 'Surfing'],
  ...['Swim', 'TableTennis', 'Tennis', 'TrailRun', 'Velomobile', 'VirtualRide', 'VirtualRow'],
  ...['VirtualRun', 'Volleyball', 'Walk', 'WeightTraining', 'Wheelchair', 'Windsurf', 'Workout'],
  'Yoga',
];

/** Whether a choice of sports has this one; an empty choice has all. */
export function isSportChosen(sports: readonly string[], sport: unknown): boolean {
  return sports.length === 0 || (typeof sport === 'string' && sports.includes(sport));
}

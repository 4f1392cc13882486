/**
 * The sports of the simulated athletes with their measures: speeds, durations and what a device records
 * for each sport. One of them is a sport that no client can know.
 */

export interface Sport {
  /** Strava's `sport_type`, an open set. */
  readonly sportType: string;
  /** Strava's deprecated `type`, which loses detail. */
  readonly type: string;
  /** How often it is done in comparison with the others. */
  readonly weight: number;
  readonly minutes: readonly [number, number];
  readonly speedMetersPerSecond: readonly [number, number];
  readonly climbMetersPerKm: number;
  readonly isOutdoors: boolean;
  /** Revolutions or steps a minute; 0 if nothing counts them. */
  readonly cadenceRpm: number;
  readonly powerShare: number;
  readonly gear: 'bike' | 'shoes' | 'none';
}

const ride: Sport = {
  sportType: 'Ride',
  type: 'Ride',
  weight: 36,
  minutes: [40, 200],
  speedMetersPerSecond: [6, 9.5],
  climbMetersPerKm: 9,
  isOutdoors: true,
  cadenceRpm: 84,
  powerShare: 0.5,
  gear: 'bike',
};

const run: Sport = {
  ...ride,
  sportType: 'Run',
  type: 'Run',
  weight: 30,
  minutes: [25, 100],
  speedMetersPerSecond: [2.5, 4],
  cadenceRpm: 86,
  powerShare: 0.1,
  gear: 'shoes',
};

const still: Sport = {
  ...run,
  weight: 5,
  minutes: [20, 70],
  climbMetersPerKm: 0,
  isOutdoors: false,
  cadenceRpm: 0,
  powerShare: 0,
  gear: 'none',
};

/** A sport newer than any client's list. */
export const unknownSport: Sport = {
  ...run,
  sportType: 'UnderwaterHockey',
  type: 'Workout',
  weight: 1,
  cadenceRpm: 0,
  gear: 'none',
};

export const sports: readonly Sport[] = [
  ride,
  run,
  { ...run, sportType: 'TrailRun', weight: 6, climbMetersPerKm: 35 },
  { ...ride, sportType: 'GravelRide', weight: 5, speedMetersPerSecond: [5, 7] },
  { ...ride, sportType: 'VirtualRide', type: 'VirtualRide', weight: 6, powerShare: 1 },
  {
    ...run,
    sportType: 'Hike',
    type: 'Hike',
    weight: 6,
    minutes: [90, 400],
    speedMetersPerSecond: [0.9, 1.4],
    climbMetersPerKm: 60,
    cadenceRpm: 0,
  },
  {
    ...run,
    sportType: 'NordicSki',
    type: 'NordicSki',
    weight: 4,
    speedMetersPerSecond: [3, 6],
    cadenceRpm: 0,
    gear: 'none',
  },
  { ...still, sportType: 'Swim', type: 'Swim', speedMetersPerSecond: [0.7, 1.2] },
  { ...still, sportType: 'WeightTraining', type: 'WeightTraining', speedMetersPerSecond: [0, 0] },
  unknownSport,
];

/** The sport of that `sport_type`; one that is not in the table behaves like the unknown one. */
export function sportOf(sportType: string): Sport {
  const known = sports.find((sport) => sport.sportType === sportType);
  return known ?? { ...unknownSport, sportType, type: sportType };
}

/**
 * The settings that the load of training depends on, for each athlete.
 */
import { heartrateBounds } from '../domain/athlete-settings.ts';
import { setting } from './setting.ts';

const several = 'for all athletes, or by their ids';

export const athleteSettings = {
  athlete: {
    restingHeartrate: setting({
      env: 'ATHLETE_RESTING_HEARTRATE',
      format: 'heartrates',
      ...heartrateBounds.resting,
      example: '50,1234:46',
      doc: `The resting heart rate in beats a minute, ${several}`,
      unset: '60',
    }),
    maxHeartrate: setting({
      env: 'ATHLETE_MAX_HEARTRATE',
      format: 'heartrates',
      ...heartrateBounds.highest,
      example: '188,1234:192',
      doc: `The highest heart rate in beats a minute, ${several}`,
      unset: "the highest bound of the athlete's heart rate zones at Strava, else 190",
    }),
    sex: setting({
      env: 'ATHLETE_SEX',
      format: 'sexes',
      example: 'male,1234:female',
      doc: `Whose exponent weights the heart rate, a man's or a woman's, ${several}`,
      unset: "as in the athlete's profile at Strava, else `male`",
    }),
  },
};

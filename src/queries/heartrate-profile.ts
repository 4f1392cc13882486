/**
 * What the load of training takes of an athlete's document: the settings, else what Strava says, else
 * the defaults of the questions' parameters.
 */
import type { Document } from 'mongodb';
import { heartrateBounds } from '../domain/athlete-settings.ts';
import { parameters } from './parameters.ts';
import { listAt } from './recipe.ts';
import type { HeartrateProfile } from './training-days.ts';

/** The number at a path, or `otherwise` for another value or a heart rate that nobody has. */
function heartrate(
  path: string,
  { min, max }: { readonly min: number; readonly max: number },
  otherwise: unknown,
): Document {
  const isOne = { $and: [{ $isNumber: path }, { $gte: [path, min] }, { $lte: [path, max] }] };
  return { $cond: [isOne, path, otherwise] };
}

/** Strava ends the highest zone with -1, so its lower bound is the most that is known. */
const highestBound = {
  $max: ['min', 'max'].map((end) => ({ $max: listAt(`$zones.heart_rate.zones.${end}`) })),
};

const stravaHighest: Document = {
  $let: {
    vars: { bound: highestBound },
    in: heartrate('$$bound', heartrateBounds.highest, Number(parameters.highest.example)),
  },
};

const stravaSex = { $cond: [{ $eq: ['$sex', 'F'] }, 'female', parameters.sex.example] };

/** Expressions on a document of `athletes`; odd values count as absent. */
export const heartrateProfile = {
  resting: heartrate(
    '$settings.resting_heartrate',
    heartrateBounds.resting,
    Number(parameters.resting.example),
  ),
  highest: heartrate('$settings.max_heartrate', heartrateBounds.highest, stravaHighest),
  sex: { $cond: [{ $in: ['$settings.sex', ['male', 'female']] }, '$settings.sex', stravaSex] },
} as const satisfies HeartrateProfile;

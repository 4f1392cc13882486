/**
 * The load of training by heart rate, day by day, and the averages that follow from it. The question
 * `training-load` and the view `training_load_days` share it.
 *
 * The load is Banister's TRIMP: E. W. Banister, Modeling Elite Athletic Performance, in: Physiological
 * Testing of Elite Athletes, Human Kinetics, 1991. The averages are those of A. Coggan's and H. Allen's
 * Performance Manager, which takes the form from the day before:
 * https://help.trainingpeaks.com/hc/en-us/articles/115000285872
 */
import type { Document } from 'mongodb';
import { listAt, localDate, numberAt, readableStart } from './recipe.ts';

/** What the load depends on besides the recording; each is an expression or a parameter's name. */
export interface HeartrateProfile {
  /** Beats a minute. */
  readonly resting: unknown;
  /** Beats a minute, above `resting`. */
  readonly highest: unknown;
  /** `male` or `female`. */
  readonly sex: unknown;
}

/** The middle of a step of `derived.heartrate_seconds`, above its lowest heart rate. */
const middleBpm = 2.5;
const fatigueDays = 7;
const fitnessDays = 42;

/** Bounds the days that `$densify` fills in, whatever another program stored as a start. */
export const recordedStart = {
  'derived.local.date': {
    ...readableStart['derived.local.date'],
    $gte: new Date('1970-01-01T00:00:00Z'),
    $lt: new Date('2100-01-01T00:00:00Z'),
  },
};

/** TRIMP of one step: its minutes, weighted by the share of the heart rate reserve. */
function trimp({ resting, highest, sex }: HeartrateProfile): Document {
  const aboveResting = { $subtract: [{ $add: [numberAt('$$step.bpm'), middleBpm] }, resting] };
  const share = { $divide: [aboveResting, { $subtract: [highest, resting] }] };
  const isFemale = { $eq: [sex, 'female'] };
  return {
    $let: {
      vars: { reserve: { $min: [1, { $max: [0, share] }] } },
      in: {
        $multiply: [
          { $divide: [numberAt('$$step.seconds'), 60] },
          '$$reserve',
          { $cond: [isFemale, 0.86, 0.64] },
          { $exp: { $multiply: [{ $cond: [isFemale, 1.67, 1.92] }, '$$reserve'] } },
        ],
      },
    },
  };
}

function average(days: number): Document {
  return { $expMovingAvg: { input: '$load', alpha: 1 / days } };
}

/** `$expMovingAvg` begins with the first value; this begins with zero on the day before it. */
function fromZero(field: string, days: number): Document {
  const share = { $pow: [1 - 1 / days, '$number'] };
  return { $subtract: [field, { $multiply: ['$first', share] }] };
}

/**
 * The stages from one athlete's activities to a document for each local day from the first to the last:
 * `_id` is the day as a date, `load`, `fitness`, `fatigue` and `form` are numbers.
 */
export function trainingDays(profile: HeartrateProfile): readonly Document[] {
  const steps = { input: listAt('$derived.heartrate_seconds'), as: 'step', in: trimp(profile) };
  const sortBy = { _id: 1 };
  return [
    {
      $project: {
        day: { $dateTrunc: { date: localDate, unit: 'day' } },
        load: { $sum: { $map: steps } },
      },
    },
    { $match: { day: { $ne: null } } },
    { $group: { _id: '$day', load: { $sum: '$load' } } },
    { $densify: { field: '_id', range: { step: 1, unit: 'day', bounds: 'full' } } },
    { $set: { load: { $ifNull: ['$load', 0] } } },
    {
      $setWindowFields: {
        sortBy,
        output: {
          fitness: average(fitnessDays),
          fatigue: average(fatigueDays),
          first: { $first: '$load' },
          number: { $documentNumber: {} },
        },
      },
    },
    {
      $project: {
        load: 1,
        fitness: fromZero('$fitness', fitnessDays),
        fatigue: fromZero('$fatigue', fatigueDays),
      },
    },
    {
      $setWindowFields: {
        sortBy,
        output: {
          form: { $shift: { output: { $subtract: ['$fitness', '$fatigue'] }, by: -1, default: 0 } },
        },
      },
    },
  ];
}

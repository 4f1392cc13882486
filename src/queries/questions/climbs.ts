/**
 * Questions about climbs and gradients, answered from `derived`. They read no streams.
 */
import type { Document } from 'mongodb';
import type { Name, Recipe } from '../recipe.ts';
import {
  limit,
  listAt,
  localYear,
  measured,
  meters,
  ofAthlete,
  percent,
  readableStart,
} from '../recipe.ts';

const topic = { topic: 'Climbs', collection: 'activities' } as const;
const largest = 'derived.max_climb_gain';

/** The climbs with at least a gain, one document each, from activities that have one. */
function climbsFrom(gain: Document): readonly Document[] {
  const fields = ['from_m', 'length', 'gain', 'gradient', 'steepest', 'category', 'seconds'];
  return [
    { $project: { name: 1, start_date_local: 1, climb: listAt('$derived.climbs') } },
    { $unwind: '$climb' },
    {
      $match: {
        ...Object.fromEntries(fields.map((field) => [`climb.${field}`, measured])),
        'climb.gain': { ...measured, ...gain },
      },
    },
    {
      $project: {
        name: 1,
        start_date_local: 1,
        ...Object.fromEntries(fields.map((field) => [field, `$climb.${field}`])),
      },
    },
  ];
}

/** The metres at gradients of at least `least`. */
function metersFrom(least: Name): Document {
  const read = (field: string): readonly Document[] => [
    { $isNumber: `$$step.${field}` },
    { $gte: [`$$step.${field}`, field === 'percent' ? least : 0] },
  ];
  const cond = { $and: [...read('percent'), ...read('meters')] };
  const steps = { $filter: { input: listAt('$derived.gradient_meters'), as: 'step', cond } };
  return { $sum: { $map: { input: steps, as: 'step', in: '$$step.meters' } } };
}

/** How many climbs are of a category, as Strava's `climb_category` counts it. */
function countOf(category: number): Document {
  return { $sum: { $cond: [{ $eq: ['$climb.category', category] }, 1, 0] } };
}

const example = {
  _id: 19000000001,
  name: 'Over the hills',
  start_date_local: '2026-06-14T06:00:12Z',
  from_m: 12340,
  length: 4400,
  gain: 321.5,
  gradient: 7.3,
  steepest: 11.4,
  category: 3,
  seconds: 1021,
};

export const climbQuestions: readonly Recipe[] = [
  {
    ...topic,
    reach: 'selective',
    name: 'hardest-climbs',
    title: 'Which are the hardest climbs?',
    parameters: ['athlete', 'limit'],
    hint: 'athlete_climb',
    pipeline: [
      ofAthlete({ [largest]: { $gt: 0 } }),
      { $sort: { [largest]: -1, _id: 1 } },
      { $limit: limit },
      ...climbsFrom({ $gt: 0 }),
      { $sort: { gain: -1, _id: 1, from_m: 1 } },
      { $limit: limit },
    ],
    answer: example,
    note: 'The order is that of length times gradient, which is the gain. `category` is Strava’s by the same product (its help page “Climb Categorization”), numbered as its `climb_category`: 5 for HC from 80,000 m%, 4 for category 1 from 64,000, 3 for category 2 from 32,000, 2 for category 3 from 16,000, 1 for category 4 from 8,000, and 0 for none. `from_m` is where the climb starts.',
  },
  {
    ...topic,
    reach: 'selective',
    name: 'fastest-climbs',
    title: 'On which climbs with a minimum gain were the most metres climbed in an hour (VAM)?',
    parameters: ['athlete', 'meters', 'limit'],
    examples: { meters: '100' },
    hint: 'athlete_climb',
    pipeline: [
      ofAthlete({ [largest]: { $gte: meters } }),
      ...climbsFrom({ $gte: meters }),
      { $match: { seconds: { $gt: 0 } } },
      { $set: { vam: { $divide: [{ $multiply: [3600, '$gain'] }, '$seconds'] } } },
      { $sort: { vam: -1, _id: 1, from_m: 1 } },
      { $limit: limit },
    ],
    answer: { ...example, vam: 1133.6 },
    note: '`vam` is the mean rate of ascent, velocità ascensionale media, in metres an hour. Pauses on the climb count.',
  },
  {
    ...topic,
    reach: 'whole',
    name: 'steep-meters',
    title: 'In which activities were the most metres steeper than 8 %?',
    parameters: ['athlete', 'percent', 'limit'],
    pipeline: [
      ofAthlete({ 'derived.gradient_meters.percent': { $gte: percent } }),
      { $project: { name: 1, start_date_local: 1, steep_meters: metersFrom(percent) } },
      { $match: { steep_meters: { $gt: 0 } } },
      { $sort: { steep_meters: -1, _id: 1 } },
      { $limit: limit },
    ],
    answer: {
      _id: 19000000001,
      name: 'Over the hills',
      start_date_local: '2026-06-14T06:00:12Z',
      steep_meters: 2310,
    },
    note: 'The gradients are stored in steps of 2 %, from 2 to 48: a percentage between them counts from the next step on.',
  },
  {
    ...topic,
    reach: 'whole',
    name: 'climbs-by-year',
    title: 'How many climbs of each category in each year?',
    groupedBy: 'year',
    parameters: ['athlete'],
    pipeline: [
      ofAthlete({ [largest]: { $gt: 0 }, ...readableStart }),
      { $set: { climb: listAt('$derived.climbs') } },
      { $unwind: '$climb' },
      { $match: { 'climb.gain': measured } },
      {
        $group: {
          _id: localYear,
          climbs: { $sum: 1 },
          gain: { $sum: '$climb.gain' },
          hors_categorie: countOf(5),
          category_1: countOf(4),
          category_2: countOf(3),
          category_3: countOf(2),
          category_4: countOf(1),
        },
      },
      { $match: { _id: { $ne: null } } },
      { $sort: { _id: -1 } },
    ],
    answer: {
      _id: '2026',
      climbs: 214,
      gain: 24310.4,
      hors_categorie: 2,
      category_1: 3,
      category_2: 11,
      category_3: 32,
      category_4: 61,
    },
  },
];

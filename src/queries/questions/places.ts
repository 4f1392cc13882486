/**
 * Questions about the places where activities start, from `derived.place` and `start_point`.
 */
import type { Recipe } from '../recipe.ts';
import { exampleSummary, limit, Name, numberAt, ofAthlete, summary } from '../recipe.ts';

const selective = { topic: 'Starts', collection: 'activities', reach: 'selective' } as const;
const whole = { ...selective, reach: 'whole' } as const;

const hint = 'athlete_place';
const isText = { $gt: '', $not: { $type: 'array' } } as const;
const newestFirst = [{ $sort: { start_date: -1, _id: 1 } }, { $project: summary }];
const sums = {
  country: { $min: '$derived.place.country' },
  activities: { $sum: 1 },
  distance: { $sum: numberAt('$distance') },
};
const exampleSums = { country: 'Austria', activities: 812, distance: 21408112.5 };

export const starts: readonly Recipe[] = [
  {
    ...selective,
    name: 'in-country',
    title: 'Which activities started in a country?',
    parameters: ['athlete', 'country'],
    hint,
    pipeline: [ofAthlete({ 'derived.place.country_code': new Name('country') }), ...newestFirst],
    answer: exampleSummary,
    note: 'The country is that of the populated place nearest to the start.',
  },
  {
    ...selective,
    name: 'in-city',
    title: 'Which activities started in a city of a country?',
    parameters: ['athlete', 'country', 'city'],
    hint,
    pipeline: [
      ofAthlete({
        'derived.place.country_code': new Name('country'),
        'derived.place.city': new Name('city'),
      }),
      ...newestFirst,
    ],
    answer: exampleSummary,
    note: '`cities` lists the names. In a large city it is often the district.',
  },
  {
    ...whole,
    name: 'countries',
    title: 'In which countries did activities start, the most visited first?',
    parameters: ['athlete'],
    pipeline: [
      ofAthlete({ 'derived.place.country_code': isText }),
      {
        $group: {
          _id: '$derived.place.country_code',
          ...sums,
          cities: { $addToSet: '$derived.place.city' },
        },
      },
      { $sort: { activities: -1, _id: 1 } },
      {
        $project: {
          _id: 0,
          country_code: '$_id',
          country: 1,
          activities: 1,
          distance: 1,
          cities: { $size: '$cities' },
        },
      },
    ],
    answer: { ...exampleSums, country_code: 'AT', cities: 31 },
  },
  {
    ...whole,
    name: 'cities',
    title: 'In which cities did the most activities start?',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ofAthlete({ 'derived.place.country_code': isText, 'derived.place.city': isText }),
      {
        $group: {
          _id: { city: '$derived.place.city', code: '$derived.place.country_code' },
          ...sums,
        },
      },
      { $sort: { activities: -1, '_id.city': 1, '_id.code': 1 } },
      { $limit: limit },
      { $project: { _id: 0, city: '$_id.city', country: 1, activities: 1, distance: 1 } },
    ],
    answer: { ...exampleSums, city: 'Vienna' },
    note: 'Places of one name in one country count as one.',
  },
  {
    ...whole,
    name: 'northernmost',
    title: 'Which activities started the farthest north?',
    parameters: ['athlete', 'limit'],
    pipeline: [
      ofAthlete({ 'start_point.type': 'Point' }),
      { $set: { latitude: { $last: '$start_point.coordinates' } } },
      { $sort: { latitude: -1, _id: 1 } },
      { $limit: limit },
      { $project: { ...summary, latitude: 1 } },
    ],
    answer: { ...exampleSummary, latitude: 48.31 },
  },
];

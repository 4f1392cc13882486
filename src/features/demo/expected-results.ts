/**
 * A few queries that the demo runs on the database that it has just filled.
 */
import type { Document } from 'mongodb';
import type { Store } from '../../mongo/schema/collections.ts';
import { number, table } from '../shared/text/text-format.ts';

interface SportYear {
  readonly _id: { readonly year: number; readonly sport: string };
  readonly km: number;
  readonly count: number;
}

interface LongestRide {
  readonly name: string;
  readonly start_date: Date;
  readonly distance: number;
}

interface MonthClimb {
  readonly _id: string;
  readonly metres: number;
}

/** Kilometres per sport and year, the longest ride, the climbing of the last months. */
export async function demoAnswers(store: Store): Promise<string> {
  return [
    'Kilometres per year and sport:',
    table(kilometreRows(await aggregate<SportYear>(store, kilometresPerSportAndYear))),
    '',
    longestRideText(await aggregate<LongestRide>(store, longestRide)),
    '',
    'Climbing per month, the last twelve:',
    table((await aggregate<MonthClimb>(store, climbingPerMonth)).map(climbRow)),
  ].join('\n');
}

function aggregate<T extends Document>({ db }: Store, pipeline: Document[]): Promise<T[]> {
  return db.collection('activities').aggregate<T>(pipeline).toArray();
}

const kilometresPerSportAndYear = [
  { $match: { distance: { $gt: 0 } } },
  {
    $group: {
      _id: { year: { $year: '$start_date' }, sport: '$sport_type' },
      km: { $sum: { $divide: ['$distance', 1_000] } },
      count: { $sum: 1 },
    },
  },
  { $sort: { '_id.year': -1, km: -1 } },
];

const longestRide = [
  { $match: { sport_type: 'Ride' } },
  { $sort: { distance: -1 } },
  { $limit: 1 },
  { $project: { name: 1, start_date: 1, distance: 1 } },
];

const climbingPerMonth = [
  {
    $group: {
      _id: { $dateToString: { date: '$start_date', format: '%Y-%m' } },
      metres: { $sum: '$total_elevation_gain' },
    },
  },
  { $sort: { _id: -1 } },
  { $limit: 12 },
];

function kilometreRows(rows: readonly SportYear[]): readonly (readonly string[])[] {
  return rows.map(({ _id, km, count }) => [
    `  ${_id.year}`,
    _id.sport,
    `${number(Math.round(km))} km`,
    `in ${number(count)}`,
  ]);
}

function longestRideText([longest]: readonly LongestRide[]): string {
  if (longest === undefined) return 'Longest ride: none.';
  const { name, start_date, distance } = longest;
  return `Longest ride: ${number(Math.round(distance / 1_000))} km, "${name}" on ${start_date.toISOString().slice(0, 10)}.`;
}

function climbRow({ _id, metres }: MonthClimb): readonly string[] {
  return [`  ${_id}`, `${number(Math.round(metres))} m`];
}

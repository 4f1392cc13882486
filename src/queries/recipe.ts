/**
 * What a question of the cookbook is: data, from which the documentation is written, the tests are made,
 * and which `query` runs. It asks no database.
 */
import type { Document } from 'mongodb';
import type { ParameterName } from './parameters.ts';
import { parameters } from './parameters.ts';

/**
 * A name in a query: a parameter, or a part of what was looked up before (`one.distance`). In the text of
 * the query it stands as it is; before the query runs here, its value takes its place.
 */
export class Name {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

/** A document that is looked up first, because MongoDB's stages cannot say it in one query. */
export interface Lookup {
  readonly as: string;
  readonly collection: string;
  readonly filter: Document;
  readonly projection: Document;
  /** What is wrong where there is no such document: a sentence for who asked. */
  readonly absence: string;
}

/** A ring of corners around a place, as `ring`, because a circle is no GeoJSON. */
export interface Circle {
  readonly lng: Name;
  readonly lat: Name;
  /** In metres. */
  readonly radius: Name | number;
}

/** How much of the database an answer needs: documents that an index finds, or each one once. */
export type Reach = 'selective' | 'whole';

export interface Recipe {
  /** In kebab-case. */
  readonly name: string;
  readonly topic: string;
  /** The question, in one line. */
  readonly title: string;
  readonly parameters: readonly ParameterName[];
  /** Where another text than the parameter's own is the example and the default. */
  readonly examples?: Readonly<Partial<Record<ParameterName, string>>>;
  readonly lookup?: Lookup;
  readonly circle?: Circle;
  readonly collection: string;
  readonly pipeline: readonly Document[];
  /** The index to use, where MongoDB would rather read everything. */
  readonly hint?: string;
  /** One document of the answer, with invented values. */
  readonly answer: Document;
  readonly reach: Reach;
  /** What is to be known besides. */
  readonly note?: string;
}

/** The example of a parameter, which is its default where it is optional. */
export function exampleOf({ examples = {} }: Recipe, name: ParameterName): string {
  return examples[name] ?? parameters[name].example;
}

export const athlete = new Name('athlete');
export const activity = new Name('activity');
export const sport = new Name('sport');
export const year = new Name('year');
export const limit = new Name('limit');
export const meters = new Name('meters');
export const seconds = new Name('seconds');

/** The stage that restricts a query on `activities` to one athlete, and to whatever else is given. */
export function ofAthlete(more: Document = {}): Document {
  return { $match: { 'sync.athlete_id': athlete, ...more } };
}

/** The athlete's local day, "2026-11-22": Strava's text is the wall clock, its `Z` means nothing. */
export const localDay = { $substrBytes: ['$start_date_local', 0, 10] };

/** The local start as a date whose UTC fields are the wall clock's; null where it cannot be read. */
export const localDate = {
  $dateFromString: { dateString: '$start_date_local', onError: null },
};

/** What is summed wherever activities are counted, under Strava's names. */
export const sums = {
  activities: { $sum: 1 },
  distance: { $sum: '$distance' },
  moving_time: { $sum: '$moving_time' },
  total_elevation_gain: { $sum: '$total_elevation_gain' },
};

/** What the documentation shows for {@link sums}. */
export const exampleSums = {
  activities: 5,
  distance: 187412.6,
  moving_time: 25310,
  total_elevation_gain: 1687,
};

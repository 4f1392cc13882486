/**
 * A question of the cookbook as data: the source of the documentation, of the tests, and of what `query`
 * runs. It reads no database.
 */
import type { Document } from 'mongodb';
import type { ParameterName } from './parameters.ts';
import { parameters } from './parameters.ts';

/**
 * A name in a query: a parameter, or a part of the looked-up document (`one.distance`). The text of the
 * query shows the name; `query` replaces it by its value.
 */
export class Name {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

/** A document that is looked up first, because MongoDB's stages cannot express it in one query. */
export interface Lookup {
  readonly as: string;
  readonly collection: string;
  readonly filter: Document;
  readonly projection: Document;
  /** The message if there is no such document. */
  readonly absence: string;
}

/** A ring of corners around a place, named `ring`, because GeoJSON has no circle. */
export interface Circle {
  readonly lng: Name;
  readonly lat: Name;
  /** In metres. */
  readonly radius: Name;
}

/** The documents that an answer reads: those that an index finds, or each one once. */
export type Reach = 'selective' | 'whole';

/** How a program answers faster than MongoDB. A test compares both answers. */
export interface Folded {
  /** The first stages of the pipeline, which MongoDB does. */
  readonly stages: number;
  /** What the other stages do; undefined where it takes too much memory. */
  readonly fold: (
    documents: AsyncIterable<Document>,
    parameters: { readonly limit: number },
  ) => Promise<readonly Document[] | undefined>;
}

export interface Recipe {
  /** In kebab-case. */
  readonly name: string;
  readonly topic: string;
  /** The question, in one line. */
  readonly title: string;
  readonly parameters: readonly ParameterName[];
  /** Examples and defaults that differ from the parameter's own. */
  readonly examples?: Readonly<Partial<Record<ParameterName, string>>>;
  readonly lookup?: Lookup;
  readonly circle?: Circle;
  readonly collection: string;
  readonly pipeline: readonly Document[];
  readonly folded?: Folded;
  /** What `_id` is in the answer; without it, an activity's id. */
  readonly groupedBy?:
    | 'segment'
    | 'sport'
    | 'day'
    | 'week'
    | 'month'
    | 'year'
    | 'weekday'
    | 'gear'
    | 'state'
    | 'climb'
    | 'route';
  /** The index to use if MongoDB would otherwise read everything. */
  readonly hint?: string;
  /** One document of the answer, with invented values. */
  readonly answer: Document;
  readonly reach: Reach;
  readonly note?: string;
}

/** The example of a parameter; the default of an optional one. */
export function exampleOf({ examples = {} }: Recipe, name: ParameterName): string {
  return examples[name] ?? parameters[name].example;
}

/** The parameters that `query` takes: in place of a route, one of its activities. */
export function optionsOf({ parameters: own }: Recipe): readonly ParameterName[] {
  return own.flatMap((name) => (name === 'route' ? [name, 'activity'] : [name]));
}

export const athlete = new Name('athlete');
export const activity = new Name('activity');
export const sport = new Name('sport');
export const year = new Name('year');
export const limit = new Name('limit');
export const meters = new Name('meters');
export const segment = new Name('segment');
export const route = new Name('route');
export const seconds = new Name('seconds');
export const percent = new Name('percent');
export const resting = new Name('resting');
export const highest = new Name('highest');
export const sex = new Name('sex');

/** The stage that restricts a query on `activities` to one athlete and to `more`. */
export function ofAthlete(more: Document = {}): Document {
  return { $match: { 'sync.athlete_id': athlete, ...more } };
}

/** Looks the activity up as `one`, with its athlete, its route and `more`. */
export function routed(more: Document = {}): Lookup {
  return {
    as: 'one',
    collection: 'activities',
    filter: { _id: activity, 'derived.route': { $exists: true }, 'sync.athlete_id': { $gt: 0 } },
    projection: { athlete_id: '$sync.athlete_id', route: '$derived.route', ...more },
    absence: 'There is no such activity, or it has no route.',
  };
}

/** The stage that finds the activities of a route, by the index `route`. */
export function onRoute(athleteId: Name, wanted: Name): Document {
  const of = { $exists: true, $eq: wanted };
  return { $match: { 'sync.athlete_id': athleteId, 'derived.route': of } };
}

/**
 * Matches a number that is not negative, and no list of them: another program or a hand may have stored
 * anything, and pandas writes NaN for what is missing.
 */
export const measured = { $gte: 0, $not: { $type: 'array' } };

/** Whether a number is at a path that is not negative; between two stages it is cheaper than to match {@link measured}. */
function isMeasured(path: string): Document {
  return { $and: [{ $isNumber: path }, { $gte: [path, 0] }] };
}

/** The number at a path that is not negative, or `otherwise`. */
export function numberAt(path: string, otherwise: unknown = 0): Document {
  return { $cond: [isMeasured(path), path, otherwise] };
}

/** The list at a path, or an empty one. */
export function listAt(path: string): Document {
  return { $cond: [{ $isArray: path }, path, []] };
}

/** Matches a local start of the years that MongoDB writes. */
export const readableStart = {
  'derived.local.date': {
    $gte: new Date('0000-01-01T00:00:00Z'),
    $lte: new Date('9999-12-31T23:59:59.999Z'),
  },
};

/** The local start as a date whose UTC fields are the wall clock's; null where a list holds it. */
export const localDate = {
  $convert: { input: '$derived.local.date', to: 'date', onError: null },
};

const local = (format: string): Document => ({ $dateToString: { format, date: localDate } });

/** The athlete's local day, "2026-11-22". */
export const localDay = local('%Y-%m-%d');
export const localMonth = local('%Y-%m');
export const localYear = local('%Y');
/** The local ISO week, "2026-W47". */
export const localWeek = local('%G-W%V');

/** The accumulator of some fields of the activity with the largest `field`. */
export function topBy(field: string, fields: readonly string[]): Document {
  const output = Object.fromEntries(['_id', ...fields].map((name) => [name, `$${name}`]));
  return { $top: { sortBy: { [field]: -1, _id: 1 }, output } };
}

/**
 * The accumulator of the activity with the least `rank`, and of the least id among equals, of those where `path` is
 * {@link isMeasured}; null without any. Documents compare by their first fields first; for many groups it takes half
 * the CPU of `$top`, and a third less with two fields than with the activity's name and start.
 */
export function leastBy(rank: unknown, path: string): Document {
  return { $min: { $cond: [isMeasured(path), { rank, activity_id: '$_id' }, null] } };
}

/** Leaves groups without a `top` of {@link leastBy} out, and looks the activities of the others up as `of`. */
export const withTopActivity: readonly Document[] = [
  { $match: { top: { $ne: null } } },
  {
    $lookup: {
      from: 'activities',
      localField: 'top.activity_id',
      foreignField: '_id',
      pipeline: [{ $project: { _id: 0, name: 1, start_date_local: 1 } }],
      as: 'of',
    },
  },
];

/** The value that {@link leastBy} ranked, as it is or negated, with the activity of {@link withTopActivity}. */
export function topActivityAs(value: string): readonly unknown[] {
  return [{ [value]: { $abs: '$top.rank' }, activity_id: '$top.activity_id' }, { $first: '$of' }];
}

/** The sums over activities, under Strava's names. */
export const sums = {
  activities: { $sum: 1 },
  distance: { $sum: numberAt('$distance') },
  moving_time: { $sum: numberAt('$moving_time') },
  total_elevation_gain: { $sum: numberAt('$total_elevation_gain') },
};

/** The example of {@link sums}. */
export const exampleSums = {
  activities: 5,
  distance: 187412.6,
  moving_time: 25310,
  total_elevation_gain: 1687,
};

/** The projection that lists activities. */
export const summary = { name: 1, sport_type: 1, start_date_local: 1, distance: 1 };

/** The example of {@link summary}. */
export const exampleSummary = {
  _id: 19000000001,
  name: 'Morning Ride',
  sport_type: 'Ride',
  start_date_local: '2026-11-22T09:12:44Z',
  distance: 42195.3,
};

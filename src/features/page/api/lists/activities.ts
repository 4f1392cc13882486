/**
 * `activities`: all of them as columns, so that a browser sorts, filters and searches without asking again.
 */
import type { Document } from 'mongodb';
import { cityText, placeText } from '../../../shared/text/place-text.ts';
import { activityPages } from './activity-pages.ts';
import { streamsStateOf } from '../summary.ts';
import type { Names } from '../names.ts';
import type { StoredVersion } from './stored-version.ts';
import type { StreamsState } from '../types/common.ts';
import type { ActivityColumns } from '../types/lists.ts';
import { flagOf, idOf, localTimeOf, measureOf, textOf } from '../values.ts';

const projection = {
  name: 1,
  sport_type: 1,
  start_date: 1,
  start_date_local: 1,
  distance: 1,
  moving_time: 1,
  elapsed_time: 1,
  total_elevation_gain: 1,
  average_heartrate: 1,
  average_watts: 1,
  gear_id: 1,
  manual: 1,
  'track.type': 1,
  'derived.place': 1,
  'sync.athlete_id': 1,
  'sync.streams.state': 1,
  'sync.streams.source': 1,
};

/** A row of {@link ActivityColumns}, with what the indexes stand for. */
interface Row {
  readonly id: string;
  readonly athlete: string;
  readonly name: string;
  readonly sport: string;
  /** Empty where it is unknown. */
  readonly place: string;
  readonly city: string;
  readonly start: number;
  readonly local: string;
  readonly distance: number | null;
  readonly movingTime: number | null;
  readonly elapsedTime: number | null;
  readonly climbing: number | null;
  readonly heartrate: number | null;
  readonly watts: number | null;
  readonly gear: string;
  readonly streams: StreamsState;
  readonly hasTrack: boolean;
  readonly isManual: boolean;
  readonly isOfExport: boolean;
}

/** {@link ActivityColumns} as JSON, in pieces. */
export async function* writeColumns({ store, names }: StoredVersion): AsyncGenerator<string> {
  const rows: Row[] = [];
  for await (const page of activityPages(store, {}, projection)) rows.push(...page.map(rowOf));
  rows.sort((one, other) => other.start - one.start);
  const { columns, ...head } = columnsOf(rows, names);
  yield `${JSON.stringify(head).slice(0, -1)},"columns":{`;
  let before = '';
  for (const [key, column] of Object.entries(columns)) {
    yield `${before}"${key}":${JSON.stringify(column)}`;
    before = ',';
  }
  yield '}}';
}

function rowOf(activity: Document): Row {
  const { start_date: start, sync = {} } = activity as { start_date: unknown; sync?: Document };
  const { streams } = sync as { streams?: unknown };
  const at = start instanceof Date ? start.getTime() : Number.NaN;
  return {
    id: idOf(activity['_id']),
    athlete: idOf(sync['athlete_id']),
    name: textOf(activity['name']),
    sport: textOf(activity['sport_type']),
    place: placeText(activity),
    city: cityText(activity),
    start: Number.isNaN(at) ? 0 : Math.floor(at / 1_000),
    local: localTimeOf(activity['start_date_local']),
    distance: measureOf(activity['distance']),
    movingTime: measureOf(activity['moving_time']),
    elapsedTime: measureOf(activity['elapsed_time']),
    climbing: measureOf(activity['total_elevation_gain']),
    heartrate: measureOf(activity['average_heartrate']),
    watts: measureOf(activity['average_watts']),
    gear: textOf(activity['gear_id']),
    streams: streamsStateOf(Object(streams) as Document),
    hasTrack: (Object(activity['track']) as Document)['type'] === 'LineString',
    isManual: flagOf(activity['manual']),
    isOfExport: (Object(streams) as Document)['source'] === 'export',
  };
}

function columnsOf(rows: readonly Row[], names: Names): ActivityColumns {
  const athletes = new Index(rows.map((row) => row.athlete));
  const sports = new Index(rows.map((row) => row.sport));
  const places = new Index(
    rows.map((row) => row.place),
    '',
  );
  const cities = new Map(rows.map((row) => [row.place, row.city]));
  const gear = new Index([...rows.map((row) => row.gear), ...names.gear.keys()], '');
  const column = <K extends keyof Row>(key: K): readonly Row[K][] => rows.map((row) => row[key]);
  return {
    count: rows.length,
    athletes: athletes.values.map((id) => ({ id, name: names.athletes.get(id) ?? '' })),
    gear: gear.values.map((id) => ({ id, name: names.gear.get(id) ?? id })),
    sports: sports.values,
    places: places.values.map((text) => ({ city: cities.get(text) ?? '', text })),
    columns: {
      id: column('id'),
      athlete: rows.map((row) => athletes.of(row.athlete) ?? 0),
      name: column('name'),
      sport: rows.map((row) => sports.of(row.sport) ?? 0),
      place: rows.map((row) => places.of(row.place)),
      start: column('start'),
      local: column('local'),
      distance: column('distance'),
      movingTime: column('movingTime'),
      elapsedTime: column('elapsedTime'),
      climbing: column('climbing'),
      heartrate: column('heartrate'),
      watts: column('watts'),
      gear: rows.map((row) => gear.of(row.gear)),
      streams: column('streams'),
      hasTrack: column('hasTrack'),
      isManual: column('isManual'),
      isOfExport: column('isOfExport'),
    },
  };
}

/** The different values in the order in which they occur first, and the place of each. */
class Index {
  readonly values: readonly string[];
  readonly #places: ReadonlyMap<string, number>;

  /** @param none a value that counts as none. */
  constructor(all: readonly string[], none?: string) {
    this.values = [...new Set(all)].filter((value) => value !== none);
    this.#places = new Map(this.values.map((value, place) => [value, place]));
  }

  of(value: string): number | null {
    return this.#places.get(value) ?? null;
  }
}

/**
 * The API over a database of one test file, called without a network; every request reads anew.
 */
import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import type { Clock } from '../../../../src/clock.ts';
import { systemClock } from '../../../../src/clock.ts';
import { createApi } from '../../../../src/features/page/api/api.ts';
import type { Database } from '../../../../src/main.ts';
import { activities } from '../../../../src/mongo/schema/definitions/activities.ts';
import type { Adapter } from '../../../mongo/adapter.ts';
import { useAdapter } from '../../../mongo/adapter.ts';
import { exampleOf } from '../../../mongo/schema/schema-examples.ts';
import { createTestProgram } from '../../../support/command/program.ts';

export const athleteId = 1001;
export const activityId = 19_000_000_001;

export interface Api {
  readonly adapter: Adapter;
  /** Undefined is a database that is away. */
  database: Pick<Database, 'store'> | undefined;
  readonly request: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  readonly json: <T>(path: string) => Promise<T>;
  /** Documents of any shape. */
  readonly put: (collection: string, ...documents: readonly Document[]) => Promise<void>;
}

/** A minute passes with each look at it. */
function createFastClock(): Clock {
  let now = 0;
  return { ...systemClock, monotonicMs: () => (now += 60_000) };
}

/** Call it at the top of a test file. */
export function useApi(config: Readonly<Record<string, string>> = {}): Api {
  const adapter = useAdapter();
  const program = createTestProgram({ clock: createFastClock(), config });
  let away = false;
  const app = createApi(program, {
    database: () => (away ? undefined : ({ store: adapter.store } as Database)),
  });
  const request: Api['request'] = async (path, headers = {}) => app.request(path, { headers });
  return {
    adapter,
    get database() {
      return away ? undefined : { store: adapter.store };
    },
    set database(database) {
      away = database === undefined;
    },
    request,
    json: async <T>(path: string) => (await (await request(path)).json()) as T,
    put: async (collection, ...documents) => {
      await adapter.database.db
        .collection(collection)
        .insertMany([...documents], { bypassDocumentValidation: true });
    },
  };
}

/** An activity as the sync stores it. */
export function activityOf(changes: Document = {}): Document {
  const { sync, derived } = exampleOf(activities) as { sync: Document; derived: Document };
  return {
    _id: Long.fromNumber(activityId),
    name: 'Morning Ride',
    sport_type: 'Ride',
    start_date: new Date('2026-11-22T08:12:44Z'),
    start_date_local: '2026-11-22T09:12:44Z',
    distance: 42_195.3,
    moving_time: 6_120,
    elapsed_time: 6_500,
    total_elevation_gain: 516,
    average_heartrate: 140.3,
    average_watts: 185.5,
    gear_id: 'b1',
    manual: false,
    map: { summary_polyline: '_aeeHog|bBo}@o}@f^_|B' },
    track: {
      type: 'LineString',
      coordinates: [
        [16.37, 48.2],
        [16.38, 48.21],
        [16.4, 48.205],
      ],
    },
    start_point: { type: 'Point', coordinates: [16.37, 48.2] },
    derived,
    ...changes,
    sync: {
      ...sync,
      athlete_id: Long.fromNumber(athleteId),
      streams: { state: 'stored', tries: 0, sample_count: 3 },
      ...(changes['sync'] as Document | undefined),
    },
  };
}

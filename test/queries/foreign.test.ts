import { isDeepStrictEqual } from 'node:util';
import type { Document } from 'mongodb';
import { Long, ObjectId } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';

import { localTimeOf } from '../../src/domain/derived/local-time.ts';
import { fileNameOf } from '../../src/features/shared/recording-files/file-name.ts';
import { hide } from '../../src/features/shared/recording-files/hide.ts';
import type { ShownRecording } from '../../src/features/shared/recording-files/samples.ts';
import { recordings } from '../../src/mongo/streams/recordings.ts';
import { written } from '../features/shared/recording-files/recording-of.ts';
import { answerOf } from '../../src/features/shared/answer.ts';
import { answerText } from '../../src/features/query/report.ts';
import type { Scope } from '../../src/queries/binding.ts';
import { parameters } from '../../src/queries/parameters.ts';
import type { Recipe } from '../../src/queries/recipe.ts';
import { exampleOf } from '../../src/queries/recipe.ts';
import { recipes } from '../../src/queries/recipes.ts';
import { views } from '../../src/queries/views.ts';
import { activities } from '../../src/mongo/schema/definitions/activities.ts';
import { routes } from '../../src/mongo/schema/definitions/routes.ts';
import { useAdapter } from '../mongo/adapter.ts';
import { exampleOf as exampleOfDefinition } from '../mongo/schema/schema-examples.ts';

const adapter = useAdapter();
const athlete = Long.fromNumber(1001);
const soundId = Long.fromNumber(19_000_000_001);
const line = [
  [16.36, 48.2],
  [16.38, 48.21],
  [16.39, 48.22],
];

/** Everything that a question reads of an activity. */
const sound: Document = {
  _id: soundId,
  name: 'Morning Run',
  sport_type: 'Run',
  start_date: new Date('2026-05-04T06:00:12Z'),
  start_date_local: '2026-05-04T08:00:12Z',
  distance: 21_345.6,
  moving_time: 6_120,
  total_elevation_gain: 210,
  average_heartrate: 151,
  kudos_count: 12,
  athlete_count: 3,
  calories: 1_204.5,
  gear_id: 'g1',
  track: { type: 'LineString', coordinates: line },
  start_point: { type: 'Point', coordinates: line[0] },
  derived: {
    local: localTimeOf('2026-05-04T08:00:12Z'),
    place: { city: 'Vienna', region: 'Vienna', country: 'Austria', country_code: 'AT' },
    version: 3,
    best_distance: [
      { meters: 5_000, seconds: 1_290 },
      { meters: 10_000, seconds: 2_700 },
    ],
    best_power: [{ seconds: 1_200, watts: 251 }],
    best_time: [
      { seconds: 720, meters: 2_984 },
      { seconds: 3_600, meters: 13_250 },
    ],
    heartrate_seconds: [{ bpm: 150, seconds: 100 }],
    climbs: [
      {
        ...{ from_m: 2_000, to_m: 7_000, from_index: 0, to_index: 2, length: 5_000, gain: 350 },
        ...{ gradient: 7, steepest: 11.3, category: 3, seconds: 1_000 },
      },
    ],
    gradient_meters: [{ percent: 8, meters: 1_230 }],
    max_climb_gain: 350,
    route: new ObjectId('665f1c2ab7e8a90012345678'),
    cells: [17 * 2 ** 36 + 196_371 * 180_001 + 138_208],
  },
  sync: {
    ...(exampleOfDefinition(activities)['sync'] as Document),
    athlete_id: athlete,
    streams: { state: 'stored', tries: 0 },
  },
};

const odd: Readonly<Record<string, unknown>> = {
  text: 'odd',
  'date of no calendar': '2026-13-45T99:00:00Z',
  number: -7.5,
  'not a number': Number.NaN,
  null: null,
  list: ['odd', 7, new Date('2026-02-03T00:00:00Z')],
  object: { odd: true },
  date: new Date('2026-02-03T00:00:00Z'),
};

/** The paths below a document, of lists the first member. A geometry cannot be odd: its index rejects it. */
function pathsOf(value: unknown, prefix = ''): readonly string[] {
  if (value === null || typeof value !== 'object' || Long.isLong(value) || value instanceof Date)
    return [];
  if (value instanceof ObjectId) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const path = `${prefix}${key}`;
    if (['_id', 'track', 'start_point'].includes(path)) return [];
    if (path.startsWith('sync.') && !path.startsWith('sync.streams')) return [];
    const isLater = Array.isArray(value) && key !== '0';
    return isLater ? [] : [path, ...pathsOf(member, `${path}.`)];
  });
}

function withValue(document: Document, [key = '', ...rest]: readonly string[], value: unknown) {
  const copy = (Array.isArray(document) ? document.slice() : { ...document }) as Document;
  const member: unknown = copy[key];
  copy[key] = rest.length === 0 ? value : withValue(member as Document, rest, value);
  return copy;
}

/** Copies of a document, each with one path of a kind that it cannot have. */
function foreignTo(document: Document, value: unknown, idOf: (index: number) => unknown) {
  return pathsOf(document).map((path, index) => ({
    ...withValue(document, path.split('.'), value),
    _id: idOf(index),
  }));
}

const soundStreams: Document = {
  athlete_id: athlete,
  part: 0,
  parts: 1,
  sample_count: 3,
  fetched_at: new Date('2026-05-05T00:00:00Z'),
  start_date: sound['start_date'] as Date,
  epoch: 1,
  time: [0, 10, 1_300],
  ...Object.fromEntries(
    ['lat', 'lng', 'altitude', 'velocity_smooth', 'cadence', 'temp', 'grade_smooth'].map((key) => [
      key,
      [1, 2, 3],
    ]),
  ),
  distance: [0, 5_001, 30_000],
  heartrate: [150, 151, 152],
  watts: [200, 210, 220],
  moving: [true, true, true],
};

const soundRoute: Document = {
  ...exampleOfDefinition(routes),
  athlete_id: athlete,
  activity_id: soundId,
  start_point: sound['start_point'] as Document,
  track: sound['track'] as Document,
};

function withoutCells(route: Document): Document {
  return Object.fromEntries(Object.entries(route).filter(([key]) => key !== 'cells'));
}

const zones = [
  { min: 0, max: 150 },
  { min: 150, max: -1 },
];

const soundAthlete = {
  _id: athlete,
  sex: 'F',
  zones: { heart_rate: { zones }, power: { zones } },
  settings: { resting_heartrate: 52, max_heartrate: 187, sex: 'female' },
};

async function fill(value: unknown): Promise<readonly Long[]> {
  await adapter.empty();
  const { db } = adapter.database;
  const put = async (name: string, documents: readonly Document[]): Promise<void> => {
    await db.collection(name).insertMany([...documents], { bypassDocumentValidation: true });
  };
  const first = soundId.toNumber() + 1;
  const idOf = (index: number): Long => Long.fromNumber(first + index);
  await put('activities', [sound, ...foreignTo(sound, value, idOf)]);
  const odds = foreignTo({ ...soundStreams, activity_id: soundId }, value, () => new ObjectId());
  // With another activity each, because the part has to be unique.
  const ofOther = odds.map((one, index) => ({ ...one, activity_id: idOf(index), part: 0 }));
  await put('streams', [{ ...soundStreams, activity_id: soundId }, ...ofOther]);
  await put('athletes', [soundAthlete]);
  // MongoDB does not index two lists of one document at once.
  const routeOdds = foreignTo(soundRoute, value, () => new ObjectId()).map(withoutCells);
  await put('routes', [soundRoute, ...routeOdds]);
  await put('gear', [
    { _id: 'g1', name: 'Shoes', distance: 5 },
    ...foreignTo({ name: 'Shoes', distance: 5 }, value, (index) => `g${index + 2}`),
  ]);
  const change = { athlete_id: athlete, seen_at: new Date(), kind: 'changed', fields: [] };
  await put('changes', [change, ...foreignTo(change, value, () => new ObjectId())]);
  const tombstone = { athlete_id: athlete, at: new Date(), why: 'deleted', start_date: new Date() };
  await put('tombstones', [
    { ...tombstone, _id: Long.fromNumber(1) },
    ...foreignTo(tombstone, value, (index) => Long.fromNumber(index + 2)),
  ]);
  return odds.map((_, index) => idOf(index));
}

function scopeOf(recipe: Recipe, activityId: Long): Scope {
  const read = recipe.parameters.map((name) => [
    name,
    parameters[name].read(exampleOf(recipe, name)),
  ]);
  return { ...(Object.fromEntries(read) as Scope), athlete, activity: activityId };
}

async function ask(recipe: Recipe, activityId = soundId): Promise<readonly Document[]> {
  const order = { scope: scopeOf(recipe, activityId), match: {} };
  return (await answerOf(adapter.store, recipe, order)) ?? [];
}

/** Fields that a question only passes on, as they are stored. */
const passedOn = new Set([
  ...['name', 'fields', 'kind', 'why', 'at', 'start_date', 'seen_at', 'error'],
  ...['first_at', 'last_at'],
]);

/** What is computed is of the documented type, or nothing. */
function wrongIn(found: unknown, example: unknown, path = ''): readonly string[] {
  if (found === null || found === undefined) return [];
  if (example instanceof ObjectId) return found instanceof ObjectId ? [] : [path];
  if (typeof example !== 'object' || example === null)
    return typeof found === typeof example || (typeof example === 'number' && Long.isLong(found))
      ? Number.isNaN(found)
        ? [path]
        : []
      : [`${path}: ${JSON.stringify(found)}`];
  return Object.entries(example).flatMap(([key, member]: [string, unknown]) =>
    passedOn.has(key) ? [] : wrongIn((found as Document)[key], member, `${path}.${key}`),
  );
}

describe.each(Object.keys(odd))('a stored value of another kind: %s', (kind) => {
  let others: readonly Long[];
  beforeAll(async () => {
    others = await fill(odd[kind]);
  });

  it.each(recipes)('does not break the question $name', async (recipe) => {
    const answer = await ask(recipe);
    for (const form of ['table', 'raw', 'json', 'csv'] as const) answerText(answer, form);
    // A list is passed on where a value of it was searched for.
    if (recipe.groupedBy !== undefined && kind !== 'list')
      expect(answer.flatMap((one) => wrongIn(one, recipe.answer))).toEqual([]);
    if (!recipe.parameters.includes('activity')) return;
    await Promise.all(others.map((id) => ask(recipe, id)));
  });

  it.each(recipes.filter(({ name }) => name.startsWith('heartrate-zones')))(
    "does not break the question $name in the athlete's zones",
    async (recipe) => {
      const athletes = adapter.database.db.collection<{ _id: Long }>('athletes');
      for (const one of foreignTo(soundAthlete, odd[kind], () => athlete)) {
        await athletes.replaceOne({ _id: athlete }, one, { bypassDocumentValidation: true });
        const answer = await ask(recipe);
        expect(answer.flatMap((zone) => wrongIn(zone, recipe.answer))).toEqual([]);
      }
      await athletes.replaceOne({ _id: athlete }, soundAthlete);
    },
  );

  it("does not break the view of the training load in the athlete's document", async () => {
    const athletes = adapter.database.db.collection<{ _id: Long }>('athletes');
    const view = views.find(({ name }) => name === 'training_load_days');
    for (const one of foreignTo(soundAthlete, odd[kind], () => athlete)) {
      await athletes.replaceOne({ _id: athlete }, one, { bypassDocumentValidation: true });
      const days = adapter.database.db.collection('training_load_days');
      const found = await days.find({ athlete_id: athlete }).toArray();
      expect(found.length).toBeGreaterThan(0);
      expect(found.flatMap((day) => wrongIn(day, view?.answer))).toEqual([]);
      expect(found.every(({ load }) => Number.isFinite(load))).toBe(true);
    }
    await athletes.replaceOne({ _id: athlete }, soundAthlete, { bypassDocumentValidation: true });
  });

  it('leaves the value alone out of a sum, and the rest of the activity in', async () => {
    const { db } = adapter.database;
    const owned = { 'sync.athlete_id': { $exists: true } };
    const stored = await db.collection('activities').find(owned).toArray();
    const date = localTimeOf('2026-05-04T08:00:12Z')?.date;
    const dateOf = ({ derived }: Document): unknown =>
      (Object((Object(derived) as Document)['local']) as Document)['date'];
    const readable = stored.filter((one) => isDeepStrictEqual(dateOf(one), date));
    const distances = readable.map(({ distance }) => distance as unknown);
    const sum = distances
      .filter((distance) => distance === sound['distance'])
      .reduce<number>((so, distance) => so + Number(distance), 0);
    expect(readable.length).toBeGreaterThan(20);
    expect(distances).toHaveLength(readable.length);
    const [found] = await db.collection('monthly_totals').find({ month: '2026-05' }).toArray();
    expect(found?.['activities']).toBe(readable.length);
    expect(found?.['distance']).toBeCloseTo(sum, 3);
  });

  it.each(['gpx', 'geojson', 'csv', 'ndjson'] as const)(
    'does not break an export as %s',
    async (format) => {
      const shown: ShownRecording[] = [];
      for await (const one of recordings(adapter.store))
        shown.push(one, hide(one, [{ lat: 1, lng: 1, meters: 500 }]));
      expect(shown.length).toBeGreaterThan(0);
      expect(await written(format, ...shown)).not.toMatch(/undefined|\[object/);
      for (const one of shown) fileNameOf(one, format);
    },
  );

  it.each(views)('does not break the view $name', async ({ name, answer }) => {
    const found = await adapter.database.db.collection(name).find().toArray();
    expect(found.length).toBeGreaterThan(0);
    expect(found.flatMap((one) => wrongIn(one, answer))).toEqual([]);
  });
});

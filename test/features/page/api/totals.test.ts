import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../../../src/features/page/api/api.ts';
import type { Database } from '../../../../src/main.ts';
import { pageOf, recordOf } from '../../../mongo/pages.ts';
import { createTestProgram } from '../../../support/command/program.ts';
import { createMovableTime } from '../../../support/time.ts';
import { useApi } from './api-fixture.ts';

const api = useApi();

const otherId = 1002;
/** What a silent MongoDB answers with. */
const never: { sort: () => object; toArray: () => Promise<unknown> } = {
  sort: () => never,
  toArray: () => new Promise(() => undefined),
};

/** An activity of a local day, of 10 km in an hour with 100 m of climbing. */
function activity(id: number, day: string, changes = {}) {
  return recordOf(id, {
    start_date: `${day}T06:00:00Z`,
    start_date_local: `${day}T08:00:00Z`,
    distance: 10_000,
    moving_time: 3_600,
    total_elevation_gain: 100,
    ...changes,
  });
}

const once = { activities: 1, distance: 10_000, movingTime: 3_600, climbing: 100 };
const twice = { activities: 2, distance: 20_000, movingTime: 7_200, climbing: 200 };

beforeAll(async () => {
  const { activities, database } = api.adapter;
  await activities.storePage(
    pageOf([
      activity(1, '2025-12-31'),
      activity(2, '2026-01-01'),
      activity(3, '2026-01-02', { sport_type: 'Run' }),
      activity(4, '2026-01-02'),
    ]),
  );
  const ofOther = activity(5, '2026-01-03', { athlete: { id: otherId } });
  await activities.storePage(pageOf([ofOther], { athleteId: otherId }));
  // What another program may have written.
  const odd = { name: 7, sport_type: ['Ride'], distance: 'far', derived: { local: { date: 5 } } };
  const collection = database.db.collection<Document & { readonly _id: Long }>('activities');
  const stored = await collection.findOne({});
  const unchecked = { bypassDocumentValidation: true };
  await collection.insertOne({ ...stored, _id: Long.fromNumber(6), ...odd }, unchecked);
});

describe('totals', () => {
  const ofAthlete = (by: string, more = ''): Promise<unknown> =>
    api.get(`/totals?by=${by}&athlete=1001${more}`).then(({ body }) => body);

  it.each([
    ['day', ['2026-01-02', '2026-01-01', '2025-12-31'], [twice, once, once]],
    [
      'week',
      ['2026-W01'],
      [{ activities: 4, distance: 40_000, movingTime: 14_400, climbing: 400 }],
    ],
    [
      'month',
      ['2026-01', '2025-12'],
      [{ ...twice, activities: 3, distance: 30_000, movingTime: 10_800, climbing: 300 }, once],
    ],
    [
      'year',
      ['2026', '2025'],
      [{ ...twice, activities: 3, distance: 30_000, movingTime: 10_800, climbing: 300 }, once],
    ],
    ['weekday', ['3', '4', '5'], [once, once, twice]],
  ])('totals by %s have one row for each, whatever the sport', async (by, keys, sums) => {
    const rows = keys.map((key, index) => ({ key, ...sums[index] }));
    expect(await ofAthlete(by)).toEqual({ by, rows });
  });

  it('totals by sport are of one sport each, and of one sport where it is named', async () => {
    const run = { key: 'Run', ...once };
    const all = await ofAthlete('sport');
    expect(all).toMatchObject({ rows: [{ key: 'Ride', activities: 3 }, run] });
    expect(await ofAthlete('sport', '&sport=Run')).toEqual({ by: 'sport', rows: [run] });
    expect(await ofAthlete('day', '&sport=Swim')).toEqual({ by: 'day', rows: [] });
  });

  it('totals without an athlete are of all together', async () => {
    const { body } = await api.get('/totals?by=year');
    expect(body).toMatchObject({ rows: [{ key: '2026', activities: 4 }, { key: '2025' }] });
    expect(await api.get('/totals?by=year&athlete=')).toMatchObject({ body });
  });

  it('totals of an unknown athlete are empty', async () => {
    expect(await api.get('/totals?by=day&athlete=9')).toEqual({
      status: 200,
      body: { by: 'day', rows: [] },
    });
  });

  it.each([
    ['/totals', 'by takes one of day, week, month, year, sport, weekday; not "".'],
    ['/totals?by=hour', 'by takes one of day, week, month, year, sport, weekday; not "hour".'],
    ['/totals?by=day&athlete=me', 'athlete takes an id of Strava in digits; not "me".'],
    ['/streaks?athlete=-1', 'athlete takes an id of Strava in digits; not "-1".'],
    [
      '/streaks?athlete=1234567890123456',
      'athlete takes an id of Strava in digits; not "1234567890123456".',
    ],
  ])('%s is responded to with 400 and one sentence', async (path, message) => {
    expect(await api.get(path)).toEqual({ status: 400, body: { message } });
  });
});

describe('streaks', () => {
  it('streaks are series of days, of one athlete or of all together', async () => {
    const from = '2025-12-31';
    const { body } = await api.get('/streaks?athlete=1001');
    expect(body).toEqual({ rows: [{ from, to: '2026-01-02', days: 3 }] });
    expect((await api.get('/streaks')).body).toEqual({
      rows: [{ from, to: '2026-01-03', days: 4 }],
    });
    expect((await api.get('/streaks?sport=Run')).body).toEqual({
      rows: [{ from: '2026-01-02', to: '2026-01-02', days: 1 }],
    });
  });
});

describe('the API', () => {
  it('a path that does not exist is responded to with 404', async () => {
    const body = { message: 'There is no such path.' };
    expect(await api.get('/nothing')).toEqual({ status: 404, body });
  });

  it('totals are responded to with 503 while MongoDB is away', async () => {
    api.setAway(true);
    const away = await api.get('/totals?by=day');
    api.setAway(false);
    const message = 'MongoDB is away: try again once it is back.';
    expect(away).toEqual({ status: 503, body: { message } });
  });

  it('a silent MongoDB is responded to with 503 instead of waiting for it', async () => {
    const time = createMovableTime();
    const silent = { store: { activities: { distinct: () => new Promise(() => undefined) } } };
    const app = createApi(createTestProgram({ clock: time.local }), {
      database: () => silent as unknown as Database,
    });
    const waiting = app.request('/streaks');
    await new Promise(setImmediate);
    time.pass(60_000);
    expect((await waiting).status).toBe(503);
  });

  it('now shows the last figures, however many other requests wait for a silent MongoDB', async () => {
    const time = createMovableTime();
    const program = createTestProgram({ mongodb: api.adapter.database, clock: time.local });
    const command = (): Promise<unknown> => new Promise(() => undefined);
    const collection = (): object => ({ aggregate: () => never, find: () => never });
    const silent = { store: { db: { command, collection } } };
    let database: unknown = api.database;
    const app = createApi(program, { database: () => database as Database });
    expect((await app.request('/now')).status).toBe(200);
    database = silent;
    const waiting = Array.from({ length: 100 }, (_, id) =>
      Promise.resolve(app.request(`/streaks?athlete=${id + 1}`)),
    );
    await new Promise(setImmediate);
    const now = await app.request('/now');
    expect([now.status, await now.json()]).toMatchObject([200, { isStale: false }]);
    time.pass(60_000);
    const later = app.request('/now');
    await new Promise(setImmediate);
    time.pass(60_000);
    expect(await (await later).json()).toMatchObject({ isStale: true });
    await Promise.all(waiting);
  });
});

import { gunzipSync } from 'node:zlib';
import polylineCodec from '@googlemaps/polyline-codec';
import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiError } from '../../../../../src/features/page/api/types/common.ts';
import type {
  ActivityColumns,
  Cells,
  TrackLine,
} from '../../../../../src/features/page/api/types/lists.ts';
import { activityId, activityOf, athleteId, useApi } from '../stored-fixture.ts';

const api = useApi();
const place = { city: 'Wien', region: 'Vienna', country: 'Austria', country_code: 'AT' };
const idOf = (index: number): Long => Long.fromNumber(activityId + index);

beforeEach(async () => {
  api.database = api.adapter;
  await api.adapter.empty();
});

async function tracks(): Promise<readonly TrackLine[]> {
  const text = await (await api.request('/tracks')).text();
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as TrackLine);
}

describe('GET /activities', () => {
  it('gives all activities as columns, the newest first, with names for their indexes', async () => {
    await api.put('athletes', {
      _id: Long.fromNumber(athleteId),
      firstname: 'Ada',
      lastname: 'L.',
    });
    await api.put('gear', { _id: 'b1', name: 'Gravel' }, { _id: 'b2' });
    await api.put(
      'activities',
      activityOf({ derived: { place } }),
      activityOf({
        _id: idOf(1),
        name: '<script>alert("é🚴")</script>',
        sport_type: 'Run',
        start_date: new Date('2020-01-02T03:04:05Z'),
        gear_id: 'g9',
        manual: true,
        ...{ track: undefined, derived: {} },
        sync: { streams: { state: 'none', tries: 0, source: 'export' } },
      }),
      activityOf({
        ...{ _id: idOf(2), start_date: new Date('2026-11-23T08:00:00Z'), gear_id: null },
        derived: { place: { ...place, region: 7 } },
      }),
    );
    expect(await api.json<ActivityColumns>('/activities')).toEqual({
      count: 3,
      athletes: [{ id: '1001', name: 'Ada L.' }],
      gear: [
        { id: 'b1', name: 'Gravel' },
        { id: 'g9', name: 'g9' },
        { id: 'b2', name: 'b2' },
      ],
      sports: ['Ride', 'Run'],
      places: [
        { city: 'Wien', text: 'Wien, Austria' },
        { city: 'Wien', text: 'Wien, Vienna, Austria' },
      ],
      columns: {
        id: ['19000000003', '19000000001', '19000000002'],
        athlete: [0, 0, 0],
        name: ['Morning Ride', 'Morning Ride', '<script>alert("é🚴")</script>'],
        sport: [0, 0, 1],
        place: [0, 1, null],
        start: [1_795_420_800, 1_795_335_164, 1_577_934_245],
        local: ['2026-11-22T09:12:44', '2026-11-22T09:12:44', '2026-11-22T09:12:44'],
        distance: [42_195.3, 42_195.3, 42_195.3],
        movingTime: [6_120, 6_120, 6_120],
        elapsedTime: [6_500, 6_500, 6_500],
        climbing: [516, 516, 516],
        heartrate: [140.3, 140.3, 140.3],
        watts: [185.5, 185.5, 185.5],
        gear: [null, 0, 1],
        streams: ['stored', 'stored', 'none'],
        hasTrack: [true, true, false],
        isManual: [false, false, true],
        isOfExport: [false, false, true],
      },
    });
  });

  it('is empty where nothing is stored', async () => {
    const { count, sports, columns } = await api.json<ActivityColumns>('/activities');
    expect({ count, sports, ids: columns.id }).toEqual({ count: 0, sports: [], ids: [] });
  });

  it('gives every activity once, over several pages', async () => {
    const stored = Array.from({ length: 450 }, (_, index) => activityOf({ _id: idOf(index) }));
    await api.put('activities', ...stored);
    const { count, columns } = await api.json<ActivityColumns>('/activities');
    expect(count).toBe(450);
    expect(new Set(columns.id).size).toBe(450);
    expect(Object.values(columns).map((column) => column.length)).toEqual(Array(18).fill(450));
  });

  it.each([
    ['a text', 'odd'],
    ['a negative number', -7.5],
    ['no number', Number.NaN],
    ['nothing', null],
    ['a list', ['odd', 7]],
    ['an object', { odd: true }],
    ['a date of no calendar', new Date(8.64e15)],
  ])('leaves %s in any field out, not the activity', async (_, odd) => {
    const fields = Object.keys(activityOf()).filter(
      (key) => !['_id', 'sync', 'track', 'start_point'].includes(key),
    );
    await api.put(
      'activities',
      ...fields.map((field, index) => activityOf({ _id: idOf(index), [field]: odd })),
      activityOf({ _id: idOf(100), sync: { streams: odd } }),
      { ...activityOf({ _id: idOf(101) }), sync: odd },
    );
    const answer = await api.json<ActivityColumns>('/activities');
    // Without the one of nobody.
    expect(answer.count).toBe(fields.length + 1);
    const { distance, name, start } = answer.columns;
    expect(distance.every((one) => one === null || one >= 0)).toBe(true);
    expect(name.every((one) => typeof one === 'string')).toBe(true);
    expect(start.every(Number.isFinite)).toBe(true);
  });

  it('answers 304 to the tag of the same list, and the list once anything in it changes', async () => {
    await api.put('activities', activityOf());
    const first = await api.request('/activities');
    const tag = { 'if-none-match': first.headers.get('etag') ?? '' };
    const same = await api.request('/activities', tag);
    expect([same.status, same.headers.get('x-stale')]).toEqual([304, 'false']);
    const { db } = api.adapter.database;
    const changes = [
      () => db.collection('activities').updateOne({}, { $set: { name: 'Other' } }),
      () =>
        db.collection('activities').updateOne({}, { $set: { 'sync.fetched_at': new Date(9e12) } }),
      () => db.collection('activities').updateOne({}, { $set: { 'sync.streams.state': 'parked' } }),
      () => api.put('gear', { _id: 'b1', name: 'Gravel' }),
      () => api.put('activities', activityOf({ _id: idOf(1) })),
      () => db.collection('activities').deleteOne({}),
    ];
    for (const change of changes) {
      const earlier = await api.request('/activities');
      // While it is being read it is the answer for everybody.
      await earlier.arrayBuffer();
      const before = earlier.headers.get('etag') ?? '';
      await change();
      const after = await api.request('/activities', { 'if-none-match': before });
      expect(after.status).toBe(200);
      expect(after.headers.get('etag')).not.toBe(before);
    }
  });

  it('is compressed only for a client that takes it', async () => {
    await api.put('activities', activityOf());
    const plain = await api.request('/activities');
    const zipped = await api.request('/activities', { 'accept-encoding': 'br, gzip' });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    const text = gunzipSync(Buffer.from(await zipped.arrayBuffer())).toString();
    expect(text).toBe(await plain.text());
  });

  it('answers with the last list while MongoDB is away, and 503 if there is none', async () => {
    await api.put('activities', activityOf());
    const fresh = await api.request('/activities');
    await fresh.text();
    expect(fresh.headers.get('x-stale')).toBe('false');
    api.database = undefined;
    const last = await api.request('/activities');
    expect(last.headers.get('x-stale')).toBe('true');
    expect(((await last.json()) as ActivityColumns).count).toBe(1);
    const away = await api.request('/cells');
    expect(away.status).toBe(503);
    expect(await away.json()).toEqual<ApiError>({
      message: 'MongoDB is away: try again once it is back.',
    });
  });
});

describe('GET /tracks', () => {
  it('gives a line for each activity with a track, simplified, the newest uploads first', async () => {
    const straight = polylineCodec.encode(
      Array.from({ length: 50 }, (_, index): [number, number] => [48.2 + index / 1_000, 16.37]),
    );
    await api.put(
      'activities',
      activityOf(),
      activityOf({ _id: idOf(1), track: undefined }),
      activityOf({ _id: idOf(2), map: { summary_polyline: straight } }),
      activityOf({ _id: idOf(3), map: null }),
    );
    const found = await tracks();
    expect(found.map(({ id }) => id)).toEqual(['19000000004', '19000000003', '19000000001']);
    const lines = found.map(({ line }) => polylineCodec.decode(line, 5));
    expect(lines[1]).toEqual([
      [48.2, 16.37],
      [48.249, 16.37],
    ]);
    const corners = [
      [48.2, 16.37],
      [48.21, 16.38],
      [48.205, 16.4],
    ];
    expect([lines[0], lines[2]]).toEqual([corners, corners]);
  });

  it('leaves out what is no line', async () => {
    const track = (coordinates: unknown) => ({ type: 'LineString', coordinates });
    const odd = ['odd', [], [[1, 2]], [['a', 'b'], [null], 7, [16, 48]], { x: 1 }, [[999, 999]]];
    // Its index rejects such a geometry.
    const { db } = api.adapter.database;
    await db.collection('activities').dropIndex('track_athlete');
    await api.put(
      'activities',
      activityOf(),
      ...odd.map((one, index) =>
        activityOf({ _id: idOf(index + 1), track: track(one), map: { summary_polyline: 7 } }),
      ),
      activityOf({ _id: idOf(50), map: { summary_polyline: '\u0000~~~' } }),
    );
    expect((await tracks()).map(({ id }) => id)).toEqual([String(activityId)]);
  });
});

describe('GET /cells', () => {
  beforeEach(async () => {
    const cells = (...lngs: readonly number[]) => ({
      cells: lngs.map(
        (lng) => 10 * 2 ** 36 + (Math.round(lng * 1_000) + 180_000) * 180_001 + 138_208,
      ),
    });
    await api.put(
      'activities',
      activityOf({ derived: cells(16.371, 16.372) }),
      activityOf({ _id: idOf(1), derived: cells(16.372) }),
      activityOf({
        _id: idOf(2),
        derived: cells(16.373, 16.372),
        sync: { athlete_id: Long.fromNumber(1002) },
      }),
    );
  });

  it('counts how often each cell was passed by an athlete, the most first', async () => {
    expect(await api.json('/cells?athlete=1001')).toEqual<Cells>({
      count: 2,
      columns: {
        lng: [16.372, 16.371],
        lat: [48.208, 48.208],
        activities: [2, 1],
        samples: [20, 10],
      },
    });
  });

  it('counts for all athletes together without one, the most first', async () => {
    const { count, columns } = await api.json<Cells>('/cells');
    expect(count).toBe(3);
    expect(columns.samples).toEqual([30, 10, 10]);
  });

  it.each(['athlete=x', 'athlete=-1'])('rejects %s with one sentence', async (parameter) => {
    const response = await api.request(`/cells?${parameter}`);
    expect(response.status).toBe(400);
    expect(((await response.json()) as ApiError).message).toMatch(/^athlete takes .+; not ".+"\.$/);
  });
});

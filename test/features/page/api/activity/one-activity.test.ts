import type { Document } from 'mongodb';
import { Long, ObjectId } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiError } from '../../../../../src/features/page/api/types/common.ts';
import type {
  ActivityDetail,
  ActivityStreams,
} from '../../../../../src/features/page/api/types/activity.ts';
import { recordingFilesOf } from './recording-files.ts';
import { activityId, activityOf, athleteId, useApi } from '../stored-fixture.ts';

const api = useApi({ EXPORT_HIDE: '10,10,500' });
const idOf = (index: number): Long => Long.fromNumber(activityId + index);
const path = `/activities/${activityId}`;

const samples = {
  time: [0, 10, 25],
  distance: [0, 50.5, 120],
  lat: [48.2, 48.21, 48.205],
  lng: [16.37, 16.38, 16.4],
  heartrate: [110, 120, 150],
  watts: [200, null, 220],
  moving: [true, true, false],
};

function streamsOf(changes: Document = {}): Document {
  return {
    activity_id: idOf(0),
    part: 0,
    parts: 1,
    sample_count: 3,
    athlete_id: Long.fromNumber(athleteId),
    start_date: new Date('2026-11-22T08:12:44Z'),
    fetched_at: new Date('2026-11-22T09:00:00Z'),
    epoch: 1,
    ...samples,
    ...changes,
  };
}

async function failure(path: string): Promise<readonly [number, string]> {
  const response = await api.request(path);
  return [response.status, ((await response.json()) as ApiError).message];
}

beforeEach(async () => {
  await api.adapter.empty();
});

describe('GET /activities/ID', () => {
  it('gives what is stored of an activity', async () => {
    const athlete = { firstname: 'Ada', lastname: 'Example' };
    await api.put('athletes', { _id: Long.fromNumber(athleteId), ...athlete });
    await api.put('gear', { _id: 'b1', name: 'Gravel' });
    await api.put('streams', streamsOf());
    await api.put(
      'activities',
      activityOf({
        average_temp: -3,
        timezone: '(GMT+01:00) Europe/Vienna',
        visibility: 'only_me',
        laps: [{ name: 'Lap 1', distance: 1_000, moving_time: 240, average_watts: 'odd' }, 'odd'],
      }),
    );
    const { segmentEfforts, sameRoute, ...found } = await api.json<ActivityDetail>(path);
    expect({ segmentEfforts, sameRoute }).toEqual({ segmentEfforts: [], sameRoute: [] });
    expect(found).toEqual({
      id: '19000000001',
      athleteId: '1001',
      athleteName: 'Ada Example',
      name: 'Morning Ride',
      description: '',
      sport: 'Ride',
      start: '2026-11-22T08:12:44Z',
      local: '2026-11-22T09:12:44',
      timeZone: 'Europe/Vienna',
      place: 'Vienna, Austria',
      distance: 42_195.3,
      movingTime: 6_120,
      elapsedTime: 6_500,
      climbing: 516,
      averageSpeed: null,
      maxSpeed: null,
      heartrate: 140.3,
      maxHeartrate: null,
      watts: 185.5,
      maxWatts: null,
      cadence: null,
      temperature: -3,
      calories: null,
      kudos: null,
      gear: 'Gravel',
      device: '',
      isManual: false,
      isPrivate: true,
      isCommute: false,
      isTrainer: false,
      isOfExport: false,
      streams: 'stored',
      streamsReason: '',
      sampleCount: 3,
      line: '_aeeHog|bBo}@o}@f^_|B',
      laps: [
        {
          name: 'Lap 1',
          distance: 1_000,
          movingTime: 240,
          climbing: null,
          heartrate: null,
          watts: null,
        },
        {
          name: '',
          distance: null,
          movingTime: null,
          climbing: null,
          heartrate: null,
          watts: null,
        },
      ],
      heartrateZones: [{ min: 140, max: 145, seconds: 311 }],
      powerZones: [],
      bestDistances: [{ meters: 5_000, seconds: 1_254.5 }],
      bestPowers: [{ seconds: 1_200, watts: 243.7, yearBest: 243.7 }],
      bestHeartrates: [{ seconds: 1_200, bpm: 168.2, yearBest: 168.2 }],
      climbs: [
        {
          ...{ start: 2_000, length: 5_000, gain: 350.2, gradient: 7, steepest: 11.3 },
          ...{ category: 3, seconds: 1_000 },
        },
      ],
      descents: [
        {
          ...{ start: 2_000, length: 5_000, gain: 350.2, gradient: 7, steepest: 11.3 },
          ...{ category: 3, seconds: 1_000 },
        },
      ],
      stravaUrl: 'https://www.strava.com/activities/19000000001',
    });
  });

  it("has the best of the sport in the year up to it beside each duration's", async () => {
    const bestOf = (...watts: readonly unknown[]) => ({
      best_power: watts.map((one, index) => ({ seconds: [5, 60][index], watts: one })),
    });
    const ride = (index: number, day: string, derived: unknown, changes: Document = {}) =>
      activityOf({
        _id: idOf(index),
        start_date: new Date(`${day}T08:00:00Z`),
        derived,
        ...changes,
      });
    await api.put(
      'activities',
      ride(0, '2026-11-22', bestOf(700, 300)),
      ride(1, '2026-06-01', bestOf(650, 320)),
      ride(2, '2025-11-23', bestOf(710)),
      ride(3, '2025-11-21', bestOf(900, 900)),
      ride(4, '2026-11-23', bestOf(900, 900)),
      ride(5, '2026-06-01', bestOf(900, 900), { sport_type: 'Run' }),
      ride(6, '2026-06-01', bestOf(900, 900), { sync: { athlete_id: Long.fromNumber(7) } }),
      ride(7, '2026-06-02', bestOf('odd', null)),
    );
    const { bestPowers, bestHeartrates } = await api.json<ActivityDetail>(path);
    expect(bestPowers).toEqual([
      { seconds: 5, watts: 700, yearBest: 710 },
      { seconds: 60, watts: 300, yearBest: 320 },
    ]);
    expect(bestHeartrates).toEqual([]);
  });

  it("counts the time of the heart rate in the athlete's zones where they are stored", async () => {
    const zones = [
      { min: 0, max: 115 },
      { min: 115, max: 140 },
      { min: 140, max: -1 },
    ];
    await api.put('athletes', {
      _id: Long.fromNumber(athleteId),
      zones: { heart_rate: { zones } },
    });
    await api.put('streams', streamsOf());
    await api.put('activities', activityOf());
    expect((await api.json<ActivityDetail>(path)).heartrateZones).toEqual([
      { min: 0, max: 115, seconds: 10 },
      { min: 115, max: 140, seconds: 15 },
      { min: 140, max: null, seconds: 1 },
    ]);
  });

  it("counts the time of the power in the athlete's zones, none where they are not stored", async () => {
    const watts = [180, 181, null, 0];
    await api.put('streams', streamsOf({ time: [0, 10, 25, 60], watts }));
    await api.put('activities', activityOf());
    expect((await api.json<ActivityDetail>(path)).powerZones).toEqual([]);
    const zones = [
      { min: 0, max: 180 },
      { min: 181, max: 246 },
      { min: 247, max: -1 },
    ];
    await api.put('athletes', { _id: Long.fromNumber(athleteId), zones: { power: { zones } } });
    expect((await api.json<ActivityDetail>(path)).powerZones).toEqual([
      { min: 0, max: 181, seconds: 11 },
      { min: 181, max: 247, seconds: 15 },
      { min: 247, max: null, seconds: 0 },
    ]);
  });

  it("gives all of the athlete's efforts on each segment, the oldest first", async () => {
    const efforts = (...seconds: readonly unknown[]) => ({
      segment_efforts: seconds.map((elapsed_time) => ({
        segment: { id: 229_781, name: 'Hawk Hill', distance: 2_684.8 },
        elapsed_time,
      })),
    });
    const other = { sync: { athlete_id: Long.fromNumber(1002) } };
    await api.put(
      'activities',
      activityOf(efforts(600, 590)),
      activityOf({ ...efforts(650), _id: idOf(1), start_date: new Date('2020-01-01') }),
      activityOf({ ...efforts('odd'), _id: idOf(2) }),
      activityOf({ ...efforts(500), ...other, _id: idOf(3) }),
    );
    const { segmentEfforts } = await api.json<ActivityDetail>(path);
    const segment = { segmentId: '229781', name: 'Hawk Hill', distance: 2_684.8 };
    const past = (index: number, elapsedTime: number) => ({
      activityId: String(activityId + index),
      local: '2026-11-22T09:12:44',
      elapsedTime,
    });
    const history = [past(1, 650), past(0, 600), past(0, 590)];
    expect(segmentEfforts).toEqual([
      { ...segment, elapsedTime: 600, history },
      { ...segment, elapsedTime: 590, history },
    ]);
  });

  it('gives the other activities on the same route, the newest first', async () => {
    const derived = { ...(activityOf()['derived'] as Document), route: new ObjectId() };
    await api.put(
      'activities',
      activityOf(),
      activityOf({ _id: idOf(1), start_date: new Date('2025-01-01') }),
      activityOf({ _id: idOf(2), start_date: new Date('2026-01-01') }),
      activityOf({ _id: idOf(3), derived }),
    );
    const { sameRoute } = await api.json<ActivityDetail>(path);
    expect(sameRoute.map(({ id }) => id)).toEqual([idOf(2), idOf(1)].map(String));
  });

  it('says why a recording is parked or missing', async () => {
    const streams = { state: 'parked', tries: 5, error: 'Strava answered 500' };
    const none = { state: 'none', tries: 0, reason: 'entered by hand' };
    await api.put(
      'activities',
      activityOf({ sync: { streams } }),
      activityOf({ _id: idOf(1), sync: { streams: none } }),
    );
    const { streams: state, streamsReason } = await api.json<ActivityDetail>(path);
    expect([state, streamsReason]).toEqual(['parked', 'Strava answered 500']);
    const other = await api.json<ActivityDetail>(`/activities/${activityId + 1}`);
    expect([other.streams, other.streamsReason]).toEqual(['none', 'entered by hand']);
  });

  it.each([
    ['a text', 'odd'],
    ['a negative number', -7.5],
    ['no number', Number.NaN],
    ['nothing', null],
    ['a list', ['odd', 7, null]],
    ['an object', { odd: true }],
    ['a list of objects', [{ meters: 'odd', segment: { id: 'odd' } }]],
    ['a date', new Date(0)],
  ])('leaves %s in any field out', async (_, odd) => {
    const more = ['segment_efforts', 'laps', 'description', 'timezone', 'average_temp', 'derived'];
    const fields = [...Object.keys(activityOf()), ...more].filter(
      (key) => !['_id', 'sync', 'track', 'start_point'].includes(key),
    );
    await api.put('gear', { _id: 'b1', name: odd });
    await api.put('athletes', { _id: Long.fromNumber(athleteId), firstname: odd, zones: odd });
    await api.put(
      'activities',
      ...fields.map((field, index) => activityOf({ _id: idOf(index), [field]: odd })),
    );
    for (const [index, field] of fields.entries()) {
      const response = await api.request(`/activities/${activityId + index}`);
      expect([field, response.status]).toEqual([field, 200]);
      const found = (await response.json()) as ActivityDetail;
      expect(found.distance === null || found.distance >= 0).toBe(true);
    }
  });

  it('is 404 for an unknown activity and 400 for what is no id, each with one sentence', async () => {
    expect(await failure('/activities/7')).toEqual([
      404,
      'There is no activity 7 in the database.',
    ]);
    for (const id of ['x', '0', '-1', '1.5', '1e9', '12345678901234567890'])
      expect((await failure(`/activities/${id}`))[0]).toBe(400);
  });
});

describe('GET /activities/ID/streams', () => {
  it('gives each stream, of several parts too', async () => {
    const half = (part: number) => ({
      ...{ part, parts: 2, sample_count: 6 },
    });
    await api.put('activities', activityOf());
    await api.put('streams', streamsOf(half(0)), streamsOf(half(1)));
    const found = await api.json<ActivityStreams>(`${path}/streams`);
    expect(found).toEqual({
      sampleCount: 6,
      points: 6,
      streams: {
        ...Object.fromEntries(
          Object.entries(samples).map(([key, values]) => [
            key,
            [...values, ...values].map(numeric),
          ]),
        ),
      },
    });
    const fewer = await api.json<ActivityStreams>(`${path}/streams?points=4`);
    expect([fewer.points, fewer.streams['heartrate']]).toEqual([4, [110, 150, 110, 150]]);
  });

  it('gives no stream of an activity without a recording', async () => {
    await api.put('activities', activityOf({ sync: { streams: { state: 'none', tries: 0 } } }));
    expect(await api.json(`${path}/streams`)).toEqual({ sampleCount: 0, points: 0, streams: {} });
  });

  it.each(['1', '0', 'x', '20001', '-5', '1e3', ''])(
    'rejects points=%s with one sentence',
    async (points) => {
      const [status, message] = await failure(`${path}/streams?points=${points}`);
      expect([status, message]).toEqual([
        400,
        `points takes a whole number from 2 to 20000; not "${points}".`,
      ]);
    },
  );

  it('is 404 for an unknown activity', async () => {
    expect((await failure('/activities/7/streams'))[0]).toBe(404);
  });
});

function numeric(value: number | boolean | null): number | null {
  return typeof value === 'boolean' ? Number(value) : value;
}

describe('GET /activities/ID.gpx and .geojson', () => {
  it.each(['gpx', 'geojson'] as const)('gives the %s that export writes', async (format) => {
    await api.put('activities', activityOf({ name: 'Über den Berg "<b>"' }));
    await api.put('streams', streamsOf());
    const response = await api.request(`${path}.${format}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="2026-11-22-19000000001-_ber-den-berg-b.${format}"; filename*=UTF-8''2026-11-22-19000000001-%C3%BCber-den-berg-b.${format}`,
    );
    const text = await response.text();
    expect(text).toBe(await recordingFilesOf(api.adapter.store, activityId, format));
    expect(text.length).toBeGreaterThan(300);
  });

  it('leaves out the hidden places of the configuration', async () => {
    await api.put('activities', activityOf());
    await api.put('streams', streamsOf({ lat: [48.2, 10, 48.205], lng: [16.37, 10, 16.4] }));
    const text = await (await api.request(`${path}.gpx`)).text();
    expect(text.match(/<trkpt lat="[\d.]+/g)).toEqual(['<trkpt lat="48.2', '<trkpt lat="48.205']);
  });

  it('says in one sentence why there is no file', async () => {
    await api.put(
      'activities',
      activityOf({ sync: { streams: { state: 'none', tries: 0 } } }),
      activityOf({ _id: idOf(1) }),
    );
    const hidden = { lat: [10, 10, 10], lng: [10, 10, 10], activity_id: idOf(1) };
    await api.put('streams', streamsOf(hidden));
    expect(await failure(`${path}.gpx`)).toEqual([
      404,
      `Activity ${activityId} cannot be exported as gpx: it has no position data.`,
    ]);
    expect(await failure(`/activities/${activityId + 1}.geojson`)).toEqual([
      404,
      `Activity ${activityId + 1} cannot be exported as geojson: it is all in hidden places.`,
    ]);
    expect(await failure('/activities/7.gpx')).toEqual([
      404,
      'There is no activity 7 in the database.',
    ]);
    expect((await failure('/activities/7.fit'))[0]).toBe(400);
  });
});

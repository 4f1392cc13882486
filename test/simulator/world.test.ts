import { describe, expect, test } from 'vitest';
import polyline from '@googlemaps/polyline-codec';

import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts';
import { createTestClock, logIn, startedAt, textOf } from './requester.ts';

async function withSimulator(
  options: SimulatorOptions,
  use: (simulator: Simulator) => Promise<void> | void,
): Promise<void> {
  const simulator = await startSimulator({ clock: createTestClock(), ...options });
  try {
    await use(simulator);
  } finally {
    await simulator.close();
  }
}

function many(activities: number, more: object = {}) {
  return [{ id: 1001, firstname: 'A', lastname: 'B', activities, ...more }];
}

function summaries({ world }: Simulator) {
  return world.activities(1001).map(({ id }) => world.summary(id));
}

describe('an invented history', () => {
  test('an invented history invents the same history for the same seed, and another for another', async () => {
    const notify = async (seed: number) => {
      let delivered = '';
      await withSimulator({ seed, athletes: many(50) }, (simulator) => {
        const streams = simulator.world
          .activities(1001)
          .map(({ id }) => simulator.world.streams(id));
        delivered = JSON.stringify([summaries(simulator), streams]);
      });
      return delivered;
    };
    expect(await notify(1)).toBe(await notify(1));
    expect(await notify(1)).not.toBe(await notify(2));
  });

  test('an invented history invents every oddity among 300 activities', async () => {
    await withSimulator({ athletes: many(300) }, (simulator) => {
      const records = summaries(simulator);
      const has = (predicate: (record: (typeof records)[number]) => boolean) =>
        records.some((record) => predicate(record));
      const lineOf = (record: (typeof records)[number]) => JSON.stringify(record['map']);
      expect(new Set(records.map(({ sport_type }) => sport_type)).size).toBeGreaterThan(8);
      expect(has(({ sport_type }) => sport_type === 'UnderwaterHockey')).toBe(true);
      expect(has((record) => lineOf(record).includes('"summary_polyline":""'))).toBe(true);
      expect(has((record) => lineOf(record).includes('"summary_polyline":null'))).toBe(true);
      expect(has((record) => record['start_latlng'] === null)).toBe(true);
      expect(has((record) => JSON.stringify(record['start_latlng']) === '[]')).toBe(true);
      expect(has(({ manual }) => manual)).toBe(true);
      expect(has(({ visibility }) => visibility === 'only_me')).toBe(true);
      expect(has((record) => record['trainer'] === true)).toBe(true);
      expect(has((record) => record['commute'] === true)).toBe(true);
      expect(has((record) => !('upload_id' in record))).toBe(true);
      expect(has(({ name }) => /\p{Extended_Pictographic}/u.test(name))).toBe(true);
      expect(new Set(records.map(({ timezone }) => timezone)).size).toBeGreaterThan(4);
    });
  });

  test('an invented history spreads the activities over the years, the newest a little before the end', async () => {
    await withSimulator({ athletes: many(200, { years: 5 }) }, ({ world }) => {
      const starts = world.activities(1001).map(({ startAt }) => startAt.getTime());
      const [newest = 0, oldest = 0] = [starts[0], starts.at(-1)];
      expect(startedAt.getTime() - newest).toBeLessThan(86_400_000);
      expect((newest - oldest) / (365.25 * 86_400_000)).toBeGreaterThan(4.5);
    });
  });

  test('an invented history invents unique ids of Strava’s size, not in the order of the starts', async () => {
    await withSimulator({ athletes: many(500) }, ({ world }) => {
      const ids = world.activities(1001).map(({ id }) => id);
      expect(new Set(ids).size).toBe(500);
      expect(Math.min(...ids)).toBeGreaterThan(1.8e10);
      expect(ids).not.toEqual(ids.toSorted((one, other) => other - one));
    });
  });

  test('an invented history writes local time with a false Z and a zone that ignores daylight saving', async () => {
    await withSimulator({ athletes: many(1) }, ({ world }) => {
      const id = world.addActivity(1001, {}, { startAt: new Date('2026-07-01T10:00:00Z') });
      const record = world.summary(id);
      const offset = Date.parse(record.start_date_local) - Date.parse(record.start_date);
      expect(offset / 1000).toBe(record['utc_offset']);
      if (record.timezone.endsWith('Vienna')) expect(record.timezone).toContain('(GMT+01:00)');
    });
  });

  test('an invented history keeps thousands of activities without their streams in memory', async () => {
    await withSimulator({ athletes: many(5000) }, async (simulator) => {
      const before = process.memoryUsage().heapUsed;
      const get = await logIn(simulator);
      for (let page = 1; page <= 25; page++) {
        await get('/athlete/activities', { page, per_page: 200 });
      }
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(200e6);
    });
  });
});

describe('streams and record', () => {
  test('streams and record agree on time, distance and line, aligned by index and unevenly spaced', async () => {
    await withSimulator({ athletes: many(60) }, (simulator) => {
      for (const record of summaries(simulator)) {
        const streams = simulator.world.streams(record.id);
        if (streams === null) continue;
        const time = (streams['time'] ?? []).map(Number);
        expect(new Set(Object.values(streams).map((data) => data.length)).size).toBe(1);
        expect(time.every((second, index) => index === 0 || second > (time[index - 1] ?? 0))).toBe(
          true,
        );
        if (time.length === 1) continue;
        expect(Math.abs((time.at(-1) ?? 0) - record.elapsed_time)).toBeLessThan(3);
        expect(
          new Set(time.map((second, index) => second - (time[index - 1] ?? 0))).size,
        ).toBeGreaterThan(2);
        const last = streams['distance']?.at(-1);
        if (last !== undefined) expect(Number(last)).toBeCloseTo(record.distance, 0);
      }
    });
  });

  test('streams and record invents all eleven stream keys, with single elements null', async () => {
    await withSimulator({ athletes: many(120) }, ({ world }) => {
      const all = world.activities(1001).map(({ id }) => world.streams(id) ?? {});
      expect(new Set(all.flatMap((streams) => Object.keys(streams))).size).toBe(11);
      expect(all.some((streams) => streams['heartrate']?.includes(null))).toBe(true);
      expect(all.some((streams) => streams['time']?.length === 1)).toBe(true);
      expect(all.some((streams) => streams['time'] !== undefined && !streams['heartrate'])).toBe(
        true,
      );
    });
  });

  test('streams and record invents the given number of samples', async () => {
    await withSimulator({ athletes: many(5, { samplesPerActivity: 4000 }) }, ({ world }) => {
      const [first] = world.activities(1001);
      expect(world.streams(first?.id ?? 0)?.['time']).toHaveLength(4000);
    });
  });
});

describe('a change', () => {
  test('a change crops times, distance, polyline and streams together', async () => {
    await withSimulator({ athletes: many(1) }, ({ world }) => {
      const id = world.addActivity(
        1001,
        { sport_type: 'Run', distance: 10_000, moving_time: 3000 },
        { startAt: new Date('2026-09-01T08:00:00Z'), samples: 1000 },
      );
      const [before, whole] = [world.summary(id), world.streams(id)];
      world.cropActivity(id, { from: 0.25, to: 0.75 });
      const [after, rest] = [world.summary(id), world.streams(id)];
      const time = (rest?.['time'] ?? []).map(Number);
      const distance = (rest?.['distance'] ?? []).map(Number);
      expect(whole?.['time']?.length).toBe(1000);
      expect(time.length).toBeLessThan(510);
      expect([time[0], distance[0]]).toEqual([0, 0]);
      expect(after.elapsed_time).toBe(time.at(-1));
      expect(after.distance).toBe(distance.at(-1));
      expect(Date.parse(after.start_date)).toBeGreaterThan(Date.parse(before.start_date));
      expect(after['map']).not.toEqual(before['map']);
      const line = polyline.decode(textOf(after['map'], 'summary_polyline'));
      const first = rest?.['latlng']?.[0];
      expect(Array.isArray(first) ? first[0] : first).toBeCloseTo(line[0]?.[0] ?? 0, 3);
    });
  });

  test('a change adds an activity on the way of another, in another time', async () => {
    await withSimulator({ athletes: many(1) }, ({ world }) => {
      const startAt = new Date('2026-09-01T08:00:00Z');
      const ride = { sport_type: 'Ride', moving_time: 4_000 };
      const onWayOf = world.addActivity(1001, ride, { startAt, samples: 500 });
      const id = world.addActivity(
        1001,
        { ...ride, moving_time: 4_400 },
        { startAt, samples: 500, onWayOf },
      );
      const wayOf = (one: number) => {
        const { distance, start_latlng, total_elevation_gain, elev_low, map } = world.summary(one);
        const line = textOf(map, 'summary_polyline');
        return { distance, start_latlng, total_elevation_gain, elev_low, line };
      };
      expect(wayOf(id)).toEqual(wayOf(onWayOf));
      const other = world.addActivity(1001, ride, { startAt, samples: 500 });
      expect(wayOf(other)).not.toEqual(wayOf(onWayOf));
      const lastOf = (one: number) => world.streams(one)?.['time']?.at(-1);
      expect(lastOf(id)).not.toBe(lastOf(onWayOf));
    });
  });

  test('a change sets, removes and withholds streams', async () => {
    const clock = createTestClock();
    await withSimulator({ clock, athletes: many(1) }, async (simulator) => {
      const { world } = simulator;
      const id = world.addActivity(1001);
      const path = `/activities/${id}/streams`;
      const query = { keys: 'time,heartrate', key_by_type: 'true' };
      const get = await logIn(simulator);
      world.setStreams(id, { time: [0, 5], heartrate: [100, null] });
      expect((await get(path, query)).body).toMatchObject({ heartrate: { data: [100, null] } });
      world.withholdStreamsUntil(id, new Date(startedAt.getTime() + 60_000));
      expect((await get(path, query)).status).toBe(404);
      expect(world.streams(id)).toBeNull();
      clock.advance(60_000);
      expect((await get(path, query)).status).toBe(200);
      world.setStreams(id, null);
      expect((await get(path, query)).status).toBe(404);
    });
  });

  test('a change keeps the streams when the sport is edited', async () => {
    await withSimulator({ athletes: many(20, { manualShare: 0 }) }, ({ world }) => {
      for (const { id } of world.activities(1001)) {
        const before = world.streams(id);
        world.editActivity(id, { sport_type: 'WeightTraining' });
        expect(world.summary(id)).toMatchObject({
          sport_type: 'WeightTraining',
          type: 'WeightTraining',
        });
        expect(world.streams(id)).toEqual(before);
      }
    });
  });

  test('a change can turn an activity private or make its record odd by an edit', async () => {
    await withSimulator({ athletes: many(3, { privateShare: 0 }) }, ({ world }) => {
      const [one, two] = world.activities(1001);
      world.editActivity(one?.id ?? 0, { private: true });
      expect(world.summary(one?.id ?? 0)).toMatchObject({ private: true, visibility: 'only_me' });
      world.editActivity(two?.id ?? 0, { id: undefined, 'a.b': 1 });
      const odd = world.summary(two?.id ?? 0);
      expect(odd).not.toHaveProperty('id');
      expect(odd['a.b']).toBe(1);
    });
  });
});

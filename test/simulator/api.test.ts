import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createTestClock, fieldOf, listOf, logIn, startedAt } from './requester.ts';
import type { Get, TestClock } from './requester.ts';

const athletes = [
  { id: 1001, firstname: 'A', lastname: 'B', activities: 120 },
  { id: 1002, firstname: 'C', lastname: 'D', activities: 5 },
];

let clock: TestClock;
let simulator: Simulator;
let get: Get;

beforeEach(async () => {
  clock = createTestClock();
  simulator = await startSimulator({ clock, athletes, quota: { short: 5000, daily: 5000 } });
  get = await logIn(simulator);
});

afterEach(() => simulator.close());

function recorded(): number {
  const { world } = simulator;
  const rich = world.activities(1001).find(({ id }) => {
    const streams = world.streams(id);
    return streams?.['latlng'] !== undefined && streams['heartrate'] !== undefined;
  });
  return rich?.id ?? 0;
}

describe('streams', () => {
  test('sends exactly the true streams by type, with type, size and resolution', async () => {
    const id = recorded();
    const streams = simulator.world.streams(id) ?? {};
    const keys = Object.keys(streams).join(',');
    const { body } = await get(`/activities/${id}/streams`, { keys, key_by_type: 'true' });
    for (const [key, data] of Object.entries(streams)) {
      expect(fieldOf(body, key)).toEqual({
        data,
        series_type: 'distance',
        original_size: data.length,
        resolution: 'high',
      });
    }
  });

  test('sends streams as an array without key_by_type', async () => {
    const id = recorded();
    const list = listOf((await get(`/activities/${id}/streams`, { keys: 'time,heartrate' })).body);
    expect(list.map(({ type }) => type).sort()).toEqual(['distance', 'heartrate', 'time']);
  });

  test('leaves a missing stream out, and always sends distance', async () => {
    const id = recorded();
    const query = { keys: 'time,nothing', key_by_type: 'true' };
    const { body } = await get(`/activities/${id}/streams`, query);
    expect(Object.keys(body ?? {}).sort()).toEqual(['distance', 'time']);
  });

  test('responds 404 for the streams of a manual activity', async () => {
    const manual = simulator.world.activities(1001).find(({ isManual }) => isManual);
    const reply = await get(`/activities/${manual?.id ?? 0}/streams`, { keys: 'time' });
    expect(reply.status).toBe(404);
    expect(reply.body).toEqual({ message: 'Resource Not Found', errors: [] });
  });

  test('responds 400 for streams without keys', async () => {
    expect((await get(`/activities/${recorded()}/streams`)).status).toBe(400);
    expect((await get(`/activities/${recorded()}/streams`, { keys: '' })).status).toBe(400);
  });

  test('cuts the points in privacy zones with only activity:read', async () => {
    const { world } = simulator;
    const open = world
      .activities(1001)
      .find(({ id, isPrivate }) => !isPrivate && world.streams(id)?.['latlng'] !== undefined);
    const limited = await logIn(simulator, 1001, ['activity:read']);
    const query = { keys: 'latlng', key_by_type: 'true' };
    const { body } = await limited(`/activities/${open?.id ?? 0}/streams`, query);
    const size = Number(fieldOf(fieldOf(body, 'latlng'), 'original_size'));
    expect(size).toBeLessThan(world.streams(open?.id ?? 0)?.['latlng']?.length ?? 0);
  });
});

describe('one activity', () => {
  test('one activity sends the true detail of an activity, which extends the summary', async () => {
    const id = recorded();
    const { body, text } = await get(`/activities/${id}`);
    const { map } = simulator.world.summary(id);
    expect(body).toMatchObject({ ...simulator.world.summary(id), map: {}, resource_state: 3 });
    expect(fieldOf(fieldOf(body, 'map'), 'id')).toBe(fieldOf(map, 'id'));
    for (const key of ['description', 'calories', 'laps', 'segment_efforts', 'splits_metric']) {
      expect(Object.keys(simulator.world.detail(id))).toContain(key);
      expect(text).toContain(`"${key}":`);
    }
    expect(String(fieldOf(fieldOf(body, 'map'), 'polyline')).length).toBeGreaterThan(100);
  });

  test('one activity writes the ids of segment efforts exactly, which JSON.parse would round', async () => {
    const { world } = simulator;
    const efforts = world.activities(1001).flatMap(({ id }) => {
      const list = world.detail(id)['segment_efforts'];
      return Array.isArray(list) && list.length > 0
        ? [{ id, effort: list[0] as { id: bigint } }]
        : [];
    });
    const [first] = efforts;
    expect(efforts.length).toBeGreaterThan(5);
    expect(first?.effort.id).toBeGreaterThan(2n ** 53n);
    const { text } = await get(`/activities/${first?.id ?? 0}`);
    expect(text).toContain(`"id":${first?.effort.id ?? 0n},`);
    expect(efforts.some(({ effort }) => BigInt(Number(effort.id)) !== effort.id)).toBe(true);
    world.withholdSegmentsUntil(first?.id ?? 0, new Date(startedAt.getTime() + 1000));
    expect((await get(`/activities/${first?.id ?? 0}`)).body).toMatchObject({
      segment_efforts: [],
    });
    clock.advance(1000);
    expect((await get(`/activities/${first?.id ?? 0}`)).text).toBe(text);
  });

  test('one activity writes some whole numbers as floats', async () => {
    const texts = await Promise.all(
      simulator.world.activities(1001).map(async ({ id }) => (await get(`/activities/${id}`)).text),
    );
    expect(texts.some((text) => /"max_heartrate":\d+\.0,/.test(text))).toBe(true);
    expect(texts.some((text) => /"moving_time":\d+\.0,/.test(text))).toBe(true);
    expect(texts.every((text) => /"id":\d+,/.test(text))).toBe(true);
  });

  test('one activity responds 404 for an unknown or another athlete’s activity', async () => {
    const [other] = simulator.world.activities(1002);
    for (const id of [1, other?.id ?? 0]) {
      const reply = await get(`/activities/${id}`);
      expect(reply.status).toBe(404);
      expect(reply.body).toMatchObject({ message: 'Record Not Found' });
    }
  });

  test('one activity responds 404 for a private activity with only activity:read', async () => {
    const limited = await logIn(simulator, 1001, ['activity:read']);
    const hidden = simulator.world.activities(1001).find(({ isPrivate }) => isPrivate);
    expect((await limited(`/activities/${hidden?.id ?? 0}`)).status).toBe(404);
    expect((await get(`/activities/${hidden?.id ?? 0}`)).status).toBe(200);
  });

  test('one activity sends laps, kudos and comments, and reserves zones for subscribers', async () => {
    const id = recorded();
    const summary = simulator.world.summary(id);
    expect(listOf((await get(`/activities/${id}/laps`)).body).length).toBeGreaterThan(0);
    expect(listOf((await get(`/activities/${id}/kudos`)).body)).toHaveLength(
      Number(summary['kudos_count']),
    );
    expect(listOf((await get(`/activities/${id}/comments`)).body)).toHaveLength(
      Number(summary['comment_count']),
    );
    expect((await get(`/activities/${id}/zones`)).status).toBe(402);
  });
});

describe('the athlete', () => {
  test('the athlete sends the whole athlete only with profile:read_all', async () => {
    const whole = (await get('/athlete')).body;
    expect(whole).toEqual(simulator.world.athlete(1001));
    expect(whole).toHaveProperty('bikes');
    const little = (await (await logIn(simulator, 1001, ['read']))('/athlete')).body;
    expect(little).toMatchObject({ id: 1001, resource_state: 2 });
    expect(little).not.toHaveProperty('ftp');
  });

  test('the athlete sends the zones with the scope, and names the missing one without it', async () => {
    expect((await get('/athlete/zones')).body).toHaveProperty('heart_rate.zones');
    const reply = await (await logIn(simulator, 1001, ['read']))('/athlete/zones');
    expect(reply.status).toBe(401);
    expect(reply.body).toMatchObject({ errors: [{ resource: 'AccessToken', code: 'missing' }] });
  });

  test('the athlete sends the stats of visible activities to the athlete only', async () => {
    const { body } = await get('/athletes/1001/stats');
    const rides = simulator.world
      .activities(1001)
      .map(({ id }) => simulator.world.summary(id))
      .filter(({ type, visibility }) => type === 'Ride' && visibility === 'everyone');
    expect(body).toMatchObject({ all_ride_totals: { count: rides.length } });
    expect((await get('/athletes/1002/stats')).status).toBe(404);
  });

  test('the athlete sends gear', async () => {
    const gear = simulator.world
      .activities(1001)
      .map(({ id }) => simulator.world.summary(id)['gear_id'])
      .find((id) => typeof id === 'string');
    const id = String(gear);
    expect((await get(`/gear/${id}`)).body).toMatchObject({ id, resource_state: 3 });
    expect((await get('/gear/b1')).status).toBe(404);
  });
});

test('sends a segment’s record and streams', async () => {
  const { world } = simulator;
  const text = world
    .activities(1001)
    .map(({ id }) =>
      JSON.stringify(world.detail(id)['segment_efforts'], (_, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      ),
    )
    .find((efforts) => efforts.length > 2);
  const id = /"segment":\{"id":(\d+)/.exec(text ?? '')?.[1] ?? '0';
  expect((await get(`/segments/${id}`)).body).toMatchObject({ id: Number(id), country: /./ });
  const streams = (
    await get(`/segments/${id}/streams`, { keys: 'latlng,altitude', key_by_type: 'true' })
  ).body;
  expect(Object.keys(streams ?? {}).sort()).toEqual(['altitude', 'distance', 'latlng']);
  expect((await get('/segments/1')).status).toBe(404);
});

describe('the files of photos', () => {
  test('a photo is sent without a login, and is not counted', async () => {
    const { world, requests } = simulator;
    const [activity] = world.activities(1001);
    world.editActivity(activity?.id ?? 0, { total_photo_count: 1 });
    const query = { photo_sources: 'true', size: '5000' };
    const [photo] = listOf((await get(`/activities/${activity?.id}/photos`, query)).body);
    const { 5000: address } = photo?.['urls'] as Record<string, string>;
    const used = simulator.usage();
    const response = await fetch(address ?? '');
    expect(response.headers.get('content-type')).toBe('image/gif');
    expect(await response.text()).toMatch(/^GIF89a/);
    expect(simulator.usage()).toEqual(used);
    expect(requests.entries.at(-1)).toMatchObject({ endpoint: 'photo-file', isCounted: false });
  });
});

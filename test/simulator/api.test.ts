import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createTestClock, fieldOf, listOf, logIn, startedAt } from './asker.ts';
import type { Ask, TestClock } from './asker.ts';

const athletes = [
  { id: 1001, firstname: 'A', lastname: 'B', activities: 120 },
  { id: 1002, firstname: 'C', lastname: 'D', activities: 5 },
];

let clock: TestClock;
let simulator: Simulator;
let ask: Ask;

beforeEach(async () => {
  clock = createTestClock();
  simulator = await startSimulator({ clock, athletes, quota: { short: 5000, daily: 5000 } });
  ask = await logIn(simulator);
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
  test('by type: exactly the truth, with type, size and resolution', async () => {
    const id = recorded();
    const streams = simulator.world.streams(id) ?? {};
    const keys = Object.keys(streams).join(',');
    const { body } = await ask(`/activities/${id}/streams`, { keys, key_by_type: 'true' });
    for (const [key, data] of Object.entries(streams)) {
      expect(fieldOf(body, key)).toEqual({
        data,
        series_type: 'distance',
        original_size: data.length,
        resolution: 'high',
      });
    }
  });

  test('as an array without key_by_type', async () => {
    const id = recorded();
    const list = listOf((await ask(`/activities/${id}/streams`, { keys: 'time,heartrate' })).body);
    expect(list.map(({ type }) => type).sort()).toEqual(['distance', 'heartrate', 'time']);
  });

  test('a stream that does not exist is a missing key, and distance comes unasked', async () => {
    const id = recorded();
    const query = { keys: 'time,nothing', key_by_type: 'true' };
    const { body } = await ask(`/activities/${id}/streams`, query);
    expect(Object.keys(body ?? {}).sort()).toEqual(['distance', 'time']);
  });

  test('of a manual activity: 404', async () => {
    const manual = simulator.world.activities(1001).find(({ isManual }) => isManual);
    const reply = await ask(`/activities/${manual?.id ?? 0}/streams`, { keys: 'time' });
    expect(reply.status).toBe(404);
    expect(reply.body).toEqual({ message: 'Resource Not Found', errors: [] });
  });

  test('without keys: 400', async () => {
    expect((await ask(`/activities/${recorded()}/streams`)).status).toBe(400);
    expect((await ask(`/activities/${recorded()}/streams`, { keys: '' })).status).toBe(400);
  });

  test('with only activity:read, the points in privacy zones are cut', async () => {
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
  test('has the summary’s fields and more, as the truth has them', async () => {
    const id = recorded();
    const { body, text } = await ask(`/activities/${id}`);
    const { map } = simulator.world.summary(id);
    expect(body).toMatchObject({ ...simulator.world.summary(id), map: {}, resource_state: 3 });
    expect(fieldOf(fieldOf(body, 'map'), 'id')).toBe(fieldOf(map, 'id'));
    for (const key of ['description', 'calories', 'laps', 'segment_efforts', 'splits_metric']) {
      expect(Object.keys(simulator.world.detail(id))).toContain(key);
      expect(text).toContain(`"${key}":`);
    }
    expect(String(fieldOf(fieldOf(body, 'map'), 'polyline')).length).toBeGreaterThan(100);
  });

  test('has segment efforts whose ids JSON.parse would round, written exactly', async () => {
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
    const { text } = await ask(`/activities/${first?.id ?? 0}`);
    expect(text).toContain(`"id":${first?.effort.id ?? 0n},`);
    expect(efforts.some(({ effort }) => BigInt(Number(effort.id)) !== effort.id)).toBe(true);
    world.withholdSegmentsUntil(first?.id ?? 0, new Date(startedAt.getTime() + 1000));
    expect((await ask(`/activities/${first?.id ?? 0}`)).body).toMatchObject({
      segment_efforts: [],
    });
    clock.advance(1000);
    expect((await ask(`/activities/${first?.id ?? 0}`)).text).toBe(text);
  });

  test('writes floats where whole numbers are meant', async () => {
    const texts = await Promise.all(
      simulator.world.activities(1001).map(async ({ id }) => (await ask(`/activities/${id}`)).text),
    );
    expect(texts.some((text) => /"max_heartrate":\d+\.0,/.test(text))).toBe(true);
    expect(texts.some((text) => /"moving_time":\d+\.0,/.test(text))).toBe(true);
    expect(texts.every((text) => /"id":\d+,/.test(text))).toBe(true);
  });

  test('is not found when it is unknown or another athlete’s', async () => {
    const [other] = simulator.world.activities(1002);
    for (const id of [1, other?.id ?? 0]) {
      const reply = await ask(`/activities/${id}`);
      expect(reply.status).toBe(404);
      expect(reply.body).toMatchObject({ message: 'Record Not Found' });
    }
  });

  test('is not found when it is private and only activity:read was granted', async () => {
    const limited = await logIn(simulator, 1001, ['activity:read']);
    const hidden = simulator.world.activities(1001).find(({ isPrivate }) => isPrivate);
    expect((await limited(`/activities/${hidden?.id ?? 0}`)).status).toBe(404);
    expect((await ask(`/activities/${hidden?.id ?? 0}`)).status).toBe(200);
  });

  test('has laps, kudos and comments; its zones are for subscribers', async () => {
    const id = recorded();
    const summary = simulator.world.summary(id);
    expect(listOf((await ask(`/activities/${id}/laps`)).body).length).toBeGreaterThan(0);
    expect(listOf((await ask(`/activities/${id}/kudos`)).body)).toHaveLength(
      Number(summary['kudos_count']),
    );
    expect(listOf((await ask(`/activities/${id}/comments`)).body)).toHaveLength(
      Number(summary['comment_count']),
    );
    expect((await ask(`/activities/${id}/zones`)).status).toBe(402);
  });
});

describe('the athlete', () => {
  test('has everything with profile:read_all, and little without', async () => {
    const whole = (await ask('/athlete')).body;
    expect(whole).toEqual(simulator.world.athlete(1001));
    expect(whole).toHaveProperty('bikes');
    const little = (await (await logIn(simulator, 1001, ['read']))('/athlete')).body;
    expect(little).toMatchObject({ id: 1001, resource_state: 2 });
    expect(little).not.toHaveProperty('ftp');
  });

  test('has zones with the scope, and is told of the missing one without', async () => {
    expect((await ask('/athlete/zones')).body).toHaveProperty('heart_rate.zones');
    const reply = await (await logIn(simulator, 1001, ['read']))('/athlete/zones');
    expect(reply.status).toBe(401);
    expect(reply.body).toMatchObject({ errors: [{ resource: 'AccessToken', code: 'missing' }] });
  });

  test('has stats of what everyone sees, for the athlete only', async () => {
    const { body } = await ask('/athletes/1001/stats');
    const rides = simulator.world
      .activities(1001)
      .map(({ id }) => simulator.world.summary(id))
      .filter(({ type, visibility }) => type === 'Ride' && visibility === 'everyone');
    expect(body).toMatchObject({ all_ride_totals: { count: rides.length } });
    expect((await ask('/athletes/1002/stats')).status).toBe(404);
  });

  test('has gear', async () => {
    const gear = simulator.world
      .activities(1001)
      .map(({ id }) => simulator.world.summary(id)['gear_id'])
      .find((id) => typeof id === 'string');
    const id = String(gear);
    expect((await ask(`/gear/${id}`)).body).toMatchObject({ id, resource_state: 3 });
    expect((await ask('/gear/b1')).status).toBe(404);
  });
});

test('segments have a record and streams', async () => {
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
  expect((await ask(`/segments/${id}`)).body).toMatchObject({ id: Number(id), country: /./ });
  const streams = (
    await ask(`/segments/${id}/streams`, { keys: 'latlng,altitude', key_by_type: 'true' })
  ).body;
  expect(Object.keys(streams ?? {}).sort()).toEqual(['altitude', 'distance', 'latlng']);
  expect((await ask('/segments/1')).status).toBe(404);
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { startSimulator } from '../../src/simulator/api/server.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { createTestClock, idsOf, listOf, logIn, startedAt } from './requester.ts';
import type { Get } from './requester.ts';

const path = '/athlete/activities';
const athlete = { id: 1001, firstname: 'A', lastname: 'B', activities: 150 };

let simulator: Simulator;
let get: Get;

beforeEach(async () => {
  simulator = await startSimulator({ clock: createTestClock(), athletes: [athlete] });
  get = await logIn(simulator);
});

afterEach(() => simulator.close());

function truth(): readonly number[] {
  return simulator.world.activities(1001).map(({ id }) => id);
}

async function page(getOther: Get, perPage: number) {
  const pages: (readonly unknown[])[] = [];
  for (let page = 1; ; page++) {
    const ids = idsOf((await getOther(path, { page, per_page: perPage })).body);
    if (ids.length === 0) return pages;
    pages.push(ids);
  }
}

describe('the pages of a list', () => {
  test('the pages of a list sends 30 records by default, and all of them over the pages, newest first', async () => {
    expect(idsOf((await get(path)).body)).toEqual(truth().slice(0, 30));
    expect((await page(get, 40)).flat()).toEqual(truth());
  });

  test('the pages of a list sends the records exactly as the truth has them', async () => {
    const records = listOf((await get(path, { per_page: 200 })).body);
    for (const record of records)
      expect(record).toEqual(simulator.world.summary(Number(record['id'])));
  });

  test.each([
    [{ per_page: 201 }, 'per_page', 'invalid'],
    [{ per_page: 0 }, 'per_page', 'invalid'],
    [{ page: 0 }, 'page', 'invalid'],
    [{ before: '' }, 'before', 'invalid'],
    [{ after: '' }, 'after', 'invalid'],
    [{ page: '' }, 'page', 'invalid'],
    [{ after: startedAt.getTime() / 1000 + 60 }, 'after', 'future'],
    [{ after: startedAt.getTime() - 86_400_000 }, 'after', 'future'],
  ])('the pages of a list rejects %j', async (query, field, code) => {
    const reply = await get(path, query);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ errors: [{ resource: 'Application', field, code }] });
  });

  test('the pages of a list lets an invisible record take a place, so that a short page need not be the last', async () => {
    const other = await startSimulator({ athletes: [athlete], pageShortening: 0.2 });
    try {
      const pages = await page(await logIn(other), 50);
      expect(pages.slice(0, -1).some((page) => page.length < 50)).toBe(true);
      expect(pages.flat()).toEqual(other.world.activities(1001).map(({ id }) => id));
    } finally {
      await other.close();
    }
  });
});

describe('the bounds of a list', () => {
  test('excludes both bounds', async () => {
    const [newer, middle, older] = simulator.world.activities(1001).slice(10, 13);
    const seconds = (at: Date | undefined) => (at?.getTime() ?? 0) / 1000;
    const query = { before: seconds(newer?.startAt), after: seconds(older?.startAt) };
    expect(idsOf((await get(path, query)).body)).toEqual([middle?.id]);
  });

  test('starts with the oldest for only `after`, and with the newest for both bounds', async () => {
    const all = simulator.world.activities(1001).slice(0, 20);
    const after = (all.at(-1)?.startAt.getTime() ?? 0) / 1000 - 1;
    const ids = all.map(({ id }) => id);
    expect(idsOf((await get(path, { after })).body)).toEqual(ids.toReversed());
    const before = startedAt.getTime() / 1000;
    expect(idsOf((await get(path, { after, before })).body)).toEqual(ids);
    expect(idsOf((await get(path, { before, per_page: 20 })).body)).toEqual(ids);
  });
});

describe('a list that changes', () => {
  test('a list that changes shows a late upload at its start time, and shifts the pages', async () => {
    const [before] = await page(get, 50);
    const startAt = new Date(startedAt.getTime() - 90 * 86_400_000);
    const id = simulator.world.addActivity(1001, { name: 'Late' }, { startAt });
    const newest = simulator.world.activities(1001)[0]?.id;
    expect(newest).not.toBe(id);
    const pages = await page(get, 50);
    expect(pages.flat()).toContain(id);
    expect(pages.flat()).toEqual(truth());
    expect(before).toHaveLength(50);
  });

  test('a list that changes pushes the last record of a page onto the next after an upload', async () => {
    const first = idsOf((await get(path, { page: 1, per_page: 50 })).body);
    simulator.world.addActivity(1001, {}, { startAt: startedAt });
    const second = idsOf((await get(path, { page: 2, per_page: 50 })).body);
    expect(second[0]).toBe(first.at(-1));
  });

  test('a list that changes shows an edit and a deletion', async () => {
    const [one = 0, two = 0] = truth();
    simulator.world.editActivity(one, { name: 'New 🏔', gear_id: undefined });
    simulator.world.deleteActivity(two);
    const records = listOf((await get(path)).body);
    expect(records[0]).toMatchObject({ id: one, name: 'New 🏔' });
    expect(records[0]).not.toHaveProperty('gear_id');
    expect(idsOf(records)).not.toContain(two);
    expect((await get(`/activities/${two}`)).status).toBe(404);
  });

  test('a list that changes shows hidden starts as a second after the local midnight', () => {
    const day = (hour: string) => new Date(`2026-07-01T${hour}:30:00Z`);
    const ids = ['06', '12', '18'].map((hour) => {
      const id = simulator.world.addActivity(1001, {}, { startAt: day(hour) });
      simulator.world.editActivity(id, { start_date: day(hour).toISOString() });
      simulator.world.hideStartTime(id);
      return id;
    });
    const shown = ids.map((id) => simulator.world.summary(id));
    const inVienna = shown.filter(({ timezone }) => timezone === '(GMT+01:00) Europe/Vienna');
    expect(inVienna.length).toBeGreaterThan(1);
    for (const record of inVienna) {
      expect(record.start_date).toBe('2026-06-30T22:00:01Z');
      expect(record.start_date_local).toBe('2026-07-01T00:00:01Z');
    }
  });
});

describe('the visibility of a list', () => {
  test('the visibility of a list omits private activities silently with only activity:read', async () => {
    const limited = await logIn(simulator, 1001, ['read', 'activity:read']);
    const visible = simulator.world.activities(1001).filter(({ isPrivate }) => !isPrivate);
    expect(visible.length).toBeLessThan(athlete.activities);
    const pages = await page(limited, 50);
    expect(pages.flat()).toEqual(visible.map(({ id }) => id));
    expect(pages[0]?.length).toBeLessThan(50);
  });

  test('the visibility of a list cuts the ends of a track with only activity:read', async () => {
    const limited = await logIn(simulator, 1001, ['activity:read']);
    const records = listOf((await limited(path, { per_page: 100 })).body);
    const differing = records.filter((record) => {
      const whole = simulator.world.summary(Number(record['id']));
      return JSON.stringify(whole['map']) !== JSON.stringify(record['map']);
    });
    expect(differing.length).toBeGreaterThan(10);
  });

  test('the visibility of a list names the missing scope in a 401', async () => {
    const reply = await (await logIn(simulator, 1001, ['read']))(path);
    expect(reply.status).toBe(401);
    expect(reply.body).toMatchObject({
      errors: [{ resource: 'AccessToken', field: 'activity:read_permission', code: 'missing' }],
    });
  });
});

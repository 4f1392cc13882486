import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { nothingCovered } from '../../../src/domain/sync/list-coverage.ts';
import { parseJson, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import type { AthletePart } from '../../../src/domain/sync/fetch-task.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { createAthleteStore, saveAthlete } from '../../../src/mongo/athletes/athletes.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId } from '../pages.ts';
import { dueOf, failure, taskQuery } from '../tasks.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T11:00:00Z');
const hours = (count: number): Date => new Date(at.getTime() + count * 3_600_000);
const write = { athleteId, epoch: 1, at };
const summary = { id: athleteId, resource_state: 2, firstname: 'Anna', city: 'Graz' };
const detailed = { ...summary, resource_state: 3, ftp: 250, bikes: [], shoes: [] };

beforeEach(async () => {
  await adapter.empty();
  const athletes = createAthleteStore(adapter.store, everyApplication);
  await athletes.saveCoverage(athleteId, nothingCovered, { epoch: 1, poll: { at, count: 1 } });
});

function store(part: AthletePart, record: JsonObject, changes: Partial<typeof write> = {}) {
  return adapter.tasks.storeAthlete({ ...write, ...changes }, part, record);
}

function logIn(profile: JsonObject): Promise<void> {
  return saveAthlete(adapter.store, athleteId, profile);
}

async function document(): Promise<Document> {
  return (await adapter.database.db.collection('athletes').findOne()) ?? {};
}

async function fields(): Promise<Document> {
  const entries = Object.entries(await document());
  return Object.fromEntries(entries.filter(([key]) => key !== 'sync'));
}

function dueTasks(now = at, exclude: readonly string[] = []) {
  const query = taskQuery('athlete', now, { exclude: new Set(exclude) });
  return dueOf(adapter.tasks, 'athlete', query);
}

async function due(now = at, exclude: readonly string[] = []): Promise<AthletePart[]> {
  return (await dueTasks(now, exclude)).map(({ part }) => part);
}

describe("storing the parts of an athlete's profile", () => {
  it('parts of a profile are stored beside each other and beside the list coverage', async () => {
    const { sync: before } = await document();
    await store('zones', { heart_rate: { zones: [] } });
    await store('stats', { all_ride_totals: { count: 3 } });
    await store('profile', detailed);
    const expected = {
      _id: athleteId,
      ...detailed,
      zones: { heart_rate: { zones: [] } },
      stats: { all_ride_totals: { count: 3 } },
    };
    expect(await fields()).toEqual(expected);
    const stored = { state: 'stored', tries: 0, fetched_at: at };
    expect((await document())['sync']).toMatchObject({
      ...(before as Document),
      ...{ profile: stored, zones: stored, stats: stored },
    });
  });

  it('a part of a profile replaces an earlier one with its vanished keys', async () => {
    await store('profile', { ...detailed, weight: 61.5 });
    await store('zones', { heart_rate: {}, power: {} });
    await store('profile', { ...detailed, ftp: 260 });
    await store('zones', { heart_rate: {} });
    expect(await fields()).toEqual({
      _id: athleteId,
      ...detailed,
      ftp: 260,
      zones: { heart_rate: {} },
    });
  });

  it('odd keys and 64-bit integers of a profile are stored exactly', async () => {
    const wide = parseJson('{"a.$b":9007199254740995,"$c":3500000000}') as JsonObject;
    await store('profile', { ...detailed, ...wide });
    await store('stats', wide);
    const athletes = adapter.database.db.collection<{ _id: Long }>('athletes');
    const found = await athletes.findOne({}, { promoteValues: false });
    const expected = { 'a.$b': Long.fromString('9007199254740995'), $c: Long.fromNumber(35e8) };
    expect(found).toMatchObject({ ...expected, stats: expected, _id: Long.fromNumber(athleteId) });
  });

  it('our bookkeeping is kept where a part of a profile has keys of the same names', async () => {
    await store('zones', { heart_rate: {} });
    await store('profile', { ...detailed, _id: 5, zones: 'x', stats: 'x', sync: 'x' });
    expect(await fields()).toEqual({ _id: athleteId, ...detailed, zones: { heart_rate: {} } });
    expect((await document())['sync']).toMatchObject({ epoch: 1, polled_at: at });
  });

  it.each<AthletePart>(['profile', 'zones'])(
    'parts of a profile are not stored under an older lease (%s)',
    async (part) => {
      await createAthleteStore(adapter.store, everyApplication).take(athleteId, 5);
      const before = await document();
      await expect(store(part, detailed)).rejects.toThrow(LeaseLostError);
      expect(await document()).toEqual(before);
    },
  );

  it('a part of a profile does not restore an erased athlete', async () => {
    await adapter.empty();
    await store('profile', detailed);
    expect(await document()).toEqual({});
  });
});

describe('a profile that is only a summary', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['a new login', () => logIn({ ...summary, city: 'Linz' })],
    ['a grant that became smaller', () => store('profile', { ...summary, city: 'Linz' })],
  ])(
    'a profile that is only a summary changes the keys of a summary from %s, and keeps the others',
    async (_, arrive) => {
      await store('profile', detailed);
      await store('zones', { heart_rate: {} });
      await arrive();
      await arrive();
      const expected = { _id: athleteId, ...detailed, city: 'Linz', zones: { heart_rate: {} } };
      expect(await fields()).toEqual(expected);
    },
  );

  it('a complete profile replaces a summary', async () => {
    await logIn({ ...summary, weight: 60 });
    await logIn(summary);
    expect(await fields()).toEqual({ _id: athleteId, ...summary });
    await store('profile', detailed);
    expect(await fields()).toEqual({ _id: athleteId, ...detailed });
  });
});

describe('which parts are due', () => {
  const taskOf = (part: AthletePart) => ({ kind: 'athlete', part, tries: 0 }) as const;
  const nextTry = () => adapter.tasks.nextTryAt(taskQuery('athlete', at));
  const failed = (part: AthletePart, isParked = false): Promise<void> => {
    const retry = failure(hours(1), 2, isParked);
    return adapter.tasks.postpone(write, taskOf(part), retry, 'It failed.');
  };

  it('the due parts include those not stored for a day', async () => {
    expect(await due()).toEqual(['profile', 'zones', 'stats']);
    expect(await due(at, ['athlete:zones'])).toEqual(['profile', 'stats']);
    await store('profile', detailed);
    await store('zones', {}, { at: hours(1) });
    expect(await due(hours(23))).toEqual(['stats']);
    expect(await due(hours(24))).toEqual(['profile', 'stats']);
    expect(await due(hours(25))).toEqual(['profile', 'zones', 'stats']);
  });

  it('the due parts say whether each was ever requested', async () => {
    const first = async () => (await dueTasks(hours(25))).filter(({ isFirst }) => isFirst === true);
    expect((await first()).map(({ part }) => part)).toEqual(['profile', 'zones', 'stats']);
    await failed('zones');
    await store('stats', {});
    expect((await first()).map(({ part }) => part)).toEqual(['profile']);
  });

  it.each([
    [false, hours(1)],
    [true, undefined],
  ])('include a failed part at its next try (parked: %s)', async (isParked, nextTryAt) => {
    await failed('zones', isParked);
    expect(await due()).toEqual(['profile', 'stats']);
    expect(await nextTry()).toEqual(nextTryAt);
    expect(await dueTasks(hours(1))).toContainEqual({ ...taskOf('zones'), tries: 2 });
    await store('zones', {}, { at: hours(1) });
    expect(await nextTry()).toBeUndefined();
    expect(await dueTasks(hours(25))).toContainEqual(taskOf('zones'));
  });

  it('the due parts name the earliest next try of failed ones', async () => {
    await failed('zones');
    await adapter.tasks.postpone(write, taskOf('stats'), failure(hours(0.5)));
    expect(await nextTry()).toEqual(hours(0.5));
  });

  it('the due parts exclude those that Strava does not provide, for a month or until a new login', async () => {
    await failed('zones');
    await adapter.tasks.markUnavailable(write, taskOf('zones'), 'for subscribers only');
    expect(await due(hours(30 * 24 - 1))).toEqual(['profile', 'stats']);
    expect(await due(hours(30 * 24))).toContain('zones');
    expect((await document())['sync']).toMatchObject({
      zones: { state: 'none', reason: 'for subscribers only', fetched_at: at },
    });
    await store('profile', detailed);
    await logIn(summary);
    expect(await due(hours(2))).toEqual(['profile', 'zones', 'stats']);
  });

  const deep = Array.from({ length: 120 }).reduce<JsonValue>((inner) => ({ inner }), 1);
  it('the due parts include one that MongoDB could not store a day later', async () => {
    expect(await store('stats', { deep })).toMatch(/\S/);
    expect(await due()).toContain('stats');
    expect(await fields()).toEqual({ _id: athleteId });
  });
});

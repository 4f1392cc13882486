import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { nothingCovered } from '../../../src/domain/sync/list-coverage.ts';
import { parseJson, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import type { AthletePart } from '../../../src/domain/sync/fetch-task.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { createAthleteStore, saveAthlete } from '../../../src/mongo/athletes/athletes.ts';
import {
  dueAthleteParts,
  markPartUnavailable,
  nextPartTryAt,
  recordPartFailure,
  storeAthletePart,
} from '../../../src/mongo/details/profile.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId } from '../pages.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T11:00:00Z');
const hours = (count: number): Date => new Date(at.getTime() + count * 3_600_000);
const write = { athleteId, epoch: 1, at };
const summary = { id: athleteId, resource_state: 2, firstname: 'Anna', city: 'Graz' };
const detailed = { ...summary, resource_state: 3, ftp: 250, bikes: [], shoes: [] };

beforeEach(async () => {
  await adapter.empty();
  const athletes = createAthleteStore(adapter.store);
  await athletes.saveCoverage(athleteId, nothingCovered, { epoch: 1, polledAt: at });
});

function store(part: AthletePart, record: JsonObject, changes: Partial<typeof write> = {}) {
  return storeAthletePart(adapter.store, { ...write, ...changes, part }, record);
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

async function due(now = at, exclude: AthletePart[] = []): Promise<AthletePart[]> {
  const parts = await dueAthleteParts(adapter.store, { athleteId, now, exclude });
  return parts.map(({ part }) => part);
}

describe("storing the parts of an athlete's profile", () => {
  it('stores parts beside each other and beside the list coverage', async () => {
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
    expect((await document())['sync']).toMatchObject({
      ...(before as Document),
      refreshed: { profile: at, zones: at, stats: at },
    });
  });

  it('replaces an earlier part with its vanished keys', async () => {
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

  it('stores odd keys and 64-bit integers exactly', async () => {
    const wide = parseJson('{"a.$b":9007199254740995,"$c":3500000000}') as JsonObject;
    await store('profile', { ...detailed, ...wide });
    await store('stats', wide);
    const athletes = adapter.database.db.collection<{ _id: Long }>('athletes');
    const found = await athletes.findOne({}, { promoteValues: false });
    const expected = { 'a.$b': Long.fromString('9007199254740995'), $c: Long.fromNumber(35e8) };
    expect(found).toMatchObject({ ...expected, stats: expected, _id: Long.fromNumber(athleteId) });
  });

  it('keeps our bookkeeping where a part has keys of the same names', async () => {
    await store('zones', { heart_rate: {} });
    await store('profile', { ...detailed, _id: 5, zones: 'x', stats: 'x', sync: 'x' });
    expect(await fields()).toEqual({ _id: athleteId, ...detailed, zones: { heart_rate: {} } });
    expect((await document())['sync']).toMatchObject({ epoch: 1, polled_at: at });
  });

  it.each<AthletePart>(['profile', 'zones'])(
    'are not stored under an older lease (%s)',
    async (part) => {
      await createAthleteStore(adapter.store).take(athleteId, 5);
      const before = await document();
      await expect(store(part, detailed)).rejects.toThrow(LeaseLostError);
      expect(await document()).toEqual(before);
    },
  );

  it('does not restore an erased athlete', async () => {
    await adapter.empty();
    await store('profile', detailed);
    expect(await document()).toEqual({});
  });
});

describe('storing a profile that is only a summary', () => {
  it.each<[string, () => Promise<void>]>([
    ['a new login', () => logIn({ ...summary, city: 'Linz' })],
    ['a grant that became smaller', () => store('profile', { ...summary, city: 'Linz' })],
  ])('changes the keys of a summary from %s, and keeps the others', async (_, arrive) => {
    await store('profile', detailed);
    await store('zones', { heart_rate: {} });
    await arrive();
    await arrive();
    const expected = { _id: athleteId, ...detailed, city: 'Linz', zones: { heart_rate: {} } };
    expect(await fields()).toEqual(expected);
  });

  it('replaces a summary', async () => {
    await logIn({ ...summary, weight: 60 });
    await logIn(summary);
    expect(await fields()).toEqual({ _id: athleteId, ...summary });
    await store('profile', detailed);
    expect(await fields()).toEqual({ _id: athleteId, ...detailed });
  });
});

describe("due parts of an athlete's profile", () => {
  const failed = (part: AthletePart, isParked = false): Promise<void> => {
    const failure = { message: 'It failed.', tries: 2, isParked, nextTryAt: hours(1) };
    return recordPartFailure(adapter.store, { ...write, part }, failure);
  };

  it('include parts not stored for a day', async () => {
    expect(await due()).toEqual(['profile', 'zones', 'stats']);
    expect(await due(at, ['zones'])).toEqual(['profile', 'stats']);
    await store('profile', detailed);
    await store('zones', {}, { at: hours(1) });
    expect(await due(hours(23))).toEqual(['stats']);
    expect(await due(hours(24))).toEqual(['profile', 'stats']);
    expect(await due(hours(25))).toEqual(['profile', 'zones', 'stats']);
  });

  it.each([
    [false, hours(1)],
    [true, undefined],
  ])('include a failed part at its next try (parked: %s)', async (isParked, nextTryAt) => {
    await failed('zones', isParked);
    expect(await due()).toEqual(['profile', 'stats']);
    expect(await nextPartTryAt(adapter.store, athleteId)).toEqual(nextTryAt);
    const query = { athleteId, now: hours(1), exclude: [] };
    expect(await dueAthleteParts(adapter.store, query)).toContainEqual({ part: 'zones', tries: 2 });
    await store('zones', {}, { at: hours(1) });
    expect(await nextPartTryAt(adapter.store, athleteId)).toBeUndefined();
    const again = { athleteId, now: hours(25), exclude: [] };
    expect(await dueAthleteParts(adapter.store, again)).toContainEqual({ part: 'zones', tries: 0 });
  });

  it('name the earliest next try of failed parts', async () => {
    await failed('zones');
    const failure = { message: 'It failed.', tries: 1, isParked: false, nextTryAt: hours(0.5) };
    await recordPartFailure(adapter.store, { ...write, part: 'stats' }, failure);
    expect(await nextPartTryAt(adapter.store, athleteId)).toEqual(hours(0.5));
  });

  it('exclude parts that Strava does not provide, for a month or until a new login', async () => {
    await failed('zones');
    const zones = { ...write, part: 'zones' as const };
    await markPartUnavailable(adapter.store, zones, 'for subscribers only');
    expect(await due(hours(30 * 24 - 1))).toEqual(['profile', 'stats']);
    expect(await due(hours(30 * 24))).toContain('zones');
    expect((await document())['sync']).toMatchObject({
      unavailable: { zones: { reason: 'for subscribers only', at } },
    });
    await store('profile', detailed);
    await logIn(summary);
    expect(await due(hours(2))).toEqual(['profile', 'zones', 'stats']);
  });

  const deep = Array.from({ length: 120 }).reduce<JsonValue>((inner) => ({ inner }), 1);
  it('include a part that MongoDB could not store a day later', async () => {
    await store('stats', { deep });
    expect(await due(hours(23))).not.toContain('stats');
    expect(await due(hours(24))).toContain('stats');
    expect(await fields()).toEqual({ _id: athleteId });
  });
});

import type { Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { nothingCovered } from '../../../src/domain/sync/list-coverage.ts';
import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
import { createAthleteStore } from '../../../src/mongo/athletes/athletes.ts';
import type { StorageProblem } from '../../../src/sync/ports/tasks.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';
import { dueOf, failure, taskQuery } from '../tasks.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T11:00:00Z');
const days = (count: number): Date => new Date(at.getTime() + count * 86_400_000);
const write = { athleteId, epoch: 1, at };
const bike = { id: 'b1', name: 'Bike', resource_state: 2, distance: 3_500_000_000, primary: true };
const shoes = { id: 'g1', name: 'Shoes', resource_state: 2, distance: 12_000.5, primary: false };
const detail = { ...bike, resource_state: 3, brand_name: 'Puch', model_name: 'Mistral' };

beforeEach(async () => {
  await adapter.empty();
  const athletes = createAthleteStore(adapter.store, everyApplication);
  await athletes.saveCoverage(athleteId, nothingCovered, { epoch: 1 });
});

function storeProfile(lists: JsonObject, when = at): Promise<StorageProblem> {
  const profile = { id: athleteId, resource_state: 3, ...lists };
  return adapter.tasks.storeAthlete({ ...write, at: when }, 'profile', profile);
}

function store(record: JsonObject, when = at, gearId = 'b1'): Promise<StorageProblem> {
  return adapter.tasks.storeGear({ ...write, at: when }, gearId, record);
}

function taskOf(gearId: string) {
  return { kind: 'gear', gearId, tries: 0 } as const;
}

function fail(gearId: string, isParked = false): Promise<void> {
  const retry = failure(days(0.5), 1, isParked);
  return adapter.tasks.postpone(write, taskOf(gearId), retry, 'It failed.');
}

function documents(): Promise<Document[]> {
  return adapter.database.db.collection('gear').find().sort({ _id: 1 }).toArray();
}

async function due(now = at, exclude: readonly string[] = []) {
  const query = taskQuery('athlete', now, { exclude: new Set(exclude) });
  return (await dueOf(adapter.tasks, 'gear', query)).map(({ gearId }) => gearId);
}

/** An activity for each of these. */
async function ride(gearIds: readonly JsonValue[], athlete = athleteId): Promise<void> {
  const records = gearIds.map((gear_id, index) => recordOf(athlete * 100 + index, { gear_id }));
  await adapter.activities.storePage(pageOf(records, { athleteId: athlete }));
}

describe('storing gear', () => {
  it('stores the gear of a profile with its current mileage', async () => {
    await storeProfile({ bikes: [bike], shoes: [shoes] });
    await storeProfile({ bikes: [{ ...bike, distance: 4e9 }], shoes: [shoes] }, days(1));
    const record = { state: 'pending', tries: 0 };
    const sync = { athlete_id: athleteId, fetched_at: days(1), record };
    expect(await documents()).toEqual([
      { _id: 'b1', ...bike, distance: 4e9, sync },
      { _id: 'g1', ...shoes, sync },
    ]);
    const gear = adapter.database.db.collection('gear');
    const types = { 'sync.athlete_id': { $type: 'long' }, _id: { $type: 'string' } } as Document;
    expect(await gear.countDocuments(types)).toBe(2);
  });

  it('keeps brand and model when the next profile is stored', async () => {
    await storeProfile({ bikes: [bike] });
    await store(detail);
    await storeProfile({ bikes: [{ ...bike, name: 'Old bike', distance: 4e9 }] }, days(1));
    expect(await documents()).toEqual([
      {
        _id: 'b1',
        ...detail,
        name: 'Old bike',
        distance: 4e9,
        sync: {
          athlete_id: athleteId,
          fetched_at: days(1),
          record: { state: 'stored', tries: 0, fetched_at: at },
        },
      },
    ]);
  });

  it('keeps gear that is no longer in the profile', async () => {
    await storeProfile({ bikes: [bike], shoes: [shoes] });
    await storeProfile({ bikes: [], shoes: [shoes] }, days(1));
    expect(await documents()).toMatchObject([{ _id: 'b1' }, { _id: 'g1' }]);
  });

  it('keeps a newer record of gear when an older response is stored', async () => {
    await store(detail, days(1));
    await store({ ...detail, name: 'Older' });
    await storeProfile({ bikes: [{ ...bike, name: 'Older' }] });
    expect(await documents()).toMatchObject([{ name: 'Bike', sync: { fetched_at: days(1) } }]);
  });

  it.each<[JsonValue]>([[null], ['none'], [[null, 5, {}, { id: 7 }, { id: '' }]]])(
    'storing gear is not there in a profile whose list is %j',
    async (bikes) => {
      await storeProfile({ bikes });
      expect(await documents()).toEqual([]);
    },
  );
});

describe('due gear', () => {
  it('due gear excludes gear that was fetched while the clock was ahead', async () => {
    await storeProfile({ bikes: [bike] }, days(1));
    expect(await due()).toEqual(['b1']);
    await store(detail);
    expect(await due(days(2))).toEqual([]);
  });

  it('due gear includes gear whose own record was never fetched', async () => {
    await storeProfile({ bikes: [bike], shoes: [shoes] });
    expect(await due()).toEqual(['b1', 'g1']);
    expect(await due(at, ['gear:b1'])).toEqual(['g1']);
    await store(detail);
    expect(await due()).toEqual(['g1']);
  });

  it('due gear includes gear that only activities name, once', async () => {
    await ride(['b1', 'b9', 'b9', null, '', 5]);
    await ride(['b7'], 1002);
    await storeProfile({ bikes: [bike] });
    expect(await due()).toEqual(['b1', 'b9']);
    await store({ ...detail, id: 'b9' }, at, 'b9');
    expect(await due()).toEqual(['b1']);
    const retired = (await documents()).find(({ _id }) => (_id as unknown) === 'b9');
    expect(retired).toMatchObject({ brand_name: 'Puch', sync: { athlete_id: athleteId } });
  });

  it('due gear includes gear that no profile has had for a month', async () => {
    await store(detail);
    await store({ ...shoes, resource_state: 3 }, at, 'g1');
    await storeProfile({ shoes: [shoes] }, days(20));
    expect(await due(days(29))).toEqual([]);
    expect(await due(days(30))).toEqual(['b1']);
  });

  it('due gear includes failed gear at its next try', async () => {
    await ride(['b9']);
    await fail('b9');
    const next = (): Promise<Date | undefined> => adapter.tasks.nextTryAt(taskQuery('athlete', at));
    expect([await due(), await due(days(0.5))]).toEqual([[], ['b9']]);
    expect(await next()).toEqual(days(0.5));
    await fail('b9', true);
    expect(await next()).toBeUndefined();
    expect(await due(days(0.5))).toEqual(['b9']);
    await store({ ...detail, id: 'b9' }, at, 'b9');
    expect(await documents()).toMatchObject([{ sync: { record: { state: 'stored' } } }]);
    expect((await documents())[0]?.['sync']).not.toHaveProperty('record.error');
  });

  it('due gear excludes gear that Strava does not provide', async () => {
    await ride(['b9']);
    await storeProfile({ bikes: [bike] });
    for (const gearId of ['b1', 'b9'])
      await adapter.tasks.markUnavailable(write, taskOf(gearId), 'Strava has none');
    expect(await due(days(60))).toEqual([]);
    const record = { state: 'none', reason: 'Strava has none' };
    const sync = { record, athlete_id: athleteId };
    expect(await documents()).toMatchObject([{ ...bike, sync }, { sync }]);
  });

  it('due gear includes gear that MongoDB could not store a day later', async () => {
    await ride(['b1']);
    expect(await store({ ...detail, 'a\0b': 1 })).toMatch(/\S/);
    expect([await due(), await documents()]).toEqual([['b1'], []]);
  });
});

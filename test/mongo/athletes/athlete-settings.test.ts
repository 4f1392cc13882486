import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { GivenAthleteSettings } from '../../../src/domain/athlete-settings.ts';
import { saveAthleteSettings } from '../../../src/mongo/athletes/athlete-settings.ts';
import { saveAthlete } from '../../../src/mongo/athletes/athletes.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { useAdapter } from '../adapter.ts';

const adapter = useAdapter();
const [ada, bob] = [1001, 1002];
const nothing: GivenAthleteSettings = { restingHeartrate: [], maxHeartrate: [], sex: [] };
const given: GivenAthleteSettings = {
  ...nothing,
  restingHeartrate: [{ value: 50 }, { athleteId: bob, value: 46 }],
  sex: [{ athleteId: ada, value: 'female' }],
};

async function put(collection: string, document: Document): Promise<void> {
  const { db } = adapter.database;
  await db.collection(collection).insertOne(document, { bypassDocumentValidation: true });
}

async function settingsIn(): Promise<Readonly<Record<string, unknown>>> {
  const found = await adapter.database.db.collection('athletes').find().toArray();
  return Object.fromEntries(found.map(({ _id, settings }) => [String(_id), settings as unknown]));
}

const save = (settings: GivenAthleteSettings, application?: string) =>
  saveAthleteSettings(adapter.store, application ?? everyApplication, settings);

beforeEach(async () => {
  await adapter.empty();
  for (const id of [ada, bob]) await put('athletes', { _id: Long.fromNumber(id) });
});

describe("the settings in the athletes' documents", () => {
  it('each athlete has the own values or those for all, and a setting that is unset goes', async () => {
    await save(given);
    expect(await settingsIn()).toEqual({
      [ada]: { resting_heartrate: 50, sex: 'female' },
      [bob]: { resting_heartrate: 46 },
    });
    await save({ ...nothing, maxHeartrate: [{ athleteId: ada, value: 187 }] });
    expect(await settingsIn()).toEqual({ [ada]: { max_heartrate: 187 }, [bob]: undefined });
    await save(nothing, '111');
    expect(await settingsIn()).toEqual({ [ada]: undefined, [bob]: undefined });
  });

  it('a process without a client id and without settings leaves those that are stored', async () => {
    await save(given, '111');
    const before = await settingsIn();
    await save(nothing);
    expect(await settingsIn()).toEqual(before);
  });

  it('settings are written only where they differ, and take the place of an odd value', async () => {
    await save(given);
    const { db } = adapter.database;
    await db.command({ profile: 2 });
    await save(given);
    const writes = await db.collection('system.profile').countDocuments({ op: 'update' });
    await db.command({ profile: 0 });
    await db.dropCollection('system.profile');
    expect(writes).toBe(0);
    const odd = { $set: { settings: 'odd' } };
    await db.collection('athletes').updateMany({}, odd, { bypassDocumentValidation: true });
    await save(given);
    expect(await settingsIn()).toMatchObject({ [bob]: { resting_heartrate: 46 } });
  });

  it("a profile of Strava's leaves the settings alone, whatever it holds", async () => {
    await save(given);
    const profile = { id: ada, resource_state: 3, sex: 'M', settings: { resting_heartrate: 99 } };
    await saveAthlete(adapter.store, ada, profile);
    expect(await settingsIn()).toMatchObject({ [ada]: { resting_heartrate: 50, sex: 'female' } });
  });

  it("another application's athletes keep the settings of its own processes", async () => {
    await put('tokens', { _id: Long.fromNumber(bob), client_id: '222' });
    await save(given, '111');
    expect(await settingsIn()).toEqual({
      [ada]: { resting_heartrate: 50, sex: 'female' },
      [bob]: undefined,
    });
    await save(given, '222');
    expect(await settingsIn()).toMatchObject({ [bob]: { resting_heartrate: 46 } });
  });

  it('settings make no document of an athlete who is not stored', async () => {
    await save({ ...nothing, restingHeartrate: [{ athleteId: 1003, value: 50 }] });
    expect(await settingsIn()).toEqual({ [ada]: undefined, [bob]: undefined });
  });
});

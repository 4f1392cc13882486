import type { Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { LeaseLostError } from '../../../src/errors.ts';
import { createImportStore } from '../../../src/mongo/imports/create-import-store.ts';
import type { ActivityImportWrite, ImportStore } from '../../../src/mongo/imports/import-store.ts';
import { deleteActivity } from '../../../src/mongo/deletion/delete-activity.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';
import { dueStreams, firstStreams } from '../tasks.ts';
import type { ImportChanges } from './exports.ts';
import {
  archivedAt,
  id,
  importedAt,
  importedOf,
  importWrite,
  recorded,
  startAt,
  streamsOf,
} from './exports.ts';

const adapter = useAdapter();

beforeEach(() => adapter.empty());

const imports = (trackSource: 'summary' | 'streams' = 'summary'): ImportStore =>
  createImportStore(adapter.store, { trackSource });

const write = (changes: ImportChanges = {}, writing: Partial<ActivityImportWrite> = {}) =>
  imports().write(importWrite(writing), importedOf(changes));

async function stored(): Promise<Document> {
  const found = await adapter.database.db
    .collection('activities')
    .findOne({}, { promoteLongs: true });
  return found ?? {};
}

function parts(): Promise<Document[]> {
  const streams = adapter.database.db.collection('streams');
  return streams
    .find({}, { projection: { _id: 0 } })
    .sort({ part: 1 })
    .toArray();
}

const newer = { archivedAt: new Date('2026-10-03T00:00:00Z'), digest: 'second' };
const older = { archivedAt: new Date('2025-10-03T00:00:00Z'), digest: 'earlier' };
const missing = { kind: 'pending', reason: 'Strava has lost the file' } as const;

/** A summary of the API, and its streams. */
async function storeOfApi(changes: Parameters<typeof recordOf>[1] = {}, epoch = 1): Promise<void> {
  await adapter.activities.storePage(pageOf([recordOf(id, changes)], { epoch }));
}

const ofApi = streamsOf({ time: [0, 2], heartrate: [90, 91] });

async function storeStreamsOfApi(): Promise<void> {
  const { task, ...request } = await firstStreams(adapter.tasks, importedAt);
  await adapter.tasks.storeStreams(request, task, ofApi);
}

/** The start by the wall clock. */
const inVienna = { date: new Date('2026-10-04T08:12:13Z'), weekday: 7, hour: 8, week: '2026-W40' };

describe('an activity of an export', () => {
  it('an activity of an export is written with its recording, in the shape that the API gives', async () => {
    expect(await write()).toBe('added');
    const { activity } = importedOf();
    expect(await stored()).toEqual({
      _id: id,
      id,
      ...activity.fields,
      start_date: startAt,
      start_point: { type: 'Point', coordinates: [16.37, 48.2] },
      track: {
        type: 'LineString',
        coordinates: [
          [16.37, 48.2],
          [16.372, 48.202],
        ],
      },
      derived: expect.objectContaining({ max_heartrate: 102, local: inVienna }) as unknown,
      export: {
        archived_at: archivedAt,
        imported_at: importedAt,
        digest: 'first',
        file: 'activities/1.fit.gz',
        row: activity.row,
        start_date: startAt,
        fields: activity.fields,
        recording: 'streams',
      },
      sync: {
        athlete_id: athleteId,
        source: 'export',
        first_seen_at: importedAt,
        fetched_at: archivedAt,
        epoch: 1,
        fingerprint: expect.any(String) as unknown,
        recording_hash: expect.any(String) as unknown,
        summary_keys: [...Object.keys(activity.fields), 'id', 'start_date'],
        track_source: 'export',
        streams: {
          state: 'stored',
          tries: 0,
          fetched_at: importedAt,
          sample_count: 3,
          source: 'export',
        },
      },
    });
    expect(await parts()).toEqual([
      {
        activity_id: id,
        part: 0,
        parts: 1,
        sample_count: 3,
        athlete_id: athleteId,
        start_date: startAt,
        fetched_at: importedAt,
        epoch: 1,
        source: 'export',
        computed: ['distance'],
        ...Object.fromEntries(recorded.arrays),
      },
    ]);
    expect(await dueStreams(adapter.tasks, importedAt)).toEqual([]);
  });

  it('an activity of an export has the track of its recording also with SYNC_TRACK=streams', async () => {
    await imports('streams').write(importWrite(), importedOf());
    expect((await stored())['sync']).toMatchObject({ track_source: 'streams' });
  });

  it('an activity of an export is not written again, however often it is imported', async () => {
    await write();
    const [before, partsBefore] = [await stored(), await parts()];
    expect(await write({}, { epoch: 2, at: new Date('2026-10-06T00:00:00Z') })).toBe('unchanged');
    expect(await stored()).toEqual(before);
    expect(await parts()).toEqual(partsBefore);
    const known = (await imports().stored([id])).get(id);
    expect(known).toMatchObject({ digest: 'first', archivedAt, summary: 'export' });
    expect(known?.streams).toEqual({ state: 'stored', source: 'export' });
  });

  it('an activity of an export has no recording where it was entered by hand', async () => {
    await write({ recording: { kind: 'none' } });
    const { sync, track } = await stored();
    const state = { state: 'none', reason: 'entered by hand', tries: 0, source: 'export' };
    expect(sync).toMatchObject({ streams: state });
    expect(track).toBeUndefined();
    expect(await dueStreams(adapter.tasks, importedAt)).toEqual([]);
  });

  it('an activity of an export is left to the API, once that lists it, where its recording is not usable', async () => {
    await write({ recording: missing });
    expect(await stored()).toMatchObject({ export: { problem: missing.reason } });
    expect(await dueStreams(adapter.tasks, importedAt)).toEqual([]);
    expect(await adapter.activities.countPending(athleteId, {})).toBe(0);
    await storeOfApi();
    expect(await dueStreams(adapter.tasks, importedAt)).toHaveLength(1);
    expect(await adapter.activities.countPending(athleteId, {})).toBe(1);
  });

  it('an activity of an export is replaced by a newer export, its fields that are gone included', async () => {
    await write({ fields: { gear_id: 'b1' } });
    const longer = streamsOf({ time: [0, 1, 2, 3] });
    const recording = { kind: 'streams', streams: longer, computed: [] } as const;
    expect(await write({ fields: { name: 'Renamed' }, facts: newer, recording })).toBe('changed');
    const document = await stored();
    expect(document).toMatchObject({ name: 'Renamed', export: { digest: 'second' } });
    expect(document).not.toHaveProperty('gear_id');
    expect(document).not.toHaveProperty('track');
    expect(document['sync']).toMatchObject({ streams: { state: 'stored', sample_count: 4 } });
    expect(await parts()).toMatchObject([{ sample_count: 4, time: [0, 1, 2, 3] }]);
  });

  it('an activity of an export is not changed by an older export', async () => {
    await write({ fields: { name: 'Renamed' }, facts: newer });
    const before = await stored();
    expect(await write({ facts: older })).toBe('unchanged');
    expect(await stored()).toEqual(before);
  });

  it('an activity of an export keeps its recording where a newer export has lost it', async () => {
    await write();
    await write({ facts: newer, recording: missing });
    expect(await stored()).toMatchObject({
      export: { digest: 'second', recording: 'pending' },
      sync: { streams: { state: 'stored', source: 'export' } },
    });
  });

  it('an activity of an export has no local start in a country with several times, and without GPS', async () => {
    const arrays = { time: [0, 1, 4], lat: [40.71, 40.711, 40.712], lng: [-74, -74, -74] };
    const streams = streamsOf(arrays);
    await write({ recording: { kind: 'streams', streams, computed: [] } });
    const { derived } = await stored();
    expect(derived).toMatchObject({ place: { country_code: 'US' } });
    expect(derived).not.toHaveProperty('local');
    const indoors = streamsOf({ time: [0, 1, 4], heartrate: [100, 101, 102] });
    const recording = { kind: 'streams', streams: indoors, computed: [] } as const;
    await write({ recording, facts: newer });
    expect((await stored())['derived']).not.toHaveProperty('local');
  });

  it('an activity of an export keeps its local start where a newer export has lost the recording, until that has another start', async () => {
    await write();
    await write({ facts: newer, recording: missing });
    expect(await stored()).toMatchObject({ derived: { local: inVienna } });
    const moved = importedOf({ facts: { ...newer, digest: 'third' }, recording: missing });
    const startAt = new Date('2026-10-04T07:12:13Z');
    await imports().write(importWrite(), { ...moved, startAt });
    expect((await stored())['derived']).not.toHaveProperty('local');
  });

  it('an activity of an export is left to the API where a newer export has it cropped and no recording of that', async () => {
    await write();
    await write({ fields: { elapsed_time: 3_000 }, facts: newer, recording: missing });
    expect((await stored())['sync']).toMatchObject({ streams: { state: 'pending' } });
  });
});

describe('an activity that the API brought', () => {
  it('an activity that the API brought keeps its summary, and keeps the row beside it', async () => {
    await storeOfApi({ name: 'Edited' });
    const before = await stored();
    expect(await write()).toBe('changed');
    const after = await stored();
    expect(after).toMatchObject({ name: 'Edited', export: { digest: 'first' } });
    expect(after).not.toHaveProperty('description');
    expect(after['track']).toEqual(before['track']);
    expect(after['sync']).toEqual({
      ...(before['sync'] as Document),
      streams: {
        state: 'stored',
        tries: 0,
        fetched_at: importedAt,
        sample_count: 3,
        source: 'export',
      },
    });
    expect(await dueStreams(adapter.tasks, importedAt)).toEqual([]);
  });

  it('an activity that the API brought keeps its own recording, and the row is not written again', async () => {
    await storeOfApi();
    await storeStreamsOfApi();
    expect(await write()).toBe('keptApi');
    expect(await parts()).toMatchObject([{ sample_count: 2 }]);
    const before = await stored();
    expect(before).toMatchObject({ export: { digest: 'first' } });
    expect(await write({}, { epoch: 2 })).toBe('keptApi');
    expect(await stored()).toEqual(before);
  });

  it('an activity that the API brought takes the recording of the export where that is preferred', async () => {
    await storeOfApi();
    await storeStreamsOfApi();
    await write();
    expect(await write({}, { prefer: 'export' })).toBe('changed');
    expect(await parts()).toMatchObject([{ sample_count: 3, source: 'export' }]);
    expect((await stored())['sync']).toMatchObject({
      streams: { state: 'stored', sample_count: 3, source: 'export' },
    });
  });

  it('an activity that the API brought keeps its own recording where the two do not agree, whatever is preferred', async () => {
    await storeOfApi({ elapsed_time: 4_000 });
    expect(await write({}, { prefer: 'export' })).toBe('keptApi');
    expect(await dueStreams(adapter.tasks, importedAt)).toHaveLength(1);
    await storeStreamsOfApi();
    expect(await write({}, { prefer: 'export' })).toBe('keptApi');
    expect(await parts()).toMatchObject([{ sample_count: 2 }]);
  });

  it('an activity that the API brought takes the recording of the export where Strava has none', async () => {
    await storeOfApi();
    const { task, ...request } = await firstStreams(adapter.tasks, importedAt);
    await adapter.tasks.markUnavailable(request, task, 'Strava has none');
    expect(await write()).toBe('changed');
    expect((await stored())['sync']).toMatchObject({ streams: { state: 'stored' } });
  });

  it('an activity that the API brought of another athlete is left alone', async () => {
    await storeOfApi();
    const before = await stored();
    expect(await write({}, { athleteId: 1002 })).toBe('foreign');
    expect(await stored()).toEqual(before);
  });
});

describe('an activity that was removed', () => {
  const remove = (why: 'deleted' | 'expired', at: Date) =>
    deleteActivity(adapter.store, { athleteId, activityId: id, startAt, why, at, epoch: 1 });

  it('an activity that was removed stays away where it was deleted after the export was made', async () => {
    await write();
    const left = await adapter.store.streams.find().toArray();
    await remove('deleted', new Date('2026-10-02T00:00:00Z'));
    await adapter.store.streams.insertMany([...left]);
    expect(await write()).toBe('deleted');
    expect(await stored()).toEqual({});
    expect(await parts()).toEqual([]);
  });

  it.each([
    ['deleted', '2026-09-30T00:00:00Z'],
    ['expired', '2026-10-04T00:00:00Z'],
  ] as const)(
    'an activity that was removed comes back where it was %s before, or by a retention',
    async (why, at) => {
      await remove(why, new Date(at));
      expect(await write()).toBe('added');
      expect(await adapter.store.tombstones.countDocuments()).toBe(0);
    },
  );
});

describe('an import that is not alone', () => {
  it('an import that is not alone writes nothing where the activity has a newer lease', async () => {
    await storeOfApi({}, 5);
    await expect(write()).rejects.toThrow(LeaseLostError);
    expect(await parts()).toEqual([]);
    expect(await stored()).not.toHaveProperty('export');
  });

  it('an import that is not alone removes its parts where another made the activity meanwhile', async () => {
    const other = { once: true };
    const store = storeWith(adapter.database.db, async (operation) => {
      const result = await operation();
      if (other.once && (await adapter.store.streams.countDocuments()) > 0) {
        other.once = false;
        await storeOfApi({}, 5);
      }
      return result;
    });
    const importing = createImportStore(store, { trackSource: 'summary' });
    await expect(importing.write(importWrite(), importedOf())).rejects.toThrow(LeaseLostError);
    expect(await parts()).toEqual([]);
    expect(await dueStreams(adapter.tasks, importedAt)).toHaveLength(1);
  });
});

describe('an import that is cut off', () => {
  const cutOff = new Error('cut off');

  /** Imports, and cuts off before the `after`-th write; returns whether it was. */
  async function importUntil(after: number, changes: ImportChanges = {}): Promise<boolean> {
    let writes = 0;
    const store = storeWith(adapter.database.db, async (operation) => {
      writes += 1;
      if (writes > after) throw cutOff;
      return operation();
    });
    const importing = createImportStore(store, { trackSource: 'summary' });
    try {
      await importing.write(importWrite({ prefer: 'export' }), importedOf(changes));
      return false;
    } catch (error) {
      if (error !== cutOff) throw error;
      return true;
    }
  }

  /** Each run founds a route of another id. */
  async function outcome(): Promise<unknown> {
    const { derived, ...activity } = await stored();
    const { route, ...values } = Object(derived) as Document;
    return [activity, values, route !== undefined, await parts()];
  }

  it.each([
    ['a new activity', () => Promise.resolve()],
    [
      'a newer export',
      () => write({ facts: older, fields: { name: 'Old' } }).then(() => undefined),
    ],
    ['a preferred recording', () => storeOfApi().then(storeStreamsOfApi)],
  ])('an import that is cut off is completed by the next run: %s', async (_, before) => {
    await before();
    await importUntil(1_000);
    const whole = await outcome();
    for (let after = 0; ; after += 1) {
      await adapter.empty();
      await before();
      const isCut = await importUntil(after);
      const { sync } = await stored();
      const { streams } = (sync ?? {}) as { streams?: { state: string; sample_count?: number } };
      if (streams?.state === 'stored')
        expect(await parts()).toMatchObject([{ sample_count: streams.sample_count }]);
      // A daemon would not ask for what the next run brings.
      if (sync !== undefined) expect(await dueStreams(adapter.tasks, importedAt)).toEqual([]);
      await importUntil(1_000);
      expect(await outcome()).toEqual(whole);
      if (!isCut) break;
    }
  });
});

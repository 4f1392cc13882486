import { ObjectId, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { readDetail } from '../../../src/domain/activity/detail.ts';
import { localTimeOf } from '../../../src/domain/derived/local-time.ts';
import type { JsonValue } from '../../../src/domain/json.ts';
import { alignedDetail } from '../../../src/mongo/details/details.ts';
import { createImportStore } from '../../../src/mongo/imports/create-import-store.ts';
import { useAdapter } from '../adapter.ts';
import { fetchedAt, pageOf, recordOf } from '../pages.ts';
import { dueStreams } from '../tasks.ts';
import type { ImportChanges } from './exports.ts';
import { id, importedAt, importedOf, importWrite } from './exports.ts';

const adapter = useAdapter();

beforeEach(() => adapter.empty());

async function importActivity(
  changes: ImportChanges = {},
  trackSource: 'summary' | 'streams' = 'summary',
): Promise<void> {
  const imports = createImportStore(adapter.store, { trackSource });
  await imports.write(importWrite(), importedOf(changes));
}

type Changes = Readonly<Record<string, JsonValue | undefined>>;

/** A page of Strava's list, requested before the import's clock. */
async function list(changes: Changes = {}, at = fetchedAt): Promise<void> {
  await adapter.activities.storePage(pageOf([recordOf(id, changes)], { fetchedAt: at }));
}

async function stored(): Promise<Document> {
  return (await adapter.database.db.collection('activities').findOne()) ?? {};
}

async function streamsState(): Promise<unknown> {
  return ((await stored())['sync'] as { streams: { state: string } }).streams.state;
}

describe('the first summary of the API over an imported activity', () => {
  it("the first summary of the API over an imported activity takes the place of the export's, and leaves the recording and the row", async () => {
    await importActivity();
    const before = await stored();
    expect(before['derived']).toMatchObject({ local: localTimeOf('2026-10-04T08:12:13Z') });
    const start_date_local = '2026-10-04T09:12:13Z';
    await list({ name: 'Edited', start_date_local });
    const after = await stored();
    expect(after).toMatchObject({ name: 'Edited', start_date_local });
    expect(after).not.toHaveProperty('description');
    expect(after['export']).toEqual(before['export']);
    const local = localTimeOf(start_date_local);
    const { route } = Object(after['derived']) as { readonly route?: unknown };
    expect(route).toBeInstanceOf(ObjectId);
    expect(after['derived']).toEqual({ ...Object(before['derived']), local, route });
    const { streams } = before['sync'] as { readonly streams: unknown };
    expect(after['sync']).toMatchObject({ source: 'list', streams });
    expect(after['sync']).not.toHaveProperty('track_source');
    expect(after['track']).not.toEqual(before['track']);
    expect(await dueStreams(adapter.tasks, importedAt)).toEqual([]);
  });

  it('the first summary of the API over an imported activity counts as no change at Strava', async () => {
    await importActivity();
    await list({ name: 'Edited' });
    expect(await adapter.store.changes.countDocuments()).toBe(0);
    await list({ name: 'Again' }, importedAt);
    expect(await adapter.store.changes.countDocuments()).toBe(1);
  });

  it('the first summary of the API over an imported activity keeps the track of the recording with SYNC_TRACK=streams', async () => {
    await importActivity({}, 'streams');
    const track: unknown = (await stored())['track'];
    await list();
    expect(await stored()).toMatchObject({ track, sync: { track_source: 'streams' } });
  });

  it.each<[string, Changes, string]>([
    ['two seconds longer', { elapsed_time: 4_612 }, 'stored'],
    ['three seconds longer', { elapsed_time: 4_613 }, 'pending'],
    ['three seconds shorter', { elapsed_time: 4_607 }, 'pending'],
    ['one per cent longer', { distance: 25_170 }, 'stored'],
    ['two per cent longer', { distance: 25_450 }, 'pending'],
    ['two per cent shorter', { distance: 24_430 }, 'pending'],
    ['of another moving time', { moving_time: 4_100 }, 'stored'],
    ['without a duration', { elapsed_time: undefined }, 'pending'],
  ])(
    'the first summary of the API over an imported activity of an activity that is %s',
    async (_, changes, state) => {
      await importActivity();
      await list(changes);
      expect(await streamsState()).toBe(state);
    },
  );

  it.each([
    [{ distance: 150 }, { distance: 199 }, 'stored'],
    [{ distance: 150 }, { distance: 201 }, 'pending'],
    [{ distance: null }, { distance: 0 }, 'stored'],
  ])(
    'the first summary of the API over an imported activity of a short activity, %j in the row and %j at Strava',
    async (row, record, state) => {
      await importActivity({ fields: row });
      await list(record);
      expect(await streamsState()).toBe(state);
    },
  );

  it('the first summary of the API over an imported activity is whole where a request of one activity brings it', async () => {
    await importActivity({ fields: { calories: 800 } });
    const detail = readDetail({ ...recordOf(id), calories: 810 });
    if ('problem' in detail) throw new Error(detail.problem);
    const { summary } = await alignedDetail(adapter.store, detail);
    expect(summary.record).toEqual(detail.summary.record);
    expect(summary.record).not.toHaveProperty('calories');
  });

  it('the first summary of the API over an imported activity asks for the recording of an activity that only the export takes for entered by hand', async () => {
    const same = { distance: 24_931.4, map: null };
    await importActivity({ fields: same, recording: { kind: 'none' } });
    await list(same);
    expect(await streamsState()).toBe('pending');
  });
});

describe('a later summary of the API over an imported recording', () => {
  it('a later summary of the API over an imported recording keeps the recording where only the polyline changed, and asks for it after a crop', async () => {
    await importActivity();
    await list();
    await list(
      { map: { summary_polyline: '_p~iF~ps|U_ulLnnqC' } },
      new Date(fetchedAt.getTime() + 1),
    );
    expect(await streamsState()).toBe('stored');
    await list({ elapsed_time: 3_000 }, importedAt);
    expect(await streamsState()).toBe('pending');
  });
});

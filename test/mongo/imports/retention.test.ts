import type { Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { LeaseLostError } from '../../../src/errors.ts';
import { readDetail } from '../../../src/domain/activity/detail.ts';
import { expire } from '../../../src/mongo/deletion/retention.ts';
import type { Expiry } from '../../../src/mongo/history/tombstones.ts';
import { comparePage } from '../../../src/mongo/activities/summary-comparison.ts';
import { storeDetails } from '../../../src/mongo/details/details.ts';
import { createImportStore } from '../../../src/mongo/imports/create-import-store.ts';
import type { PreferredSource } from '../../../src/domain/bulk-export/recording-plan.ts';
import { createActivityStore } from '../../../src/mongo/streams/activity-store.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { athleteId, fetchedAt, pageOf, recordOf, summaryOf } from '../pages.ts';
import { dueStreams, firstStreams } from '../tasks.ts';
import type { ImportChanges } from './exports.ts';
import { id, importedAt, importedOf, importWrite, streamsOf } from './exports.ts';

const adapter = useAdapter();

beforeEach(() => adapter.empty());

const later = new Date('2026-11-05T00:00:00Z');

const imports = () => createImportStore(adapter.store, { trackSource: 'summary' });

const importActivity = (changes: ImportChanges = {}, prefer: PreferredSource = 'api') =>
  imports().write(importWrite({ prefer }), importedOf(changes));

function list(at = fetchedAt, expiry: Expiry = 'final'): Promise<unknown> {
  const activities = createActivityStore(adapter.store, { expiry });
  return activities.storePage(pageOf([recordOf(id)], { fetchedAt: at }));
}

async function storeStreamsOfApi(): Promise<void> {
  const { task, ...write } = await firstStreams(adapter.tasks, importedAt);
  await adapter.tasks.storeStreams(write, task, streamsOf({ time: [0, 2], heartrate: [9, 9] }));
}

async function storeDetailsOfApi(): Promise<void> {
  const detail = readDetail({ ...recordOf(id), laps: [{ lap_index: 1 }], calories: 800 });
  if ('problem' in detail) throw new Error('No detail.');
  const write = { athleteId, epoch: 1, at: importedAt };
  await storeDetails(adapter.store, write, detail, { kept: { segments: false } });
}

async function storeZonesOfApi(): Promise<void> {
  const task = { kind: 'activityPart', part: 'zones', activityId: id, tries: 0 } as const;
  const write = { athleteId, epoch: 1, at: importedAt };
  await adapter.tasks.storeActivityPart(write, task, [{ type: 'heartrate' }]);
}

const sweep = (epoch = 1, store = adapter.store): Promise<number> =>
  expire(store, { athleteId, fetchedBefore: later, now: later, epoch, limit: 1_000 });

async function stored(): Promise<Document> {
  return (await adapter.database.db.collection('activities').findOne()) ?? {};
}

function without(key: string, document: Document): Document {
  return Object.fromEntries(Object.entries(document).filter(([name]) => name !== key));
}

const parts = () => adapter.database.db.collection('streams').find().toArray();

describe('a retention', () => {
  it('a retention ends nothing of an activity that only an export brought', async () => {
    await importActivity();
    const before = await stored();
    expect(await sweep()).toBe(0);
    expect(await stored()).toEqual(before);
    expect(await parts()).toHaveLength(1);
  });

  it("a retention takes the API's summary and details, and gives back what the export had", async () => {
    await importActivity();
    const before = await stored();
    await list();
    await storeDetailsOfApi();
    await storeZonesOfApi();
    const listed = await stored();
    expect(listed).toMatchObject({ calories: 800, manual: false });
    expect(await sweep()).toBe(1);
    const after = await stored();
    expect(without('sync', after)).toEqual(without('sync', before));
    const { recording_hash, detail_hash } = listed['sync'] as Record<string, unknown>;
    const hashes = { recording_hash, detail_hash };
    const details = { state: 'none', reason: 'expired', tries: 0 };
    const states = { details, zones: details };
    expect(after['sync']).toEqual({ ...(before['sync'] as object), ...hashes, ...states });
    expect(await parts()).toHaveLength(1);
    expect(await adapter.store.tombstones.countDocuments()).toBe(0);
    expect(await sweep()).toBe(0);
  });

  it("a retention takes the API's streams, which are not fetched again but imported", async () => {
    await list();
    await storeStreamsOfApi();
    await importActivity();
    expect(await sweep()).toBe(1);
    expect(await parts()).toEqual([]);
    const document = await stored();
    expect(document['derived']).toEqual({});
    expect(document).not.toHaveProperty('track');
    expect(document['sync']).toMatchObject({ streams: { state: 'none', reason: 'expired' } });
    await list(later);
    expect(await stored()).toMatchObject({ manual: false, sync: { source: 'list' } });
    expect(await dueStreams(adapter.tasks, later)).toEqual([]);
    expect((await imports().stored([id])).get(id)).toMatchObject({ digest: undefined });
    expect(await importActivity({}, 'export')).toBe('changed');
    expect(await parts()).toMatchObject([{ source: 'export' }]);
  });

  it('a retention that is gone makes what it ended due again', async () => {
    await list();
    await storeStreamsOfApi();
    await importActivity();
    await sweep();
    await list(later);
    expect(await dueStreams(adapter.tasks, later)).toEqual([]);
    await list(new Date(later.getTime() + 1), 'lifted');
    expect(await dueStreams(adapter.tasks, later)).toHaveLength(1);
  });

  it('a retention leaves what never came from the API due', async () => {
    await list();
    await importActivity({ recording: { kind: 'pending', reason: 'Strava has lost the file' } });
    expect(await sweep()).toBe(1);
    expect(await sweep()).toBe(0);
    await list(later);
    expect(await dueStreams(adapter.tasks, later)).toHaveLength(1);
  });

  it('a retention ends nothing that a newer lease wrote', async () => {
    await list();
    await importActivity();
    await adapter.store.activities.updateOne({}, { $set: { 'sync.epoch': 5 } });
    const before = await stored();
    await expect(sweep()).rejects.toThrow(LeaseLostError);
    expect(await stored()).toEqual(before);
  });

  it('a retention that is cut off anywhere is completed by the next sweep', async () => {
    const before = async (): Promise<void> => {
      await adapter.empty();
      await list();
      await storeStreamsOfApi();
      await storeDetailsOfApi();
      await importActivity();
    };
    await before();
    await sweep();
    const whole = await stored();
    for (let after = 0; ; after += 1) {
      await before();
      let operations = 0;
      const store = storeWith(adapter.database.db, async (operation) => {
        operations += 1;
        if (operations > after) throw new Error('cut off');
        return operation();
      });
      const isCut = await sweep(1, store).then(
        () => false,
        () => true,
      );
      const { streams } = (await stored())['sync'] as { streams: { state: string } };
      if (streams.state === 'stored') expect(await parts()).toHaveLength(1);
      await sweep();
      expect(await stored()).toEqual(whole);
      expect(await parts()).toEqual([]);
      if (!isCut) break;
    }
  });

  it("a retention makes verify take an export's summary for right", async () => {
    await importActivity();
    const page = { athleteId, summaries: [summaryOf(recordOf(id))], requestedAt: importedAt };
    expect((await comparePage(adapter.store, page, 'final')).stale).toEqual([]);
    expect((await comparePage(adapter.store, page, 'lifted')).stale).toEqual([id]);
  });
});

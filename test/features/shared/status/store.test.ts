import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { createAthleteStore, saveAthlete } from '../../../../src/mongo/athletes/athletes.ts';
import { importedWithoutLogin, overview } from '../../../../src/features/shared/status/store.ts';
import { saveDetailsAnswer } from '../../../../src/mongo/athletes/details-choice.ts';
import { createTokenStore } from '../../../../src/mongo/tokens/tokens.ts';
import { everyApplication } from '../../../../src/mongo/schema/definitions/application.ts';
import { createImportStore } from '../../../../src/mongo/imports/create-import-store.ts';
import { useAdapter } from '../../../mongo/adapter.ts';
import { importedOf, importWrite, withStreams } from '../../../mongo/imports/exports.ts';
import { athleteId, pageOf, recordOf } from '../../../mongo/pages.ts';

const adapter = useAdapter();
const at = new Date('2026-10-05T10:00:00Z');
const grant = { athleteId, accessToken: 'a', refreshToken: 'r', expiresAt: at };

beforeEach(() => adapter.empty());

const noneParked = { zones: 0, kudoers: 0, comments: 0, photos: 0 };
const noPhotos = { files: 0, bytes: 0, waiting: 0, gone: 0, problem: undefined };

describe('the figures', () => {
  it('status has no figures without a login', async () => {
    await adapter.activities.storePage(pageOf([recordOf(1)]));
    expect(await overview(adapter.store, everyApplication)).toEqual([]);
  });

  it('names the imported activities of an athlete until there is a login', async () => {
    const { store } = adapter;
    const imports = createImportStore(store, { trackSource: 'summary' });
    const archivedAt = new Date('2026-09-01T00:00:00Z');
    await imports.writeAthlete(importWrite(), { archivedAt, fields: {}, gear: [] });
    expect(await importedWithoutLogin(store)).toEqual([]);
    await imports.write(importWrite(), importedOf());
    expect(await importedWithoutLogin(store)).toEqual([{ athleteId, activities: 1 }]);
    await createTokenStore(store, '12345').save(grant);
    expect(await importedWithoutLogin(store)).toEqual([]);
  });

  it('the figures of an athlete who has just logged in are zero', async () => {
    await createTokenStore(adapter.store, everyApplication).save(grant);
    expect(await overview(adapter.store, everyApplication)).toEqual([
      {
        athleteId,
        name: '',
        activities: 0,
        newestStart: undefined,
        oldestStart: undefined,
        streams: { pending: 0, stored: 0, none: 0, parked: 0 },
        details: { stored: 0, parked: 0 },
        detailsChoice: undefined,
        streamsOfExport: 0,
        parkedParts: noneParked,
        hasExport: false,
        photos: noPhotos,
        unusableRecords: 0,
        polledAt: undefined,
        listedSince: undefined,
        needsAuthorization: undefined,
        scope: undefined,
        rejectedDeletions: undefined,
      },
    ]);
  });

  it('the figures say what is stored, what is to do, and which logins require action', async () => {
    const { store, activities } = adapter;
    const tokens = createTokenStore(store, everyApplication);
    await tokens.save(grant);
    await tokens.save({ ...grant, athleteId: 2002 });
    await tokens.markNeedsAuthorization(grant, 'rejected', at);
    await saveAthlete(store, athleteId, { firstname: 'Anna', lastname: 'Muster' });
    const records = [1, 2, 3, 4, 5].map((id) =>
      recordOf(id, { start_date: `2026-09-0${id}T06:00:00Z`, manual: id === 5 }),
    );
    const unusable = [{ record: { id: 'x' }, reason: 'its id is not a positive integer' }];
    await activities.storePage(pageOf(records, { unusable }));
    for (const [id, state] of [[1, 'stored'] as const, [2, 'parked'] as const]) {
      await adapter.database.db
        .collection('activities')
        .updateOne({ _id: Long.fromNumber(id) }, { $set: { 'sync.streams.state': state } });
    }
    for (const [id, state] of [
      [1, 'stored'] as const,
      [3, 'stored'] as const,
      [5, 'parked'] as const,
    ]) {
      await adapter.database.db
        .collection('activities')
        .updateOne({ _id: Long.fromNumber(id) }, { $set: { 'sync.details.state': state } });
    }
    const parked = { 'sync.kudoers.state': 'parked', 'sync.photos.state': 'parked' };
    const collection = adapter.database.db.collection('activities');
    await collection.updateOne({ _id: Long.fromNumber(1) }, { $set: parked });
    const half = { 'sync.kudoers.state': 'parked', 'sync.zones.state': 'none' };
    await collection.updateOne({ _id: Long.fromNumber(2) }, { $set: half });
    await saveDetailsAnswer(store, athleteId, { isWanted: true, at });
    const spans = [{ fromS: 1_790_000_000, toS: 1_791_000_000 }];
    const athletes = createAthleteStore(store, everyApplication);
    await athletes.saveCoverage(athleteId, { spans }, { epoch: 1, poll: { at, count: 1 } });
    const [anna, other] = await overview(store, everyApplication);
    expect(anna).toEqual({
      athleteId,
      name: 'Anna Muster',
      activities: 5,
      newestStart: new Date('2026-09-05T06:00:00Z'),
      oldestStart: new Date('2026-09-01T06:00:00Z'),
      streams: { pending: 2, stored: 1, none: 1, parked: 1 },
      details: { stored: 2, parked: 1 },
      detailsChoice: { is_wanted: true, source: 'answer', at },
      streamsOfExport: 0,
      parkedParts: { ...noneParked, kudoers: 2, photos: 1 },
      hasExport: false,
      photos: noPhotos,
      unusableRecords: 1,
      polledAt: at,
      listedSince: new Date(1_790_000_000_000),
      needsAuthorization: 'rejected',
    });
    expect(other).toMatchObject({ athleteId: 2002, activities: 0, unusableRecords: 0 });
  });

  it('counts an activity whose start is no date, and takes no start from it', async () => {
    await createTokenStore(adapter.store, everyApplication).save(grant);
    await adapter.activities.storePage(pageOf([recordOf(1), recordOf(2)]));
    await adapter.database.db
      .collection('activities')
      .updateOne(
        { _id: Long.fromNumber(1) },
        { $set: { start_date: 'yesterday' } },
        { bypassDocumentValidation: true },
      );
    const [anna] = await overview(adapter.store, everyApplication);
    expect(anna).toMatchObject({ activities: 2, oldestStart: anna?.newestStart });
    expect(anna?.oldestStart).toBeInstanceOf(Date);
  });

  it('the figures say how many recordings are from an export', async () => {
    await createTokenStore(adapter.store, everyApplication).save(grant);
    const imports = createImportStore(adapter.store, { trackSource: 'summary' });
    for (const id of [1, 2, 3]) {
      const recording = id === 3 ? ({ kind: 'none' } as const) : withStreams;
      await imports.write(importWrite(), importedOf({ id, recording }));
    }
    await adapter.activities.storePage(pageOf([recordOf(4)]));
    const [figures] = await overview(adapter.store, everyApplication);
    expect(figures).toMatchObject({ activities: 4, streamsOfExport: 2 });
    expect(figures?.streams).toEqual({ stored: 2, none: 1, pending: 1, parked: 0 });
  });
});

import { Long, ObjectId, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { LeaseLostError } from '../../../src/errors.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId, fetchedAt, pageOf, recordOf, summaryOf } from '../pages.ts';

const id = 19_000_000_001;
const later = new Date('2026-10-06T10:00:00Z');

const adapter = useAdapter();

beforeEach(() => adapter.empty());

async function documents(): Promise<readonly Document[]> {
  return adapter.database.db.collection('activities').find().sort({ _id: 1 }).toArray();
}

async function documentOf(of = id): Promise<Document> {
  const found = await adapter.database.db
    .collection('activities')
    .findOne({ _id: Long.fromNumber(of) });
  if (found === null) throw new Error(`There is no activity ${of}.`);
  return found;
}

describe('storing a page of the list', () => {
  it("stores Strava's fields unchanged, and the start as a date", async () => {
    const record = recordOf(id);
    const result = await adapter.activities.storePage(pageOf([record]));
    expect(result).toMatchObject({ added: 1, changed: 0, unchanged: 0, parked: 0 });
    const { _id, sync, track, start_point, derived, ...fields } = await documentOf();
    expect(_id).toBe(id);
    expect(fields).toEqual({ ...record, start_date: new Date('2026-10-04T06:12:13Z') });
    expect(track).toEqual({
      type: 'LineString',
      coordinates: [
        [16.37, 48.2],
        [16.38, 48.21],
        [16.4, 48.205],
      ],
    });
    expect(start_point).toEqual({ type: 'Point', coordinates: [16.37, 48.2] });
    const date = new Date('2026-10-04T08:12:13Z');
    expect(derived).toEqual({
      local: { date, weekday: 7, hour: 8, week: '2026-W40' },
      route: expect.any(ObjectId) as unknown,
      place: { city: 'Vienna', region: 'Vienna', country: 'Austria', country_code: 'AT' },
    });
    expect(sync).toMatchObject({
      athlete_id: athleteId,
      source: 'list',
      first_seen_at: fetchedAt,
      fetched_at: fetchedAt,
      epoch: 1,
      streams: { state: 'pending', tries: 0 },
    });
  });

  it('stores ids as int64, the start as a date, the local start as a string', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const types: Readonly<Record<string, string>> = {
      _id: 'long',
      id: 'long',
      upload_id: 'long',
      'sync.athlete_id': 'long',
      start_date: 'date',
      start_date_local: 'string',
      'derived.local.date': 'date',
      moving_time: 'int',
      distance: 'double',
    };
    for (const [key, type] of Object.entries(types)) {
      const count = await adapter.database.db
        .collection('activities')
        .countDocuments({ [key]: { $type: type as 'long' } });
      expect({ key, count }).toEqual({ key, count: 1 });
    }
  });

  it('stores an id beyond 2^53 exactly', async () => {
    const record = recordOf(id, { effort: { id: 9_007_199_254_740_993n } });
    await adapter.activities.storePage(pageOf([record]));
    const exact = Long.fromString('9007199254740993');
    const found = await adapter.database.db
      .collection('activities')
      .countDocuments({ 'effort.id': exact });
    const beside = await adapter.database.db
      .collection('activities')
      .countDocuments({ 'effort.id': Long.fromString('9007199254740992') });
    expect([found, beside]).toEqual([1, 0]);
  });

  it('changes nothing when a page comes twice', async () => {
    const records = [recordOf(id), recordOf(id + 1, { manual: true }), recordOf(id + 2)];
    await adapter.activities.storePage(pageOf(records));
    const before = await documents();
    const result = await adapter.activities.storePage(pageOf(records, { fetchedAt: later }));
    expect(result).toMatchObject({ added: 0, changed: 0, unchanged: 3, parked: 0 });
    expect(await documents()).toEqual(before);
  });

  it('changes nothing when a page comes with its keys in another order', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const before = await documents();
    const turned = Object.fromEntries(Object.entries(recordOf(id)).reverse());
    await adapter.activities.storePage(pageOf([turned], { fetchedAt: later }));
    expect(await documents()).toEqual(before);
  });

  it('stores the last of two records with the same id', async () => {
    const result = await adapter.activities.storePage(
      pageOf([recordOf(id), recordOf(id, { name: 'Renamed' }), recordOf(id + 1)]),
    );
    expect(result).toMatchObject({ added: 2, changed: 0, unchanged: 0, parked: 0 });
    expect((await documents()).map(({ name }) => String(name))).toEqual([
      'Renamed',
      'Morning Ride',
    ]);
  });

  it('accepts an empty page', async () => {
    const result = await adapter.activities.storePage(pageOf([]));
    expect(result).toMatchObject({ added: 0, changed: 0, unchanged: 0, parked: 0 });
  });

  it('stores a page of 200 records', async () => {
    const records = Array.from({ length: 200 }, (_, index) => recordOf(id + index));
    const result = await adapter.activities.storePage(pageOf(records));
    expect(result.added).toBe(200);
    const ids = [id, id + 199, id + 200];
    expect(await adapter.activities.unknownIds(ids)).toEqual(new Set([id + 200]));
  });
});

describe('storing a changed summary', () => {
  it('replaces the keys of the summary, and removes vanished ones', async () => {
    const first = recordOf(id, { gear_id: 'b1', average_watts: 180.5 });
    await adapter.activities.storePage(pageOf([first]));
    const result = await adapter.activities.storePage(
      pageOf([recordOf(id, { name: 'Renamed', kudos_count: 3 })], { fetchedAt: later }),
    );
    expect(result).toMatchObject({ added: 0, changed: 1, unchanged: 0, parked: 0 });
    const document = await documentOf();
    expect(document).toMatchObject({ name: 'Renamed', kudos_count: 3 });
    expect(document).not.toHaveProperty('gear_id');
    expect(document).not.toHaveProperty('average_watts');
    expect(document).toMatchObject({ sync: { first_seen_at: fetchedAt, fetched_at: later } });
  });

  it('keeps the keys that are not from the summary', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const others = {
      description: 'up the hill',
      derived: { best_5k_s: 1_200 },
      laps: [{ id: Long.fromString('9007199254740993') }],
      'with.dot': 1,
    };
    await adapter.database.db
      .collection('activities')
      .updateOne({ _id: Long.fromNumber(id) }, [
        { $replaceWith: { $mergeObjects: ['$$ROOT', { $literal: others }] } },
      ]);
    await adapter.activities.storePage(pageOf([recordOf(id, { name: 'Renamed' })]));
    expect(await documentOf()).toMatchObject({ ...others, name: 'Renamed' });
  });

  it('removes the track where the new summary has no GPS', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const map = { id: 'a', summary_polyline: '', resource_state: 2 };
    await adapter.activities.storePage(pageOf([recordOf(id, { map, start_latlng: [] })]));
    const document = await documentOf();
    expect(document).not.toHaveProperty('track');
    expect(document).not.toHaveProperty('start_point');
    expect(document).toMatchObject({ map, start_latlng: [] });
  });

  it('keeps the streams state where the recording is the same', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const streams = { state: 'stored', tries: 0, sample_count: 7 };
    await adapter.database.db
      .collection('activities')
      .updateOne({ _id: Long.fromNumber(id) }, { $set: { 'sync.streams': streams } });
    const renamed = recordOf(id, { name: 'Renamed', sport_type: 'GravelRide', kudos_count: 5 });
    await adapter.activities.storePage(pageOf([renamed]));
    expect(await documentOf()).toMatchObject({ name: 'Renamed', sync: { streams } });
  });

  it.each([
    ['distance', { distance: 20_000.5 }],
    ['moving time', { moving_time: 4_000 }],
    ['elapsed time', { elapsed_time: 4_001 }],
    ['polyline', { map: { id: 'a', summary_polyline: '_p~iF~ps|U_ulLnnqC' } }],
  ])('marks the streams as pending where the %s changed', async (_, change) => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    await adapter.database.db
      .collection('activities')
      .updateOne(
        { _id: Long.fromNumber(id) },
        { $set: { 'sync.streams': { state: 'stored', tries: 0, sample_count: 7 } } },
      );
    await adapter.activities.storePage(pageOf([recordOf(id, change)]));
    const { sync } = await documentOf();
    expect((sync as Document)['streams']).toEqual({ state: 'pending', tries: 0 });
  });
});

describe('storing an activity entered by hand', () => {
  it('needs no streams for an activity entered by hand', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id, { manual: true })]));
    expect(await documentOf()).toMatchObject({ sync: { streams: { state: 'none' } } });
  });
});

describe('storing positions', () => {
  it.each([
    ['no map', { map: undefined, start_latlng: undefined }],
    ['a null map', { map: null, start_latlng: null }],
    ['a null polyline', { map: { summary_polyline: null }, start_latlng: [null, null] }],
    ['one point', { map: { summary_polyline: '_p~iF~ps|U' }, start_latlng: [91, 0] }],
    ['two equal points', { map: { summary_polyline: '_p~iF~ps|U??' }, start_latlng: [0, 181] }],
    ['rubbish as polyline', { map: { summary_polyline: '\u{1f6b4}' }, start_latlng: 'here' }],
    ['a number as polyline', { map: { summary_polyline: 17 }, start_latlng: [1] }],
  ])('stores the activity without a track where it has %s', async (_, change) => {
    const result = await adapter.activities.storePage(pageOf([recordOf(id, change)]));
    expect(result).toMatchObject({ added: 1, parked: 0 });
    const document = await documentOf();
    expect(document).not.toHaveProperty('track');
    expect(document).not.toHaveProperty('start_point');
  });

  it('stores the activity and its neighbours where the index rejects the track', async () => {
    const odd = recordOf(id + 1, {
      map: null,
      start_latlng: null,
      track: 'a word',
      start_point: 7,
    });
    const result = await adapter.activities.storePage(
      pageOf([recordOf(id), odd, recordOf(id + 2)]),
    );
    expect(result).toMatchObject({ added: 3, parked: 0 });
    expect(await documentOf(id + 1)).not.toHaveProperty('track');
    expect(await documentOf(id)).toHaveProperty('track');
  });

  it('finds activities by place', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const near = { $near: { type: 'Point', coordinates: [16.37, 48.2] }, $maxDistance: 100 };
    const found = await adapter.database.db
      .collection('activities')
      .find({ start_point: near })
      .toArray();
    expect(found).toHaveLength(1);
  });
});

describe('storing a page under a lease', () => {
  it('fails under an older lease, and changes nothing', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id), recordOf(id + 1)], { epoch: 5 }));
    const before = await documents();
    const stale = [recordOf(id, { name: 'Old' }), recordOf(id + 1, { name: 'Old' })];
    const failing = adapter.activities.storePage(pageOf(stale, { epoch: 4 }));
    await expect(failing).rejects.toThrow(LeaseLostError);
    expect(await documents()).toEqual(before);
  });

  it('succeeds under the same or a newer lease', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)], { epoch: 5 }));
    await adapter.activities.storePage(pageOf([recordOf(id, { name: 'Same' })], { epoch: 5 }));
    await adapter.activities.storePage(pageOf([recordOf(id, { name: 'Newer' })], { epoch: 6 }));
    expect(await documentOf()).toMatchObject({ name: 'Newer', sync: { epoch: 6 } });
  });
});

describe('storing a record without a valid id or start', () => {
  const unusable = { record: { id: 'x', start_date: 17 }, reason: 'its id is not a number' };

  it('parks the record once with the reason', async () => {
    const page = pageOf([recordOf(id)], { unusable: [unusable] });
    const result = await adapter.activities.storePage(page);
    expect(result).toMatchObject({ added: 1, parked: 1 });
    await adapter.activities.storePage({ ...page, fetchedAt: later });
    const parked = await adapter.store.parked.find().toArray();
    expect(parked).toHaveLength(1);
    expect(parked[0]).toMatchObject({
      athlete_id: athleteId,
      reason: unusable.reason,
      record: '{"id":"x","start_date":17}',
      first_seen_at: fetchedAt,
      last_seen_at: later,
    });
  });

  it('removes the parked record once it can be stored', async () => {
    const record = { id, start_date: 'soon' };
    const reason = 'its start_date is not an instant';
    await adapter.activities.storePage(pageOf([], { unusable: [{ record, reason }] }));
    expect(await adapter.store.parked.countDocuments()).toBe(1);
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    expect(await adapter.store.parked.countDocuments()).toBe(0);
    expect(summaryOf(recordOf(id)).id).toBe(id);
  });
});

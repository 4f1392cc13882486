import { Long, type Document } from 'mongodb';
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

describe('a page of the list', () => {
  it("is stored with Strava's fields as they came, the start as a date, the rest as it was", async () => {
    const record = recordOf(id);
    const result = await adapter.activities.storePage(pageOf([record]));
    expect(result).toMatchObject({ added: 1, changed: 0, unchanged: 0, parked: 0 });
    const { _id, sync, track, start_point, ...fields } = await documentOf();
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
    expect(sync).toMatchObject({
      athlete_id: athleteId,
      source: 'list',
      first_seen_at: fetchedAt,
      fetched_at: fetchedAt,
      epoch: 1,
      streams: { state: 'pending', tries: 0 },
    });
  });

  it('has its ids as int64, its start as a date, its local start as a string', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const types: Readonly<Record<string, string>> = {
      _id: 'long',
      id: 'long',
      upload_id: 'long',
      'sync.athlete_id': 'long',
      start_date: 'date',
      start_date_local: 'string',
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

  it('keeps an id beyond 2^53 exactly', async () => {
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

  it('that comes twice changes nothing', async () => {
    const records = [recordOf(id), recordOf(id + 1, { manual: true }), recordOf(id + 2)];
    await adapter.activities.storePage(pageOf(records));
    const before = await documents();
    const result = await adapter.activities.storePage(pageOf(records, { fetchedAt: later }));
    expect(result).toMatchObject({ added: 0, changed: 0, unchanged: 3, parked: 0 });
    expect(await documents()).toEqual(before);
  });

  it('that comes twice with its keys in another order changes nothing', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const before = await documents();
    const turned = Object.fromEntries(Object.entries(recordOf(id)).reverse());
    await adapter.activities.storePage(pageOf([turned], { fetchedAt: later }));
    expect(await documents()).toEqual(before);
  });

  it('may hold a record twice: the last one counts, once', async () => {
    const result = await adapter.activities.storePage(
      pageOf([recordOf(id), recordOf(id, { name: 'Renamed' }), recordOf(id + 1)]),
    );
    expect(result).toMatchObject({ added: 2, changed: 0, unchanged: 0, parked: 0 });
    expect((await documents()).map(({ name }) => String(name))).toEqual([
      'Renamed',
      'Morning Ride',
    ]);
  });

  it('may be empty', async () => {
    const result = await adapter.activities.storePage(pageOf([]));
    expect(result).toMatchObject({ added: 0, changed: 0, unchanged: 0, parked: 0 });
  });

  it('of 200 records is stored whole', async () => {
    const records = Array.from({ length: 200 }, (_, index) => recordOf(id + index));
    const result = await adapter.activities.storePage(pageOf(records));
    expect(result.added).toBe(200);
    const ids = [id, id + 199, id + 200];
    expect(await adapter.activities.unknownIds(ids)).toEqual(new Set([id + 200]));
  });
});

describe('a changed summary', () => {
  it('replaces its own keys, and those that vanished are gone', async () => {
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

  it('leaves keys of other origin alone', async () => {
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

  it('without GPS takes the track away', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const map = { id: 'a', summary_polyline: '', resource_state: 2 };
    await adapter.activities.storePage(pageOf([recordOf(id, { map, start_latlng: [] })]));
    const document = await documentOf();
    expect(document).not.toHaveProperty('track');
    expect(document).not.toHaveProperty('start_point');
    expect(document).toMatchObject({ map, start_latlng: [] });
  });

  it('leaves the state of the streams alone where the recording is the same', async () => {
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
  ])('of another %s lets the streams be asked for again', async (_, change) => {
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

describe('an activity entered by hand', () => {
  it('needs no streams', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id, { manual: true })]));
    expect(await documentOf()).toMatchObject({ sync: { streams: { state: 'none' } } });
  });
});

describe('a geometry', () => {
  it.each([
    ['no map', { map: undefined, start_latlng: undefined }],
    ['a null map', { map: null, start_latlng: null }],
    ['a null polyline', { map: { summary_polyline: null }, start_latlng: [null, null] }],
    ['one point', { map: { summary_polyline: '_p~iF~ps|U' }, start_latlng: [91, 0] }],
    ['two equal points', { map: { summary_polyline: '_p~iF~ps|U??' }, start_latlng: [0, 181] }],
    ['rubbish as polyline', { map: { summary_polyline: '\u{1f6b4}' }, start_latlng: 'here' }],
    ['a number as polyline', { map: { summary_polyline: 17 }, start_latlng: [1] }],
  ])('is absent with %s, and the activity is stored', async (_, change) => {
    const result = await adapter.activities.storePage(pageOf([recordOf(id, change)]));
    expect(result).toMatchObject({ added: 1, parked: 0 });
    const document = await documentOf();
    expect(document).not.toHaveProperty('track');
    expect(document).not.toHaveProperty('start_point');
  });

  it('that the index refuses never loses the activity, nor its neighbours', async () => {
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

  it('can be searched by place', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    const near = { $near: { type: 'Point', coordinates: [16.37, 48.2] }, $maxDistance: 100 };
    const found = await adapter.database.db
      .collection('activities')
      .find({ start_point: near })
      .toArray();
    expect(found).toHaveLength(1);
  });
});

describe('a write under an older lease', () => {
  it('fails and changes nothing', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id), recordOf(id + 1)], { epoch: 5 }));
    const before = await documents();
    const stale = [recordOf(id, { name: 'Old' }), recordOf(id + 1, { name: 'Old' })];
    const failing = adapter.activities.storePage(pageOf(stale, { epoch: 4 }));
    await expect(failing).rejects.toThrow(LeaseLostError);
    expect(await documents()).toEqual(before);
  });

  it('of the same or a newer lease passes', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)], { epoch: 5 }));
    await adapter.activities.storePage(pageOf([recordOf(id, { name: 'Same' })], { epoch: 5 }));
    await adapter.activities.storePage(pageOf([recordOf(id, { name: 'Newer' })], { epoch: 6 }));
    expect(await documentOf()).toMatchObject({ name: 'Newer', sync: { epoch: 6 } });
  });
});

describe('a record without a usable id or start', () => {
  const unusable = { record: { id: 'x', start_date: 17 }, reason: 'its id is not a number' };

  it('is parked with its reason, once, however often it comes', async () => {
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

  it('leaves the parked ones once it can be stored', async () => {
    const record = { id, start_date: 'soon' };
    const reason = 'its start_date is not an instant';
    await adapter.activities.storePage(pageOf([], { unusable: [{ record, reason }] }));
    expect(await adapter.store.parked.countDocuments()).toBe(1);
    await adapter.activities.storePage(pageOf([recordOf(id)]));
    expect(await adapter.store.parked.countDocuments()).toBe(0);
    expect(summaryOf(recordOf(id)).id).toBe(id);
  });
});

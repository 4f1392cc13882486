import { beforeEach, describe, expect, it } from 'vitest';
import { toNumber } from '../../../src/mongo/base/bson-value.ts';
import { createVerificationStore } from '../../../src/features/verify/store.ts';
import type { Expiry } from '../../../src/mongo/history/tombstones.ts';
import type { Sample } from '../../../src/domain/activity/streams.ts';
import type { AuditedActivity } from '../../../src/sync/verify/ports.ts';
import { useAdapter } from '../../mongo/adapter.ts';
import {
  athleteId,
  fetchedAt,
  pageOf,
  polyline,
  recordFromText,
  recordOf,
  summaryOf,
} from '../../mongo/pages.ts';
import { dueStreams } from '../../mongo/tasks.ts';

const adapter = useAdapter();
const requestedAt = new Date('2026-10-06T10:00:00Z');
const [first, second, third] = [1, 2, 3] as const;

function store(expiry: Expiry = 'lifted') {
  return createVerificationStore(adapter.store, expiry);
}

function shown(...records: Parameters<typeof summaryOf>[0][]) {
  return { athleteId, summaries: records.map(summaryOf), requestedAt };
}

async function change(id: number, update: Record<string, unknown>): Promise<void> {
  const activities = adapter.database.db.collection('activities');
  const byHand = { bypassDocumentValidation: true };
  const { matchedCount } = await activities.updateOne({ _id: id as never }, update, byHand);
  expect(matchedCount).toBe(1);
}

/** Stores activities with streams of so many samples. */
async function storeWithStreams(id: number, sampleCount: number): Promise<void> {
  await adapter.activities.storePage(pageOf([recordOf(id)]));
  const due = await dueStreams(adapter.tasks, fetchedAt);
  const task = due.find(({ activityId }) => activityId === id);
  if (task === undefined) throw new Error('Nothing is pending.');
  const samples = Array.from({ length: sampleCount }, (_, index): Sample => index);
  const arrays = new Map([
    ['time', samples],
    ['heartrate', samples],
  ]);
  const write = { athleteId, epoch: 1, at: fetchedAt };
  await adapter.tasks.storeStreams(write, task, { sampleCount, arrays });
}

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of all) found.push(one);
  return found;
}

async function current(id: number): Promise<AuditedActivity['streams'] | undefined> {
  const all = await collect(store().activities(athleteId, undefined));
  return all.find(({ activityId }) => activityId === id)?.streams;
}

beforeEach(() => adapter.empty());

describe('a page of the list', () => {
  it('a page of the list equals what was stored of it, integers beyond 2^53 and 2^63 included', async () => {
    const wide = recordFromText(
      third,
      '"effort":3000000000000000001,"huge":123456789012345678901234567890,"a.b":{"$c":[-0,1e999]}',
    );
    const records = [recordOf(first), recordOf(second, { map: null, start_latlng: [] }), wide];
    await adapter.activities.storePage(pageOf(records));
    expect(await store().comparePage(shown(...records))).toMatchObject({ missing: [], stale: [] });
  });

  it('a comparison shows activities that are missing and that were changed at Strava', async () => {
    await adapter.activities.storePage(pageOf([recordOf(first)]));
    const page = shown(recordOf(first, { name: 'Evening Ride' }), recordOf(second));
    expect(await store().comparePage(page)).toEqual({
      missing: [second],
      stale: [first],
      requestedAt,
    });
  });

  const byHand: Record<string, Record<string, unknown>> = {
    'another name': { $set: { name: 'By hand' } },
    'a field inside another': { $set: { 'map.id': 'b1' } },
    'a field that is gone': { $unset: { distance: '' } },
    'a start that is a text': { $set: { start_date: '2026-10-04T06:12:13.000Z' } },
    'another track': {
      $set: {
        track: {
          type: 'LineString',
          coordinates: [
            [1, 1],
            [2, 2],
          ],
        },
      },
    },
    'a track that is gone': { $unset: { track: '' } },
    'another start point': { $set: { start_point: { type: 'Point', coordinates: [1, 1] } } },
    'another fingerprint': { $set: { 'sync.fingerprint': 'x' } },
    'the hash of another recording': { $set: { 'sync.recording_hash': 'x' } },
    'another athlete': { $set: { 'sync.athlete_id': 7 } },
    'a fetch in the future': {
      $set: { name: 'By hand', 'sync.fetched_at': new Date('2126-01-01') },
    },
    'no keys': { $unset: { 'sync.summary_keys': '' } },
    'no bookkeeping': { $unset: { sync: '' } },
  };

  it.each(Object.entries(byHand))(
    'a comparison finds %s, and the next page repairs it',
    async (_, update) => {
      const page = shown(recordOf(first));
      await adapter.activities.storePage(pageOf([recordOf(first)]));
      await change(first, update);
      expect(await store().comparePage(page)).toMatchObject({ missing: [], stale: [first] });
      await store().forgetFingerprints({ activityIds: [first], epoch: 1, at: fetchedAt });
      await adapter.activities.storePage(pageOf([recordOf(first)]));
      expect(await store().comparePage(page)).toMatchObject({ missing: [], stale: [] });
    },
  );

  it('a comparison ignores keys that the user added', async () => {
    await adapter.activities.storePage(pageOf([recordOf(first)]));
    await change(first, { $set: { notes: 'mine', 'derived.x': 1 } });
    expect((await store().comparePage(shown(recordOf(first)))).stale).toEqual([]);
  });

  it('a comparison expects no track of an activity without one', async () => {
    const record = recordOf(first, { map: { summary_polyline: '' }, start_latlng: [] });
    await adapter.activities.storePage(pageOf([record]));
    expect((await store().comparePage(shown(record))).stale).toEqual([]);
    await change(first, {
      $set: {
        track: {
          type: 'LineString',
          coordinates: [
            [1, 1],
            [2, 2],
          ],
        },
      },
    });
    expect((await store().comparePage(shown(record))).stale).toEqual([first]);
    expect(polyline).not.toBe('');
  });

  it('a comparison accepts that a track was rejected by MongoDB or comes from the streams', async () => {
    await adapter.activities.storePage(pageOf([recordOf(first), recordOf(second)]));
    await change(first, {
      $unset: { track: '', start_point: '' },
      $set: { 'sync.track_left_out': 'rejected by MongoDB' },
    });
    const track = {
      type: 'LineString',
      coordinates: [
        [1, 1],
        [2, 2],
      ],
    };
    await change(second, { $set: { track, 'sync.track_source': 'streams' } });
    const page = shown(recordOf(first), recordOf(second));
    expect((await store().comparePage(page)).stale).toEqual([]);
  });

  it('a comparison does not report expired activities and those deleted after the request', async () => {
    const writeTombstone = (id: number, why: string, at: Date) =>
      adapter.database.db
        .collection('tombstones')
        .insertOne({ _id: id as never, why, at }, { bypassDocumentValidation: true });
    const before = new Date(requestedAt.getTime() - 1);
    await writeTombstone(first, 'expired', before);
    await writeTombstone(second, 'deleted', before);
    await writeTombstone(third, 'deleted', requestedAt);
    const page = shown(recordOf(first), recordOf(second), recordOf(third));
    expect((await store('final').comparePage(page)).missing).toEqual([second]);
    expect((await store('lifted').comparePage(page)).missing).toEqual([first, second]);
    expect(await adapter.database.db.collection('tombstones').countDocuments()).toBe(3);
  });

  it('a comparison drops differences that another process has resolved since', async () => {
    await adapter.activities.storePage(pageOf([recordOf(first), recordOf(second)]));
    const found = { missing: [third, 4], stale: [first, second], requestedAt };
    const later = new Date(requestedAt.getTime() + 1);
    const renamed = recordOf(first, { name: 'Newer' });
    const page = pageOf([renamed, recordOf(third)], { fetchedAt: later });
    await adapter.activities.storePage(page);
    expect(await store().stillDiffering(found)).toEqual({
      missing: [4],
      stale: [second],
      requestedAt,
    });
  });
});

describe("an activity's streams", () => {
  const planted: Record<string, Record<string, unknown>> = {
    'an array too short': { $pop: { time: 1 } },
    'no array at all': { $unset: { time: '', heartrate: '' } },
    'another number of parts': { $set: { parts: 2 } },
    'a part of another number': { $set: { part: 1 } },
    'another number of samples': { $set: { sample_count: 4 } },
  };

  it.each(Object.entries(planted))('streams broken by %s are due again', async (_, update) => {
    await storeWithStreams(first, 3);
    expect(await current(first)).toBe('stored');
    await adapter.store.streams.updateOne({ part: 0 }, update, {
      bypassDocumentValidation: true,
    });
    expect(await current(first)).toBe('broken');
    await store().resetStreams({ activityIds: [first], epoch: 2, at: requestedAt });
    expect(await current(first)).toBe('pending');
  });

  it('streams in several parts are broken if a part is missing or of another write', async () => {
    await storeWithStreams(first, 450_000);
    const { streams } = adapter.store;
    expect(await streams.countDocuments()).toBeGreaterThan(1);
    expect(await current(first)).toBe('stored');
    await streams.updateOne({ part: 1 }, { $set: { epoch: 9 } });
    expect(await current(first)).toBe('broken');
    await streams.deleteOne({ part: 1 });
    expect(await current(first)).toBe('broken');
  });

  it('streams without a state are broken, and those of an activity without streams are unexpected', async () => {
    await storeWithStreams(first, 3);
    await change(first, { $set: { 'sync.streams.state': 'none' } });
    expect(await current(first)).toBe('unexpected');
    await change(first, { $unset: { 'sync.streams': '' } });
    expect(await current(first)).toBe('broken');
    await change(first, { $set: { 'sync.streams': { state: 'odd', tries: 0 } } });
    expect(await current(first)).toBe('broken');
  });

  it('a stale lease holder does not repair streams', async () => {
    await storeWithStreams(first, 3);
    await change(first, { $set: { 'sync.epoch': 5 } });
    await store().resetStreams({ activityIds: [first], epoch: 4, at: requestedAt });
    expect(await current(first)).toBe('stored');
  });

  it('the audit of streams covers several pages, of one athlete, from a start on', async () => {
    const records = Array.from({ length: 450 }, (_, index) => recordOf(index + 1));
    await adapter.activities.storePage(pageOf(records));
    const old = { start_date: '2016-10-04T06:12:13Z' };
    await adapter.activities.storePage(pageOf([recordOf(900, old)]));
    await adapter.activities.storePage(pageOf([recordOf(901)], { athleteId: 7 }));
    const since = new Date('2020-01-01T00:00:00Z');
    const ids = (await collect(store().activities(athleteId, since))).map(
      ({ activityId }) => activityId,
    );
    expect(ids).toEqual(records.map((_, index) => index + 1));
    expect(await collect(store().activities(athleteId, undefined))).toHaveLength(451);
  });
});

describe('streams without an activity', () => {
  it('streams without an activity are found over several pages, of one athlete alone, and removed', async () => {
    const { streams, activities } = adapter.store;
    await storeWithStreams(first, 3);
    const [part] = await streams.find({}, { projection: { _id: 0 } }).toArray();
    if (part === undefined) throw new Error('No streams.');
    const orphan = (id: number, owner: number) =>
      ({ ...part, activity_id: id, athlete_id: owner }) as never;
    await streams.insertMany([
      ...Array.from({ length: 1_100 }, (_, index) => orphan(10 + index, 7)),
      orphan(5_000, athleteId),
    ]);
    expect(await collect(store().orphans(athleteId))).toEqual([5_000]);
    expect(await collect(store().orphans(7))).toHaveLength(1_100);
    await store().removeOrphans({ activityIds: [5_000], epoch: 1, at: requestedAt });
    expect(await collect(store().orphans(athleteId))).toEqual([]);
    const kept = await activities.findOne({});
    expect(kept && toNumber(kept._id)).toBe(first);
    expect(await current(first)).toBe('stored');
  });
});

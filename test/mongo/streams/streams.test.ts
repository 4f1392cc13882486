import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Sample, Streams } from '../../../src/domain/activity/streams.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { createActivityStore } from '../../../src/mongo/streams/activity-store.ts';
import { deleteActivity } from '../../../src/mongo/deletion/delete-activity.ts';
import type { PendingStreams, StreamsWrite } from '../../../src/sync/ports/ports.ts';
import type { Retry } from '../../../src/mongo/base/retrying-db.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';

const id = 19_000_000_001;
const at = new Date('2026-10-05T11:00:00Z');
const everything = { athleteId, range: {}, now: at, exclude: [], limit: 10 };

const adapter = useAdapter();

beforeEach(() => adapter.empty());

function streamsOf(arrays: Readonly<Record<string, readonly Sample[]>>): Streams {
  const [first = []] = Object.values(arrays);
  return { sampleCount: first.length, arrays: new Map(Object.entries(arrays)) };
}

const small = streamsOf({
  time: [0, 1, 4],
  heartrate: [100, null, 102],
  altitude: [200.1, 201, 202.5],
  moving: [false, true, true],
  lat: [48.1, null, 48.3],
  lng: [16.1, null, 16.3],
});

async function pendingOne(): Promise<PendingStreams> {
  const [pending] = await adapter.activities.pendingStreams(everything);
  if (pending === undefined) throw new Error('Nothing is pending.');
  return pending;
}

async function stored(epoch = 1): Promise<StreamsWrite> {
  await adapter.activities.storePage(pageOf([recordOf(id)], { epoch }));
  return { athleteId, pending: await pendingOne(), epoch, at };
}

function parts(): Promise<Document[]> {
  const streams = adapter.database.db.collection('streams');
  return streams
    .find({}, { projection: { _id: 0 } })
    .sort({ part: 1 })
    .toArray();
}

async function state(): Promise<unknown> {
  const document = await adapter.store.activities.findOne();
  return document?.sync.streams;
}

describe('storing the streams of an activity', () => {
  it('stores one document where the streams fit, and marks them as stored', async () => {
    await adapter.activities.storeStreams(await stored(), small);
    expect(await parts()).toEqual([
      {
        activity_id: id,
        part: 0,
        parts: 1,
        sample_count: 3,
        athlete_id: athleteId,
        start_date: new Date('2026-10-04T06:12:13Z'),
        fetched_at: at,
        epoch: 1,
        ...Object.fromEntries(small.arrays),
      },
    ]);
    expect(await state()).toEqual({ state: 'stored', tries: 0, fetched_at: at, sample_count: 3 });
    expect(await adapter.activities.pendingStreams(everything)).toEqual([]);
  });

  it('stores ids as int64 and the date as a date', async () => {
    await adapter.activities.storeStreams(await stored(), small);
    const count = await adapter.database.db.collection('streams').countDocuments({
      activity_id: { $type: 'long' },
      athlete_id: { $type: 'long' },
      start_date: { $type: 'date' },
      part: { $type: 'int' },
    });
    expect(count).toBe(1);
  });

  it('changes nothing when the same streams are stored twice', async () => {
    const write = await stored();
    await adapter.activities.storeStreams(write, small);
    const before = [await parts(), await adapter.store.activities.find().toArray()];
    await adapter.activities.storeStreams(write, small);
    expect([await parts(), await adapter.store.activities.find().toArray()]).toEqual(before);
  });

  it.each([
    ['no stream at all', streamsOf({})],
    ['streams without samples', streamsOf({ time: [], distance: [] })],
  ])('stores streams that are %s', async (_, streams) => {
    await adapter.activities.storeStreams(await stored(), streams);
    expect(await parts()).toMatchObject([{ part: 0, parts: 1, sample_count: 0 }]);
    expect(await state()).toMatchObject({ state: 'stored', sample_count: 0 });
  });
});

describe('storing streams larger than a document', () => {
  const sampleCount = 900_000;
  /** A few seconds on an idle machine. */
  const minutesMs = 300_000;
  /** Enough for several parts; more only take longer. */
  const keys = ['time', 'distance', 'lat', 'lng'];
  const large = (): Streams => ({
    sampleCount,
    arrays: new Map(
      keys.map((key, offset): [string, Sample[]] => [
        key,
        Array.from({ length: sampleCount }, (_, index) =>
          index % 1_000 === 999 ? null : index / 8 + offset,
        ),
      ]),
    ),
  });

  it(
    'become parts below 16 MB that read back the same; fewer parts replace them',
    { timeout: minutesMs },
    async () => {
      const write = await stored();
      const streams = large();
      await adapter.activities.storeStreams(write, streams);
      const sizes = await adapter.database.db
        .collection('streams')
        .aggregate<{
          size: number;
          part: number;
        }>([
          { $project: { size: { $bsonSize: '$$ROOT' }, part: 1, parts: 1, sample_count: 1 } },
          { $sort: { part: 1 } },
        ])
        .toArray();
      expect(sizes.length).toBeGreaterThan(5);
      expect(sizes.map(({ part }) => part)).toEqual(sizes.map((_, index) => index));
      expect(sizes.every((one) => Reflect.get(one, 'parts') === sizes.length)).toBe(true);
      expect(Math.max(...sizes.map(({ size }) => size))).toBeLessThan(16_000_000);
      expect(await firstDifference(streams)).toBeUndefined();
      await adapter.activities.storeStreams(write, small);
      expect(await parts()).toMatchObject([{ part: 0, parts: 1, sample_count: 3 }]);
    },
  );
});

/** Reads the parts in order, and compares every sample. */
async function firstDifference({ arrays, sampleCount }: Streams): Promise<string | undefined> {
  const streams = adapter.database.db.collection('streams');
  let from = 0;
  for await (const part of streams.find({}, { batchSize: 1 }).sort({ part: 1 })) {
    let length = 0;
    for (const [key, samples] of arrays) {
      const stored = part[key] as Sample[];
      const index = stored.findIndex((sample, offset) => sample !== samples[from + offset]);
      if (index >= 0) return `${key} at ${from + index}`;
      length = stored.length;
    }
    from += length;
  }
  return from === sampleCount ? undefined : `${from} samples`;
}

describe('an activity that is removed while its streams are written', () => {
  it("leaves no part, and keeps a newer holder's", async () => {
    const write = await stored();
    const { store } = adapter;
    const deletion = { athleteId, activityId: id, startAt: at, why: 'deleted', epoch: 1 } as const;
    let operations = 0;
    const attempt: Retry = async (operation) => {
      operations += 1;
      // After reading the activity and writing the parts.
      if (operations === 3) {
        expect(await parts()).toHaveLength(1);
        await deleteActivity(store, { ...deletion, at });
        // As if the parts had been written a moment later.
        await store.streams.insertMany([
          { ...partOf(1), epoch: 1 },
          { ...partOf(2), epoch: 2 },
        ]);
      }
      return operation();
    };
    const slow = createActivityStore(storeWith(adapter.database.db, attempt));
    await slow.storeStreams(write, small);
    expect(await parts()).toMatchObject([{ part: 2, epoch: 2 }]);
  });
});

/** A part as written at the test's time. */
function partOf(part: number) {
  const [activity_id, athlete_id] = [Long.fromNumber(id), Long.fromNumber(athleteId)];
  const of = { activity_id, athlete_id, part, parts: 3, sample_count: 0 };
  return { ...of, start_date: at, fetched_at: at };
}

describe('a recording that was changed during the fetch of its streams', () => {
  it('stays pending, and its old streams are not stored', async () => {
    const write = await stored();
    await adapter.activities.storePage(pageOf([recordOf(id, { distance: 9 })]));
    await adapter.activities.storeStreams(write, small);
    expect(await state()).toEqual({ state: 'pending', tries: 0 });
    expect(await adapter.activities.pendingStreams(everything)).toHaveLength(1);
  });

  it('is marked neither as one without streams nor as failed', async () => {
    const write = await stored();
    await adapter.activities.storePage(pageOf([recordOf(id, { distance: 9 })]));
    await adapter.activities.markWithoutStreams(write, 'Strava has none');
    const failure = { message: 'error', tries: 5, isParked: true, nextTryAt: at };
    await adapter.activities.recordFailure(write, failure);
    await adapter.activities.postponeStreams(write, at);
    expect(await state()).toEqual({ state: 'pending', tries: 0 });
  });
});

describe('an activity that was removed during the fetch', () => {
  it('is not a failure', async () => {
    const write = await stored();
    await adapter.store.activities.deleteMany({});
    await adapter.activities.markWithoutStreams(write, 'Strava has none');
    expect(await adapter.store.activities.countDocuments()).toBe(0);
  });
});

describe('a write of streams under an older lease', () => {
  it('stores neither streams nor a state', async () => {
    const write = await stored(7);
    await adapter.activities.storeStreams(write, small);
    const before = [await parts(), await state()];
    const old = { ...write, epoch: 6 };
    const other = streamsOf({ time: [9] });
    const failure = { message: 'error', tries: 1, isParked: false, nextTryAt: at };
    const { activities } = adapter;
    await expect(activities.storeStreams(old, other)).rejects.toThrow(LeaseLostError);
    await expect(activities.markWithoutStreams(old, 'none')).rejects.toThrow(LeaseLostError);
    await expect(activities.recordFailure(old, failure)).rejects.toThrow(LeaseLostError);
    await expect(activities.postponeStreams(old, at)).rejects.toThrow(LeaseLostError);
    expect([await parts(), await state()]).toEqual(before);
  });

  it('leaves no part beside the newer ones', async () => {
    const write = await stored(7);
    await adapter.activities.storeStreams(write, small);
    const samples = Array.from({ length: 400_000 }, (_, index) => index / 8);
    const long = streamsOf({ time: samples, distance: samples, altitude: samples });
    const failing = adapter.activities.storeStreams({ ...write, epoch: 6 }, long);
    await expect(failing).rejects.toThrow(LeaseLostError);
    expect(await parts()).toHaveLength(1);
  });

  it('fails after a write under the newer one', async () => {
    const write = await stored(3);
    await adapter.activities.storeStreams({ ...write, epoch: 9 }, small);
    const renamed = pageOf([recordOf(id, { name: 'Old' })], { epoch: 8 });
    await expect(adapter.activities.storePage(renamed)).rejects.toThrow(LeaseLostError);
  });
});

describe('marking an activity without streams', () => {
  it('is final, with the reason', async () => {
    await adapter.activities.markWithoutStreams(await stored(), 'Strava has none');
    const expected = { state: 'none', reason: 'Strava has none', tries: 0, fetched_at: at };
    expect(await state()).toEqual(expected);
    expect(await adapter.activities.pendingStreams(everything)).toEqual([]);
  });

  it("removes its earlier streams, and no other activity's", async () => {
    await adapter.activities.storePage(pageOf([recordOf(id + 1)]));
    const beside = { athleteId, pending: await pendingOne(), epoch: 1, at };
    await adapter.activities.storeStreams(beside, small);
    await adapter.activities.storeStreams(await stored(), small);
    await adapter.activities.storePage(pageOf([recordOf(id, { distance: 9 })]));
    const write = { athleteId, pending: await pendingOne(), epoch: 1, at };
    await adapter.activities.markWithoutStreams(write, 'Strava has none');
    expect(await parts()).toMatchObject([{ activity_id: id + 1 }]);
  });
});

describe('a failed fetch of streams', () => {
  it('is stored with its next try, and cleared by a success', async () => {
    const write = await stored();
    const failure = { message: 'error', tries: 2, isParked: false, nextTryAt: at };
    await adapter.activities.recordFailure(write, failure);
    const expected = { state: 'pending', tries: 2, error: 'error', next_try_at: at };
    expect(await state()).toEqual(expected);
    expect(await pendingOne()).toMatchObject({ tries: 2 });
    await adapter.activities.storeStreams(write, small);
    expect(await state()).toEqual({ state: 'stored', tries: 0, fetched_at: at, sample_count: 3 });
  });
});

describe('the index of the streams', () => {
  it('makes activity and part unique', async () => {
    await adapter.activities.storeStreams(await stored(), small);
    const again = adapter.database.db
      .collection('streams')
      .insertOne({ activity_id: Long.fromNumber(id), part: 0 });
    await expect(again).rejects.toThrow(/E11000/);
  });
});

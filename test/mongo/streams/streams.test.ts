import { Long, ObjectId, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Sample, Streams } from '../../../src/domain/activity/streams.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { storeStreams as storeStreamsIn } from '../../../src/mongo/streams/streams.ts';
import { deleteActivity } from '../../../src/mongo/deletion/delete-activity.ts';
import type { Retry } from '../../../src/mongo/base/retrying-db.ts';
import { storeWith, useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';
import { dueStreams, failure, firstStreams, type StreamsWrite } from '../tasks.ts';

const id = 19_000_000_001;
const at = new Date('2026-10-05T11:00:00Z');

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

async function stored(epoch = 1): Promise<StreamsWrite> {
  await adapter.activities.storePage(pageOf([recordOf(id)], { epoch }));
  return firstStreams(adapter.tasks, at, epoch);
}

const storeStreams = ({ task, ...write }: StreamsWrite, streams: Streams) =>
  adapter.tasks.storeStreams(write, task, streams);
const markWithoutStreams = ({ task, ...write }: StreamsWrite) =>
  adapter.tasks.markUnavailable(write, task, 'Strava has none');
const postpone = ({ task, ...write }: StreamsWrite, retry = failure(at), error?: string) =>
  adapter.tasks.postpone(write, task, retry, error);

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

describe('the streams of one activity', () => {
  it('the streams of one activity stores one document where the streams fit, and marks them as stored', async () => {
    await storeStreams(await stored(), small);
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
    expect(await dueStreams(adapter.tasks, at)).toEqual([]);
  });

  it('the streams of one activity stores ids as int64 and the date as a date', async () => {
    await storeStreams(await stored(), small);
    const count = await adapter.database.db.collection('streams').countDocuments({
      activity_id: { $type: 'long' },
      athlete_id: { $type: 'long' },
      start_date: { $type: 'date' },
      part: { $type: 'int' },
    });
    expect(count).toBe(1);
  });

  it('the streams of one activity changes nothing when the same streams are stored twice', async () => {
    const write = await stored();
    await storeStreams(write, small);
    const before = [await parts(), await adapter.store.activities.find().toArray()];
    await storeStreams(write, small);
    expect([await parts(), await adapter.store.activities.find().toArray()]).toEqual(before);
  });

  it.each([
    ['no stream at all', streamsOf({})],
    ['streams without samples', streamsOf({ time: [], distance: [] })],
  ])('the streams of one activity stores streams that are %s', async (_, streams) => {
    await storeStreams(await stored(), streams);
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
    'storing streams larger than a document become parts below 16 MB that read back the same; fewer parts replace them',
    { timeout: minutesMs },
    async () => {
      const write = await stored();
      const streams = large();
      await storeStreams(write, streams);
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
      await storeStreams(write, small);
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
  it("an activity that is removed while its streams are written leaves no part, and keeps a newer holder's", async () => {
    const write = await stored();
    const { store } = adapter;
    const deletion = { athleteId, activityId: id, startAt: at, why: 'deleted', epoch: 1 } as const;
    let operations = 0;
    const attempt: Retry = async (operation) => {
      operations += 1;
      // After the activity was read, and the parts were written.
      if (operations === 3) {
        expect(await parts()).toHaveLength(1);
        await deleteActivity(store, { ...deletion, at });
        // As if the parts had been written a moment later.
        await store.streams.insertMany([
          { _id: new ObjectId(), ...partOf(1), epoch: 1 },
          { _id: new ObjectId(), ...partOf(2), epoch: 2 },
        ]);
      }
      return operation();
    };
    const slow = { ...storeWith(adapter.database.db, attempt), trackSource: 'summary' } as const;
    await storeStreamsIn(slow, write, write.task, small);
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
  it('a recording that changed during the fetch stays pending, and its old streams are not stored', async () => {
    const write = await stored();
    await adapter.activities.storePage(pageOf([recordOf(id, { distance: 9 })]));
    await storeStreams(write, small);
    expect(await state()).toEqual({ state: 'pending', tries: 0 });
    expect(await dueStreams(adapter.tasks, at)).toHaveLength(1);
  });

  it('a recording that changed during the fetch is marked neither as without streams nor as failed', async () => {
    const write = await stored();
    await adapter.activities.storePage(pageOf([recordOf(id, { distance: 9 })]));
    await markWithoutStreams(write);
    await postpone(write, failure(at, 5, true), 'error');
    await postpone(write);
    expect(await state()).toEqual({ state: 'pending', tries: 0 });
  });
});

describe('an activity that was removed during the fetch', () => {
  it('an activity that was removed during the fetch is no failure', async () => {
    const write = await stored();
    await adapter.store.activities.deleteMany({});
    await markWithoutStreams(write);
    expect(await adapter.store.activities.countDocuments()).toBe(0);
  });
});

describe('a write of streams under an older lease', () => {
  it('a write under an older lease stores neither streams nor a state', async () => {
    const write = await stored(7);
    await storeStreams(write, small);
    const before = [await parts(), await state()];
    const old = { ...write, epoch: 6 };
    const other = streamsOf({ time: [9] });
    await expect(storeStreams(old, other)).rejects.toThrow(LeaseLostError);
    await expect(markWithoutStreams(old)).rejects.toThrow(LeaseLostError);
    await expect(postpone(old)).rejects.toThrow(LeaseLostError);
    expect([await parts(), await state()]).toEqual(before);
  });

  it('a write under an older lease leaves no part beside the newer ones', async () => {
    const write = await stored(7);
    await storeStreams(write, small);
    const samples = Array.from({ length: 400_000 }, (_, index) => index / 8);
    const long = streamsOf({ time: samples, distance: samples, altitude: samples });
    const failing = storeStreams({ ...write, epoch: 6 }, long);
    await expect(failing).rejects.toThrow(LeaseLostError);
    expect(await parts()).toHaveLength(1);
  });

  it('a write under an older lease fails after one under the newer lease', async () => {
    const write = await stored(3);
    await storeStreams({ ...write, epoch: 9 }, small);
    const renamed = pageOf([recordOf(id, { name: 'Old' })], { epoch: 8 });
    await expect(adapter.activities.storePage(renamed)).rejects.toThrow(LeaseLostError);
  });
});

describe('marking an activity without streams', () => {
  it('an activity without streams is marked for good, with the reason', async () => {
    await markWithoutStreams(await stored());
    const expected = { state: 'none', reason: 'Strava has none', tries: 0, fetched_at: at };
    expect(await state()).toEqual(expected);
    expect(await dueStreams(adapter.tasks, at)).toEqual([]);
  });

  it("removes its earlier streams, and no other activity's", async () => {
    await adapter.activities.storePage(pageOf([recordOf(id + 1)]));
    const beside = await firstStreams(adapter.tasks, at);
    await storeStreams(beside, small);
    await storeStreams(await stored(), small);
    await adapter.activities.storePage(pageOf([recordOf(id, { distance: 9 })]));
    const write = await firstStreams(adapter.tasks, at);
    await markWithoutStreams(write);
    expect(await parts()).toMatchObject([{ activity_id: id + 1 }]);
  });
});

describe('a recording that was uploaded late', () => {
  it('the deadline of a late upload is stored with its next try, and cleared by a success', async () => {
    const mayComeUntil = new Date(at.getTime() + 1);
    const write = await stored();
    await postpone({ ...write, task: { ...write.task, mayComeUntil } });
    expect(await state()).toMatchObject({ may_come_until: mayComeUntil });
  });
});

describe('a failure', () => {
  it('a failure is stored with its next try, and cleared by a success', async () => {
    const write = await stored();
    await postpone(write, failure(at, 2), 'error');
    const expected = { state: 'pending', tries: 2, error: 'error', next_try_at: at };
    expect(await state()).toEqual(expected);
    expect((await firstStreams(adapter.tasks, at)).task).toMatchObject({ tries: 2 });
    await storeStreams(write, small);
    expect(await state()).toEqual({ state: 'stored', tries: 0, fetched_at: at, sample_count: 3 });
  });
});

describe('the id of an activity', () => {
  it('an activity and a part are unique together', async () => {
    await storeStreams(await stored(), small);
    const again = adapter.database.db
      .collection('streams')
      .insertOne({ activity_id: Long.fromNumber(id), part: 0 });
    await expect(again).rejects.toThrow(/E11000/);
  });
});

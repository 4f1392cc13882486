import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Recording } from '../../../src/domain/activity/recording.ts';
import type { RecordingQuery } from '../../../src/mongo/streams/recordings.ts';
import {
  athletesWithActivities,
  findRecording,
  findRecordings,
  recordings,
} from '../../../src/mongo/streams/recordings.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordFromText, recordOf } from '../pages.ts';

const adapter = useAdapter();
const id = 19_000_000_001;
const fetched_at = new Date('2026-10-05T11:00:00Z');

beforeEach(() => adapter.empty());

async function read(query?: RecordingQuery): Promise<readonly Recording[]> {
  const found: Recording[] = [];
  for await (const one of recordings(adapter.store, query)) found.push(one);
  return found;
}

async function idsOf(query?: RecordingQuery): Promise<readonly number[]> {
  return (await read(query)).map((recording) => recording.id);
}

/** Stored parts of one recording, out of order. */
async function storeParts(...parts: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const documents = parts.map((part, index) => ({
    activity_id: Long.fromNumber(id),
    part: index,
    parts: parts.length,
    sample_count: 5,
    athlete_id: Long.fromNumber(athleteId),
    start_date: fetched_at,
    fetched_at,
    epoch: 1,
    ...part,
  }));
  await adapter.database.db.collection('streams').insertMany(documents.reverse());
}

async function storeOne(state: string): Promise<void> {
  await adapter.activities.storePage(pageOf([recordOf(id)]));
  const streams = { state, tries: 0 };
  await adapter.database.db
    .collection('activities')
    .updateOne({}, { $set: { 'sync.streams': streams } });
}

describe('loading a recording', () => {
  it('returns the unchanged record with 64-bit integers, without our fields', async () => {
    const record = recordFromText(id, '"efforts":[{"id":9007199254740993}]');
    await adapter.activities.storePage(pageOf([record]));
    const [recording] = await read();
    expect(recording).toMatchObject({ id, athleteId, streamsState: 'pending' });
    expect(recording?.startAt).toEqual(new Date('2026-10-04T06:12:13Z'));
    expect(recording?.record).toEqual({
      ...record,
      id: BigInt(id),
      upload_id: 21_000_000_000n,
      efforts: [{ id: 9_007_199_254_740_993n }],
    });
    expect(recording).not.toHaveProperty('streams');
  });

  it('reads only the streams that are asked for, of every part', async () => {
    await storeOne('stored');
    await storeParts(
      { time: [0, 1, 2], heartrate: [100, 101, 102], altitude: [7, 7, 7] },
      { time: [3, 4], heartrate: [103, 104], altitude: [7, 7] },
    );
    await adapter.activities.storePage(pageOf([recordOf(id + 1)]));
    const found = await findRecordings(adapter.store, [id, id + 1, id + 2], ['heartrate', 'watts']);
    const arrays = new Map([['heartrate', [100, 101, 102, 103, 104]]]);
    const read = found.map((one) => [one.id, one.streams]);
    expect(Object.fromEntries(read)).toEqual({
      [id]: { sampleCount: 5, arrays },
      [id + 1]: undefined,
    });
  });

  it('joins the parts in order', async () => {
    await storeOne('stored');
    await storeParts(
      { time: [0, 1], heartrate: [100, null] },
      { time: [2, 3], heartrate: [102, 103] },
      { time: [4], heartrate: [104] },
    );
    const found = await findRecording(adapter.store, id);
    expect(found?.streams).toEqual({
      sampleCount: 5,
      arrays: new Map([
        ['time', [0, 1, 2, 3, 4]],
        ['heartrate', [100, null, 102, 103, 104]],
      ]),
    });
  });

  it.each([
    [
      'a part is missing',
      'stored',
      [
        { time: [0, 1, 2], parts: 3 },
        { time: [3, 4], parts: 3 },
      ],
    ],
    ['a part is of another write', 'stored', [{ time: [0, 1, 2] }, { time: [3, 4], epoch: 2 }]],
    ['samples are missing', 'stored', [{ time: [0, 1, 2] }, { time: [3] }]],
    ['they are fetched again', 'pending', [{ time: [0, 1, 2, 3, 4] }]],
  ])('returns no streams where %s', async (_, state, parts) => {
    await storeOne(state);
    await storeParts(...parts);
    expect(await findRecording(adapter.store, id)).not.toHaveProperty('streams');
  });

  it('returns undefined for an activity that is not stored', async () => {
    expect(await findRecording(adapter.store, id)).toBeUndefined();
  });
});

describe('loading recordings', () => {
  it('returns each recording once, oldest first, over many pages with equal starts', async () => {
    const starts = Array.from({ length: 160 }, (_, index) =>
      new Date(Date.UTC(2026, 0, 1) + Math.min(index, 90) * 1_000).toISOString(),
    );
    const records = starts.map((start_date, index) => recordOf(id + index, { start_date }));
    await adapter.activities.storePage(pageOf(records.toReversed()));
    const found = await read();
    expect(found.map(({ startAt }) => startAt.toISOString())).toEqual(starts);
    expect(new Set(found.map((one) => one.id)).size).toBe(160);
  });

  it('returns those of one athlete, or from a start on', async () => {
    const days = ['2026-01-01', '2026-01-02', '2026-01-03'];
    const ofDay = (day: string, first: number) =>
      recordOf(first, { start_date: `${day}T00:00:00Z` });
    const mine = days.map((day, index) => ofDay(day, id + index));
    const theirs = days.map((day, index) => ofDay(day, id + 10 + index));
    await adapter.activities.storePage(pageOf(mine));
    await adapter.activities.storePage(pageOf(theirs, { athleteId: 77 }));
    expect(await athletesWithActivities(adapter.store)).toEqual([77, 1001]);
    expect(await idsOf({ athleteId })).toEqual([id, id + 1, id + 2]);
    expect(await idsOf({ since: new Date('2026-01-02') })).toEqual([
      id + 11,
      id + 12,
      id + 1,
      id + 2,
    ]);
    expect(await idsOf({ athleteId: 5 })).toEqual([]);
  });
});

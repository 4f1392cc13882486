import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Streams } from '../../../src/domain/activity/streams.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { useAdapter } from '../adapter.ts';
import { pageOf, recordOf } from '../pages.ts';
import { firstStreams } from '../tasks.ts';

const id = 19_000_000_001;
const at = new Date('2026-10-05T11:00:00Z');
const adapter = useAdapter();

beforeEach(() => adapter.empty());

/** Too much for one part. */
function longStreams(): Streams {
  const time = Array.from({ length: 900_000 }, (_, index) => index);
  return { sampleCount: time.length, arrays: new Map([['time', time]]) };
}

describe('a writer of streams that was replaced midway', () => {
  it("a writer of streams that was replaced midway leaves no part of an older recording beside the newer holder's", async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)], { epoch: 1 }));
    const { task, ...stale } = await firstStreams(adapter.tasks, at);
    const streams = adapter.database.db.collection('streams');
    const newer = { activity_id: Long.fromNumber(id), part: 0, parts: 1, epoch: 2, time: [0, 1] };
    await streams.insertOne({ ...newer });

    const storing = adapter.tasks.storeStreams(stale, task, longStreams());
    await expect(storing).rejects.toThrow(LeaseLostError);
    const parts = await streams.find({}, { projection: { _id: 0 } }).toArray();
    expect(parts).toEqual([{ ...newer, activity_id: id }]);
  });
});

describe('a writer of streams that was killed midway', () => {
  it('a writer of streams that was killed midway leaves no part beside a recording that has fewer of them now', async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)], { epoch: 1 }));
    const { task, ...write } = await firstStreams(adapter.tasks, at);
    const streams = adapter.database.db.collection('streams');
    // The last part comes first, so part 0 is not there yet.
    const last = { activity_id: Long.fromNumber(id), part: 2, parts: 3, epoch: 1, time: [0, 1] };
    await streams.insertOne({ ...last });

    const short = { sampleCount: 2, arrays: new Map([['time', [0, 1]]]) };
    await adapter.tasks.storeStreams(write, task, short);
    expect(await streams.find().toArray()).toMatchObject([{ part: 0, parts: 1 }]);
  });
});

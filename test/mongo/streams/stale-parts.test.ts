import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Streams } from '../../../src/domain/activity/streams.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';

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
  it("leaves no part of an older recording beside the newer holder's", async () => {
    await adapter.activities.storePage(pageOf([recordOf(id)], { epoch: 1 }));
    const query = { athleteId, range: {}, now: at, exclude: [], limit: 1 };
    const [pending] = await adapter.activities.pendingStreams(query);
    if (pending === undefined) throw new Error('Nothing is pending.');
    const streams = adapter.database.db.collection('streams');
    const newer = { activity_id: Long.fromNumber(id), part: 0, parts: 1, epoch: 2, time: [0, 1] };
    await streams.insertOne({ ...newer });

    const stale = { athleteId, pending, epoch: 1, at };
    const storing = adapter.activities.storeStreams(stale, longStreams());
    await expect(storing).rejects.toThrow(LeaseLostError);
    const parts = await streams.find({}, { projection: { _id: 0 } }).toArray();
    expect(parts).toEqual([{ ...newer, activity_id: id }]);
  });
});

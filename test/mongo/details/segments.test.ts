import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { parseJson, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import type { Sample, Streams } from '../../../src/domain/activity/streams.ts';
import type { SegmentTask } from '../../../src/domain/sync/fetch-task.ts';
import { meetSegments } from '../../../src/mongo/details/segments.ts';
import type { StorageProblem } from '../../../src/sync/ports/tasks.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId } from '../pages.ts';
import { dueOf, failure, taskQuery } from '../tasks.ts';

const adapter = useAdapter();
const id = 5_000_000_007;
const at = new Date('2026-10-05T11:00:00Z');
const later = (seconds: number): Date => new Date(at.getTime() + seconds * 1_000);
const write = { athleteId, epoch: 1, at };
const record = { id, name: 'Climb', distance: 1_200.5, map: { polyline: 'abc' } };
const streams: Streams = {
  sampleCount: 2,
  arrays: new Map<string, Sample[]>([
    ['distance', [0, 10.5]],
    ['lat', [48.1, 48.2]],
    ['lng', [16.1, 16.2]],
    ['altitude', [200, null]],
  ]),
};

beforeEach(async () => {
  await adapter.empty();
  await meet([id]);
});

function meet(ids: readonly number[], by = athleteId, when = at): Promise<void> {
  return meetSegments(adapter.store, { athleteId: by, at: when }, ids);
}

function store(changes: JsonObject = {}, when = at): Promise<StorageProblem> {
  return adapter.tasks.storeSegment({ ...write, at: when }, id, { ...record, ...changes });
}

function storeItsStreams(when = at): Promise<StorageProblem> {
  return adapter.tasks.storeSegmentStreams({ ...write, at: when }, id, streams);
}

function fail(task: SegmentTask, isParked = false): Promise<void> {
  return adapter.tasks.postpone(write, task, failure(later(60), 1, isParked), 'It failed.');
}

function reject(task: SegmentTask): Promise<void> {
  return adapter.tasks.markUnavailable(write, task, 'for subscribers only');
}

function due(now = at, by = athleteId, exclude: readonly string[] = []) {
  const changes = { athleteId: by, exclude: new Set(exclude) };
  return dueOf(adapter.tasks, 'segment', taskQuery('segments', now, changes));
}

async function document(): Promise<Document> {
  const found = await adapter.database.db.collection('segments').findOne();
  return found ?? {};
}

async function state(): Promise<Document> {
  const { sync } = (await document()) as { sync: { record: Document } };
  return sync.record;
}

const asRecord = { kind: 'segment', segmentId: id, part: 'record', tries: 0 } as const;
const asStreams = { ...asRecord, part: 'streams' } as const;

describe('storing a segment', () => {
  it('registers a segment once for all athletes', async () => {
    await meet([id, id], athleteId, later(60));
    await meet([id], 1002, later(60));
    await meet([]);
    expect(await document()).toEqual({
      _id: id,
      sync: {
        athlete_ids: [athleteId, 1002],
        first_seen_at: at,
        record: { state: 'pending', tries: 0 },
      },
    });
    const ids = { _id: { $type: 'long' }, 'sync.athlete_ids': { $type: 'long' } } as Document;
    expect(await adapter.database.db.collection('segments').countDocuments(ids)).toBe(1);
  });

  it('stores a segment unchanged, then its streams', async () => {
    expect(await due()).toEqual([asRecord]);
    await store();
    expect(await due()).toEqual([asStreams]);
    await storeItsStreams(later(5));
    expect(await due(later(86_400))).toEqual([]);
    expect(await document()).toEqual({
      _id: id,
      ...record,
      streams: Object.fromEntries(streams.arrays),
      sync: {
        athlete_ids: [athleteId],
        first_seen_at: at,
        record: { state: 'stored', tries: 0, fetched_at: later(5) },
      },
    });
  });

  it('keeps a stored segment that is registered again', async () => {
    await store();
    await storeItsStreams();
    const before = await document();
    await meet([id], athleteId, later(60));
    expect(await document()).toEqual(before);
    await meet([id], 1002, later(60));
    expect(await due(later(60), 1002)).toEqual([]);
  });

  it('changes nothing when a segment is stored twice', async () => {
    await store();
    const once = await document();
    await store();
    expect(await document()).toEqual(once);
    await storeItsStreams();
    const whole = await document();
    await storeItsStreams();
    expect(await document()).toEqual(whole);
  });

  it('keeps streams and bookkeeping where a record has keys of the same names', async () => {
    await store();
    await storeItsStreams();
    await store({ streams: 'x', sync: {}, _id: 5, 'a.$b': 1 }, later(5));
    expect(await document()).toMatchObject({
      _id: id,
      streams: { distance: [0, 10.5] },
      'a.$b': 1,
      sync: { athlete_ids: [athleteId], record: { state: 'pending', fetched_at: later(5) } },
    });
  });

  it('stores integers of a segment beyond 2^53', async () => {
    const effort = parseJson('{"id":9007199254740995}');
    await store({ athlete_pr_effort: effort });
    const filter = { 'athlete_pr_effort.id': Long.fromString('9007199254740995') };
    expect(await adapter.database.db.collection('segments').countDocuments(filter)).toBe(1);
  });

  it('stores streams of a segment fetched while the clock was ahead', async () => {
    await store({ name: 'New' }, later(60));
    await storeItsStreams(at);
    expect(await due(later(120))).toEqual([]);
  });

  it('keeps a newer record of a segment when an older response is stored', async () => {
    await store({ name: 'New' }, later(60));
    await store({ name: 'Old' });
    await fail(asRecord);
    expect(await document()).toMatchObject({ name: 'New', sync: { record: { tries: 0 } } });
  });

  it('stores no segment that is not registered', async () => {
    await adapter.empty();
    await store();
    await storeItsStreams();
    expect(await document()).toEqual({});
  });

  const deep = Array.from({ length: 120 }).reduce<JsonValue>((inner) => ({ inner }), 1);
  it.each<[string, JsonObject]>([
    ['is too large', { note: 'x'.repeat(13_000_000) }],
    ['is nested too deeply', { deep }],
  ])('rejects a segment that %s, with the reason', async (_, changes) => {
    expect(await store(changes)).toMatch(/\S/);
    expect(await state()).toEqual({ state: 'pending', tries: 0 });
  });
});

describe('a segment that failed', () => {
  const nextTryAt = (): Promise<Date | undefined> =>
    adapter.tasks.nextTryAt(taskQuery('segments', at));

  it.each([asRecord, asStreams])(
    'a failed segment is due again at its next try ($part)',
    async (task) => {
      if (task.part === 'streams') await store();
      await fail(task);
      expect(await due(later(59))).toEqual([]);
      expect(await due(later(60))).toEqual([{ ...task, tries: 1 }]);
      expect(await nextTryAt()).toEqual(later(60));
      if (task.part === 'record') await store();
      else await storeItsStreams();
      expect(await nextTryAt()).toBeUndefined();
      expect(await state()).not.toHaveProperty('error');
      expect(await state()).not.toHaveProperty('next_try_at');
    },
  );

  it.each([asRecord, asStreams])(
    'a segment is parked after too many failures, and no longer pending (%s)',
    async (task) => {
      if (task.part === 'streams') await store();
      await fail(task, true);
      expect(await nextTryAt()).toBeUndefined();
      expect(await due(later(60))).toEqual([{ ...task, tries: 1 }]);
    },
  );

  it('a segment is never due again after a final failure of its streams, and keeps its record', async () => {
    await store();
    await reject(asStreams);
    expect(await due(later(1e7))).toEqual([]);
    expect(await document()).toMatchObject({
      ...record,
      sync: { record: { state: 'none', reason: 'for subscribers only', tries: 0, fetched_at: at } },
    });
  });

  it('a segment is never due again after a final failure without a record', async () => {
    await reject(asRecord);
    await meet([id]);
    expect(await due(later(1e7))).toEqual([]);
    expect(await state()).toEqual({ state: 'none', reason: 'for subscribers only', tries: 0 });
    expect(await document()).toMatchObject({ sync: { athlete_ids: [athleteId] } });
  });
});

describe('due segments', () => {
  it("due segments are the athlete's, in the order of registration", async () => {
    await meet([30, 20], athleteId, later(-60));
    await meet([40], 1002);
    const ids = async (...args: Parameters<typeof due>): Promise<number[]> =>
      (await due(...args)).map(({ segmentId }) => segmentId);
    expect(await ids()).toEqual([20, 30, id]);
    expect(await ids(at, athleteId, ['segment:20'])).toEqual([30, id]);
    expect(await ids(at, 1002)).toEqual([40]);
  });
});

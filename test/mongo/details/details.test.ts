import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { ActivityDetail } from '../../../src/domain/activity/detail.ts';
import { readDetail } from '../../../src/domain/activity/detail.ts';
import { parseJson, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import {
  markDetailsUnavailable,
  recordDetailsFailure,
  storeDetails,
} from '../../../src/mongo/details/details.ts';
import {
  alignedDetail,
  countDueDetails,
  dueDetails,
  nextDetailsTryAt,
  type DueDetails,
} from '../../../src/mongo/details/due-details.ts';
import { dueSegments } from '../../../src/mongo/details/segments.ts';
import type { PendingQuery } from '../../../src/sync/ports/ports.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';

const adapter = useAdapter();
const id = 19_000_000_001;
const at = new Date('2026-10-05T11:00:00Z');
const write = { athleteId, epoch: 1, at };
const failed = { message: 'It failed.', tries: 1, isParked: false, nextTryAt: later(60) };

beforeEach(() => adapter.empty());

function later(seconds: number): Date {
  return new Date(at.getTime() + seconds * 1_000);
}

function detailOf(details: JsonObject, changes: Readonly<Record<string, JsonValue>> = {}) {
  const detail = readDetail({ ...recordOf(id, changes), ...details });
  if ('problem' in detail) throw new Error(detail.problem);
  return detail;
}

async function store(
  detail: ActivityDetail,
  changes: Partial<typeof write> = {},
  segments = false,
): Promise<string> {
  const options = { detail, kept: { segments } };
  return storeDetails(adapter.store, { ...write, ...changes }, options);
}

async function list(changes: Readonly<Record<string, JsonValue | undefined>> = {}, epoch = 1) {
  await adapter.activities.storePage(pageOf([recordOf(id, changes)], { epoch }));
}

async function document(promoteValues = true): Promise<Document> {
  const activities = adapter.database.db.collection<{ _id: Long }>('activities');
  const found = await activities.findOne({ _id: Long.fromNumber(id) }, { promoteValues });
  if (found === null) throw new Error('It is not stored.');
  return found;
}

async function fields(): Promise<Document> {
  const entries = Object.entries(await document());
  return Object.fromEntries(entries.filter(([key]) => key !== 'sync'));
}

async function state(): Promise<Document> {
  const { sync } = (await document()) as { sync: { details: Document } };
  return sync.details;
}

function due(changes: Partial<PendingQuery> = {}): Promise<readonly DueDetails[]> {
  const query = { athleteId, range: {}, now: at, exclude: [], limit: 10, ...changes };
  return dueDetails(adapter.store, query);
}

const details = { description: 'Nice one.', calories: 520.5, segment_efforts: [{ id: 1 }] };

describe('storing details', () => {
  it('stores details beside the unchanged summary', async () => {
    await list();
    const summary = await fields();
    const { sync: before } = await document();
    expect(await store(detailOf(details))).toBe('stored');
    expect(await fields()).toEqual({ ...summary, ...details });
    const { sync: after } = await document();
    expect(after).toEqual({
      ...(before as Document),
      details: { state: 'stored', tries: 0, fetched_at: at },
      detail_keys: ['description', 'calories', 'segment_efforts'],
    });
  });

  it('stores ids beyond 2^53 exactly as int64', async () => {
    await list();
    const effortId = 2n ** 53n + 3n;
    const efforts = parseJson(`[{"id":${effortId},"segment":{"id":7}},{"id":3500000000}]`);
    await store(detailOf({ segment_efforts: efforts }));
    const stored = (await document(false)) as { segment_efforts: readonly { id: unknown }[] };
    expect(stored.segment_efforts.map((effort) => effort.id)).toEqual([
      Long.fromBigInt(effortId),
      Long.fromNumber(3_500_000_000),
    ]);
    const activities = adapter.database.db.collection('activities');
    const filter = { 'segment_efforts.id': Long.fromBigInt(effortId) };
    expect(await activities.countDocuments(filter)).toBe(1);
  });

  it('stores keys with dots and dollars', async () => {
    await list();
    const odd = { 'a.b': 1, $set: { $literal: '$name' }, '': 0, note: '$sync' };
    await store(detailOf(odd));
    await store(detailOf(odd));
    const stored = await fields();
    for (const [key, value] of Object.entries(odd)) expect(stored[key]).toEqual(value);
    await store(detailOf({}));
    expect(Object.keys(await fields())).not.toEqual(expect.arrayContaining(Object.keys(odd)));
  });

  it('changes nothing when details are stored twice', async () => {
    await list();
    await store(detailOf(details));
    const before = await document();
    await store(detailOf(details));
    expect(await document()).toEqual(before);
  });

  it('removes vanished details, and nothing else', async () => {
    await list();
    await adapter.database.db
      .collection('activities')
      .updateOne({}, { $set: { derived: { best: 1 } } });
    const summary = await fields();
    await store(detailOf({ ...details, laps: [{ lap_index: 1 }] }));
    await store(detailOf({ description: 'Other.' }));
    expect(await fields()).toEqual({ ...summary, description: 'Other.' });
  });

  it('keeps details when a new summary is stored', async () => {
    await list({ kudos_count: 1, flagged: false });
    await store(detailOf(details));
    await list({ kudos_count: 2 });
    expect(await fields()).toMatchObject({ ...details, kudos_count: 2 });
    expect(await fields()).not.toHaveProperty('flagged');
    await store(detailOf({ description: 'Other.' }));
    expect(await fields()).toMatchObject({ description: 'Other.', kudos_count: 2 });
    expect(await fields()).not.toHaveProperty('calories');
  });

  it('stores a key of both in the summary', async () => {
    await list({ device_name: 'Watch' });
    const detail = detailOf(details);
    await store({ ...detail, details: { ...details, device_name: 'Other' } });
    expect(await fields()).toMatchObject({ device_name: 'Watch' });
    await store(detail);
    expect(await fields()).toMatchObject({ device_name: 'Watch' });
  });

  it('keeps our bookkeeping where details have keys of the same names', async () => {
    await list();
    const { _id, track, sync } = await document();
    await store(detailOf({ _id: 1, track: 'x', sync: {}, derived: 'x', description: 'y' }));
    const stored = await document();
    expect(stored).toMatchObject({
      _id: _id as number,
      track: track as Document,
      description: 'y',
    });
    expect(stored['sync']).toMatchObject({
      fingerprint: (sync as Document)['fingerprint'] as string,
    });
    expect(stored).not.toHaveProperty('derived');
  });

  it('stores no details of a removed activity', async () => {
    expect(await store(detailOf(details))).toBe('stored');
    expect(await adapter.store.activities.countDocuments()).toBe(0);
  });

  it.each([
    ['stored', () => store(detailOf(details), { epoch: 4 })],
    [
      'failed',
      () => recordDetailsFailure(adapter.store, { ...write, epoch: 4, activityId: id }, failed),
    ],
  ])('details are not %s under an older lease', async (_, work) => {
    await list({}, 5);
    const before = await document();
    await expect(work()).rejects.toThrow(LeaseLostError);
    expect(await document()).toEqual(before);
  });

  it('fences off an older lease by storing details', async () => {
    await list();
    await store(detailOf(details), { epoch: 5 });
    await expect(list({ name: 'Old' }, 4)).rejects.toThrow(LeaseLostError);
  });
});

describe('storing details whose efforts may still appear', () => {
  const fresh = { start_date: '2026-10-05T09:30:00Z', elapsed_time: 3_600 };

  it('stores details without efforts, due again in half an hour', async () => {
    await list(fresh);
    const detail = detailOf({ description: 'Nice one.', segment_efforts: [] }, fresh);
    expect(await store(detail)).toBe('postponed');
    expect(await fields()).toMatchObject({ description: 'Nice one.' });
    const nextTryAt = later(30 * 60);
    expect(await state()).toEqual({
      state: 'pending',
      tries: 0,
      next_try_at: nextTryAt,
      fetched_at: at,
    });
    expect(await due()).toEqual([]);
    expect(await due({ now: nextTryAt })).toMatchObject([{ activityId: id, tries: 0 }]);
  });

  it('stores details without efforts as final two hours after the end', async () => {
    await list(fresh);
    const detail = detailOf({ segment_efforts: [] }, fresh);
    expect(await store(detail, { at: later(2 * 3_600) })).toBe('stored');
  });
});

describe('storing the segments in efforts', () => {
  const efforts = [7, 8, 7].map((segmentId) => ({ id: 1, segment: { id: segmentId } }));

  it.each([
    [true, [7, 8]],
    [false, []],
  ])(
    'registers the segments in efforts where segments are stored (%s)',
    async (isKept, expected) => {
      await list();
      await store(detailOf({ segment_efforts: efforts }), {}, isKept);
      const query = { athleteId, now: at, exclude: [], limit: 10 };
      const met = await dueSegments(adapter.store, query);
      expect(met.map(({ segmentId }) => segmentId)).toEqual(expected);
    },
  );
});

describe('details that MongoDB cannot store', () => {
  const megabytes = (count: number): string => 'x'.repeat(count * 1_000_000);
  const deep = Array.from({ length: 120 }).reduce<JsonValue>((inner) => ({ inner }), 1);

  it.each<[string, JsonObject, JsonObject]>([
    ['are too large', { note: megabytes(13) }, {}],
    ['are too large beside their summary', { note: megabytes(11) }, { external_id: megabytes(6) }],
    ['are nested too deeply', { deep }, {}],
    ['have a key with a NUL', { 'a\0b': 1 }, {}],
  ])('are parked for a day because they %s, and earlier ones stay', async (_, one, summary) => {
    await list(summary);
    await store(detailOf(details));
    expect(await store(detailOf(one))).toBe('postponed');
    expect(await fields()).toMatchObject(details);
    expect(await state()).toMatchObject({ state: 'parked', next_try_at: later(24 * 3_600) });
    expect((await state())['error']).toContain('Not stored: ');
  });
});

describe('due details', () => {
  async function listThree(): Promise<void> {
    const records = [1, 2, 3].map((day) =>
      recordOf(id + day, { start_date: `2026-09-0${day}T06:00:00Z` }),
    );
    await adapter.activities.storePage(pageOf(records));
  }

  function settled(day: number, how: 'failed' | 'parked' | 'none'): Promise<void> {
    const { store } = adapter;
    const one = { ...write, activityId: id + day };
    if (how === 'none') return markDetailsUnavailable(store, one, 'Strava has none');
    return recordDetailsFailure(store, one, {
      ...failed,
      isParked: how === 'parked',
    });
  }

  const count = (range = {}): Promise<number> => countDueDetails(adapter.store, athleteId, range);
  const nextTryAt = (range = {}): Promise<Date | undefined> =>
    nextDetailsTryAt(adapter.store, athleteId, range);

  it('are those never fetched, newest first', async () => {
    await listThree();
    const startAt = (day: number): Date => new Date(`2026-09-0${day}T06:00:00Z`);
    const dueOf = (day: number): DueDetails => ({
      activityId: id + day,
      startAt: startAt(day),
      tries: 0,
    });
    expect(await due()).toEqual([dueOf(3), dueOf(2), dueOf(1)]);
    expect(await due({ limit: 1 })).toEqual([dueOf(3)]);
    expect(await due({ exclude: [id + 3] })).toEqual([dueOf(2), dueOf(1)]);
    const range = { from: startAt(2), to: startAt(3) };
    expect(await due({ range })).toEqual([dueOf(2)]);
    expect(await due({ athleteId: 7 })).toEqual([]);
    expect([await count(), await count(range)]).toEqual([3, 1]);
  });

  it('include failed ones at their next try', async () => {
    await listThree();
    await settled(2, 'failed');
    expect(await due()).toMatchObject([{ activityId: id + 3 }, { activityId: id + 1 }]);
    expect(await due({ now: later(60) })).toMatchObject([{}, { tries: 1 }, {}]);
    expect(await nextTryAt()).toEqual(later(60));
    expect(await nextTryAt({ from: new Date('2026-09-03') })).toBeUndefined();
    expect(await count()).toBe(3);
  });

  it('include parked ones at their next try, but do not count them as pending', async () => {
    await listThree();
    await settled(2, 'parked');
    expect(await due()).toHaveLength(2);
    expect(await due({ now: later(60) })).toHaveLength(3);
    expect(await nextTryAt()).toBeUndefined();
    expect(await count()).toBe(2);
  });

  it('exclude those that Strava does not provide', async () => {
    await listThree();
    await settled(2, 'none');
    expect(await due({ now: later(86_400) })).toHaveLength(2);
    expect(await count()).toBe(2);
    const { sync } = (await adapter.store.activities.findOne({
      _id: Long.fromNumber(id + 2),
    })) ?? { sync: undefined };
    expect(sync?.details).toMatchObject({ state: 'none', reason: 'Strava has none' });
  });
});

describe('aligning a detail with the stored summary', () => {
  it("splits a detail along the keys of the activity's list record", async () => {
    await list({ end_latlng: null, gear_id: null, novelty: 1 });
    const detail = detailOf(
      { ...details, novelty: 2, device_name: 'Watch' },
      { end_latlng: [], gear_id: 'b1' },
    );
    const aligned = await alignedDetail(adapter.store, detail);
    expect(aligned.summary.record).toEqual(
      recordOf(id, { end_latlng: null, gear_id: 'b1', novelty: 2 }),
    );
    expect(aligned.details).toEqual({ ...details, device_name: 'Watch' });
  });

  it('keeps a detail unchanged where no activity is stored', async () => {
    const detail = detailOf(details);
    expect(await alignedDetail(adapter.store, detail)).toBe(detail);
  });
});

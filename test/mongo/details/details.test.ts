import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import type { ActivityDetail } from '../../../src/domain/activity/detail.ts';
import { readDetail } from '../../../src/domain/activity/detail.ts';
import { parseJson, type JsonObject, type JsonValue } from '../../../src/domain/json.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import { alignedDetail, storeDetails } from '../../../src/mongo/details/details.ts';
import type { StorageProblem, TaskQuery } from '../../../src/sync/ports/tasks.ts';
import { useAdapter } from '../adapter.ts';
import { athleteId, pageOf, recordOf } from '../pages.ts';
import { detailsTask, dueOf, failure, taskQuery } from '../tasks.ts';

const adapter = useAdapter();
const id = 19_000_000_001;
const at = new Date('2026-10-05T11:00:00Z');
const write = { athleteId, epoch: 1, at };

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
  options: { segments?: boolean; nextTryAt?: Date } = {},
): Promise<StorageProblem> {
  const { segments = false, nextTryAt } = options;
  const kept = { segments };
  return storeDetails(adapter.store, { ...write, ...changes }, detail, { kept, nextTryAt });
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

function due(changes: Partial<TaskQuery> = {}) {
  return dueOf(adapter.tasks, 'activity', taskQuery('details', at, changes));
}

const details = { description: 'Nice one.', calories: 520.5, segment_efforts: [{ id: 1 }] };

describe('storing details', () => {
  it('stores details beside the unchanged summary', async () => {
    await list();
    const summary = await fields();
    const { sync: before } = await document();
    expect(await store(detailOf(details))).toBeUndefined();
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
    const { _id, track, derived, sync } = await document();
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
    expect(stored['derived']).toEqual(derived);
  });

  it('stores no details of a removed activity', async () => {
    expect(await store(detailOf(details))).toBeUndefined();
    expect(await adapter.store.activities.countDocuments()).toBe(0);
  });

  it.each([
    ['stored', () => store(detailOf(details), { epoch: 4 })],
    [
      'failed',
      () => adapter.tasks.postpone({ ...write, epoch: 4 }, detailsTask(id), failure(later(60))),
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
    const nextTryAt = later(30 * 60);
    expect(await store(detail, {}, { nextTryAt })).toBeUndefined();
    expect(await fields()).toMatchObject({ description: 'Nice one.' });
    expect(await state()).toEqual({
      state: 'pending',
      tries: 0,
      next_try_at: nextTryAt,
      fetched_at: at,
    });
    expect(await due()).toEqual([]);
    expect(await due({ now: nextTryAt })).toMatchObject([{ activityId: id, tries: 0 }]);
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
      await store(detailOf({ segment_efforts: efforts }), {}, { segments: isKept });
      const met = await dueOf(adapter.tasks, 'segment', taskQuery('segments', at));
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
  ])(
    'details that MongoDB cannot store are not stored because they %s, and earlier ones stay',
    async (_, one, summary) => {
      await list(summary);
      await store(detailOf(details));
      expect(await store(detailOf(one))).toMatch(/\S/);
      expect(await fields()).toMatchObject(details);
      expect(await state()).toMatchObject({ state: 'stored' });
    },
  );
});

describe('due details', () => {
  async function listThree(): Promise<void> {
    const records = [1, 2, 3].map((day) =>
      recordOf(id + day, { start_date: `2026-09-0${day}T06:00:00Z` }),
    );
    await adapter.activities.storePage(pageOf(records));
  }

  function settled(day: number, how: 'failed' | 'parked' | 'none'): Promise<void> {
    const { tasks } = adapter;
    const task = detailsTask(id + day);
    if (how === 'none') return tasks.markUnavailable(write, task, 'Strava has none');
    return tasks.postpone(write, task, failure(later(60), 1, how === 'parked'), 'It failed.');
  }

  const isComplete = () => adapter.tasks.isComplete(taskQuery('details', at));
  const nextTryAt = (range = {}): Promise<Date | undefined> =>
    adapter.tasks.nextTryAt(taskQuery('details', at, { ranges: [{}, range] }));

  it('due details are those never fetched, newest first', async () => {
    await listThree();
    const startAt = (day: number): Date => new Date(`2026-09-0${day}T06:00:00Z`);
    const dueOn = (day: number) => detailsTask(id + day);
    expect(await due()).toEqual([dueOn(3), dueOn(2), dueOn(1)]);
    expect(await due({ exclude: new Set([`activity:${id + 3}`]) })).toEqual([dueOn(2), dueOn(1)]);
    const ranges = [{}, { from: startAt(2), to: startAt(3) }];
    expect(await due({ ranges })).toEqual([dueOn(2)]);
    expect(await due({ athleteId: 7 })).toEqual([]);
    expect(await due({ freshFrom: startAt(3) })).toMatchObject([{ isFresh: true }, {}, {}]);
  });

  it('due details include failed ones at their next try', async () => {
    await listThree();
    await settled(2, 'failed');
    expect(await due()).toMatchObject([{ activityId: id + 3 }, { activityId: id + 1 }]);
    expect(await due({ now: later(60) })).toMatchObject([{}, { tries: 1 }, {}]);
    expect(await nextTryAt()).toEqual(later(60));
    expect(await nextTryAt({ from: new Date('2026-09-03') })).toBeUndefined();
  });

  it('due details include parked ones at their next try, but do not count them as pending', async () => {
    await listThree();
    await settled(2, 'parked');
    expect(await due()).toHaveLength(2);
    expect(await due({ now: later(60) })).toHaveLength(3);
    expect(await nextTryAt()).toBeUndefined();
  });

  it('due details exclude those that Strava does not provide', async () => {
    await listThree();
    await settled(2, 'none');
    expect(await due({ now: later(86_400) })).toHaveLength(2);
    const { sync } = (await adapter.store.activities.findOne({
      _id: Long.fromNumber(id + 2),
    })) ?? { sync: undefined };
    expect(sync?.details).toMatchObject({ state: 'none', reason: 'Strava has none' });
  });

  it('a range stays incomplete until each detail in it is stored, none or parked', async () => {
    await listThree();
    await settled(1, 'none');
    await settled(2, 'parked');
    expect(await isComplete()).toBe(false);
    await settled(3, 'failed');
    expect(await isComplete()).toBe(false);
    await settled(3, 'parked');
    expect(await isComplete()).toBe(true);
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

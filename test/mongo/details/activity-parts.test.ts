import { Long, type Document } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { readDetail } from '../../../src/domain/activity/detail.ts';
import { activityParts } from '../../../src/domain/sync/activity-parts.ts';
import type { ActivityPart } from '../../../src/domain/sync/activity-parts.ts';
import { LeaseLostError } from '../../../src/errors.ts';
import type { JsonValue } from '../../../src/domain/json.ts';
import { expire } from '../../../src/mongo/deletion/retention.ts';
import type { KeptKinds } from '../../../src/sync/ports/tasks.ts';
import { useAdapter } from '../adapter.ts';
import { examinedActivities } from '../examined.ts';
import { athleteId, fetchedAt, pageOf, recordOf } from '../pages.ts';
import { dueOf, failure, taskQuery } from '../tasks.ts';

const adapter = useAdapter();
const id = 19_000_000_001;
const hourMs = 3_600_000;
const write = { athleteId, epoch: 1, at: later(1) };
const zones = [{ type: 'heartrate', points: 3 }];

beforeEach(() => adapter.empty());

function later(hours: number): Date {
  return new Date(fetchedAt.getTime() + hours * hourMs);
}

async function list(
  changes: Readonly<Record<string, JsonValue | undefined>> = {},
  at = fetchedAt,
): Promise<void> {
  await adapter.activities.storePage(pageOf([recordOf(id, changes)], { fetchedAt: at }));
}

async function document(): Promise<Document> {
  const activities = adapter.database.db.collection<{ _id: Long }>('activities');
  return (await activities.findOne({ _id: Long.fromNumber(id) })) ?? {};
}

function queryOf(part: ActivityPart, now: Date, changes: Partial<KeptKinds> = {}) {
  const nothing = { streams: false, details: false, segments: false, athlete: false };
  return taskQuery('details', now, { kept: { ...nothing, parts: [part], ...changes } });
}

function due(part: ActivityPart, now = later(1), changes: Partial<KeptKinds> = {}) {
  return dueOf(adapter.tasks, 'activityPart', queryOf(part, now, changes));
}

const zonesTask = { kind: 'activityPart', part: 'zones', activityId: id, tries: 0 } as const;

describe('the zones of an activity', () => {
  it('zones are due for each recording, and only where they are wanted', async () => {
    await list();
    expect(await due('zones')).toEqual([zonesTask]);
    expect(await due('zones', later(1), { parts: [] })).toEqual([]);
    expect(await due('zones', later(1), { sports: ['Run'] })).toEqual([]);
    const exclude = new Set([`zones:${id}`]);
    const query = { ...queryOf('zones', later(1)), exclude };
    expect(await dueOf(adapter.tasks, 'activityPart', query)).toEqual([]);
    await list({ manual: true });
    expect(await due('zones')).toEqual([]);
  });

  it('stored zones stay when the summary or the details change, and are due for another recording', async () => {
    await list();
    await adapter.tasks.storeActivityPart(write, zonesTask, zones);
    expect(await document()).toMatchObject({
      zones,
      sync: { zones: { state: 'stored', tries: 0, fetched_at: later(1) } },
    });
    expect(await due('zones')).toEqual([]);
    expect(await adapter.tasks.isComplete(queryOf('zones', later(1)))).toBe(true);
    await list({ name: 'Evening Ride' }, later(2));
    expect(await document()).toMatchObject({ name: 'Evening Ride', zones });
    expect(await due('zones')).toEqual([]);
    await list({ distance: 12 }, later(3));
    expect(await document()).toMatchObject({
      zones,
      sync: { zones: { state: 'pending', tries: 0, fetched_at: later(1) } },
    });
    expect(await due('zones')).toEqual([zonesTask]);
    expect(await adapter.tasks.isComplete(queryOf('zones', later(1)))).toBe(false);
  });

  it('zones that failed are due at their next try or a manual one, and those that Strava lacks never', async () => {
    await list();
    await adapter.tasks.postpone(write, zonesTask, failure(later(5)), 'Bad.');
    expect(await due('zones', later(4))).toEqual([]);
    expect(await adapter.tasks.nextTryAt(queryOf('zones', later(4)))).toEqual(later(5));
    expect(await due('zones', later(5))).toEqual([{ ...zonesTask, tries: 1 }]);
    await adapter.activities.retryParked(athleteId);
    expect(await due('zones', later(4))).toEqual([zonesTask]);
    await adapter.tasks.markUnavailable(write, zonesTask, 'Strava has none');
    await adapter.activities.retryParked(athleteId);
    expect(await due('zones', later(24 * 365))).toEqual([]);
  });

  it('zones that are for subscribers only are not requested for a month, and then again', async () => {
    await list();
    const athletes = adapter.database.db.collection<{ _id: Long }>('athletes');
    await athletes.insertOne({ _id: Long.fromNumber(athleteId) });
    await adapter.tasks.closeActivityPart(write, 'zones', 'for subscribers only');
    expect(await due('zones')).toEqual([]);
    expect(await due('zones', later(29 * 24))).toEqual([]);
    expect(await due('zones', later(31 * 24))).toEqual([zonesTask]);
  });

  it('zones are not stored under an older lease, nor for an activity that is gone', async () => {
    await adapter.tasks.storeActivityPart(write, zonesTask, zones);
    expect(await document()).toEqual({});
    await adapter.activities.storePage(pageOf([recordOf(id)], { epoch: 2 }));
    const storing = adapter.tasks.storeActivityPart(write, zonesTask, zones);
    await expect(storing).rejects.toThrow(LeaseLostError);
    expect(await document()).not.toHaveProperty('zones');
  });

  it('an activity expires once its zones are old, though its summary came again', async () => {
    await list();
    await adapter.tasks.storeActivityPart(write, zonesTask, zones);
    await list({ name: 'Evening Ride' }, later(48));
    const sweep = { athleteId, now: later(49), epoch: 1, limit: 10 };
    expect(await expire(adapter.store, { ...sweep, fetchedBefore: later(1) })).toBe(0);
    expect(await expire(adapter.store, { ...sweep, fetchedBefore: later(2) })).toBe(1);
    expect(await document()).toEqual({});
  });
});

describe('the kudoers and comments of an activity', () => {
  const kudoersTask = { ...zonesTask, part: 'kudoers' } as const;
  const grace = { firstname: 'Grace', lastname: 'H.' };

  it('kudoers are due only where the summary counts some', async () => {
    await list();
    expect(await due('kudoers')).toEqual([]);
    await list({ kudos_count: 0 });
    expect(await due('kudoers')).toEqual([]);
    await list({ kudos_count: 3, comment_count: 2 });
    expect(await due('kudoers')).toEqual([{ ...kudoersTask, count: 3 }]);
    expect(await due('comments')).toEqual([{ ...kudoersTask, part: 'comments', count: 2 }]);
  });

  it('kudoers are due again when their number changes, six hours after they were fetched', async () => {
    await list({ kudos_count: 1 });
    await adapter.tasks.storeActivityPart(write, { ...kudoersTask, count: 1 }, [grace]);
    await list({ kudos_count: 1, name: 'Evening Ride' }, later(2));
    expect(await due('kudoers', later(24))).toEqual([]);
    await list({ kudos_count: 2 }, later(3));
    expect(await due('kudoers', later(6.9))).toEqual([]);
    expect(await due('kudoers', later(7))).toEqual([{ ...kudoersTask, count: 2 }]);
    expect(await document()).toMatchObject({ kudoers: [grace] });
  });

  it('kudoers that were all withdrawn go without a request, and are due once there are some again', async () => {
    await list({ kudos_count: 1 });
    await adapter.tasks.storeActivityPart(write, { ...kudoersTask, count: 1 }, [grace]);
    await list({ kudos_count: 0 }, later(2));
    expect(await document()).toMatchObject({ kudoers: [], sync: { kudoers: { state: 'stored' } } });
    expect(await due('kudoers', later(24))).toEqual([]);
    await list({ kudos_count: 2 }, later(25));
    expect(await due('kudoers', later(31))).toEqual([{ ...kudoersTask, count: 2 }]);
  });

  it('kudoers stay where a summary does not count them', async () => {
    await list({ kudos_count: 1 });
    await adapter.tasks.storeActivityPart(write, { ...kudoersTask, count: 1 }, [grace]);
    await list({}, later(2));
    expect(await document()).toMatchObject({ kudoers: [grace] });
  });

  it('kudoers that were all withdrawn while they were fetched are not stored', async () => {
    await list({ kudos_count: 1 });
    await adapter.tasks.storeActivityPart(write, { ...kudoersTask, count: 1 }, [grace]);
    await list({ kudos_count: 0 }, later(2));
    await adapter.tasks.storeActivityPart(write, { ...kudoersTask, count: 1 }, [grace, grace]);
    expect(await document()).toMatchObject({ kudoers: [] });
  });

  it('kudoers whose number changed while they were fetched are still due', async () => {
    await list({ kudos_count: 1 });
    const [task] = await due('kudoers');
    await list({ kudos_count: 2 }, later(0.5));
    await adapter.tasks.storeActivityPart(write, task ?? kudoersTask, [grace]);
    expect(await document()).toMatchObject({ kudoers: [grace] });
    expect(await due('kudoers')).toEqual([{ ...kudoersTask, count: 2 }]);
  });

  it('no more than a thousand kudoers of an activity are stored', async () => {
    await list({ kudos_count: 1_200 });
    const many = Array.from({ length: 1_200 }, () => grace);
    await adapter.tasks.storeActivityPart(write, kudoersTask, many);
    expect((await document())['kudoers']).toHaveLength(1_000);
    expect(await due('kudoers')).toEqual([]);
  });

  it('comments are stored with ids beyond 2^53, and dots and dollars in their keys', async () => {
    await list({ comment_count: 1 });
    const comment = { id: 2n ** 53n + 1n, text: '$name', 'a.b': { $set: 1 } };
    await adapter.tasks.storeActivityPart(write, { ...kudoersTask, part: 'comments' }, [comment]);
    const { comments } = await document();
    expect(comments).toEqual([{ ...comment, id: Long.fromBigInt(2n ** 53n + 1n) }]);
  });
});

describe('the photos of an activity', () => {
  it('photos stand beside the photos of the details', async () => {
    await list({ total_photo_count: 2 });
    const [task] = await due('photos');
    expect(task).toEqual({ ...zonesTask, part: 'photos', count: 2 });
    const photos = [{ unique_id: 'a' }, { unique_id: 'b' }];
    await adapter.tasks.storeActivityPart(write, task ?? zonesTask, photos);
    const detail = readDetail({ ...recordOf(id, { total_photo_count: 2 }), photos: { count: 2 } });
    if ('problem' in detail) throw new Error(detail.problem);
    const kept = { streams: false, details: true, segments: false, athlete: false };
    await adapter.tasks.storeDetails(write, detail, { kept, nextTryAt: undefined });
    expect(await document()).toMatchObject({ photo_list: photos, photos: { count: 2 } });
  });
});

describe('the files of the photos of an activity', () => {
  it('the state of the files goes with the last photo, so that the files are removed', async () => {
    await list({ total_photo_count: 1 });
    const photos = [{ unique_id: 'a' }];
    const task = { ...zonesTask, part: 'photos', count: 1 } as const;
    await adapter.tasks.storeActivityPart(write, task, photos);
    const state = { state: 'stored', tries: 0 };
    const { db } = adapter.database;
    await db.collection('activities').updateOne({}, { $set: { 'sync.photo_files': state } });
    await list({ total_photo_count: 1, name: 'Evening Ride' }, later(2));
    expect(await document()).toMatchObject({ sync: { photo_files: state } });
    await list({ total_photo_count: 0 }, later(3));
    const emptied = await document();
    expect(emptied).toMatchObject({ photo_list: [] });
    expect(emptied['sync']).not.toHaveProperty('photo_files');
  });
});

describe('the search for the due parts of activities', () => {
  it.each(activityParts)(
    'where all %s are fetched, the search for due ones reads no activity',
    async (part) => {
      const records = Array.from({ length: 30 }, (_, index) =>
        recordOf(id + index, { kudos_count: 1, comment_count: 1, total_photo_count: 1 }),
      );
      await adapter.activities.storePage(pageOf(records));
      const { db } = adapter.database;
      const state = { state: 'stored', tries: 0, fetched_at: fetchedAt };
      await db.collection('activities').updateMany({}, { $set: { [`sync.${part}`]: state } });
      const query = queryOf(part, later(1));
      const examined = await examinedActivities(db, async () => {
        expect(await adapter.tasks.due(query)).toEqual([]);
        expect(await adapter.tasks.nextTryAt(query)).toBeUndefined();
        expect(await adapter.tasks.isComplete(query)).toBe(true);
      });
      expect(examined.length).toBeGreaterThanOrEqual(3);
      expect(examined).toEqual(examined.map(() => 0));
    },
  );
});

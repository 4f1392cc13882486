import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { auth } from '../../src/features/auth/command.ts';
import { status } from '../../src/features/status/command.ts';
import { dayMs, hourMs, useRounds } from '../support/rounds.ts';
import type { Rounds } from '../support/rounds.ts';
import { eventually } from '../support/waiting.ts';

const open = useRounds();
/** More than the newest page shows. */
const long = {
  athletes: [
    {
      id: 1001,
      firstname: 'Ada',
      lastname: 'Example',
      activities: 230,
      samplesPerActivity: 2,
      manualShare: 0.9,
      years: 1,
    },
  ],
};
const twoYearsMs = 730 * dayMs;

function count(db: Rounds['db'], collection: string, filter: Document = {}): Promise<number> {
  return db.collection(collection).countDocuments(filter);
}

function oldestId({ simulator }: Rounds): number {
  const [oldest] = simulator.world
    .activities(1001)
    .toSorted((one, other) => one.startAt.getTime() - other.startAt.getTime());
  if (oldest === undefined) throw new Error('There is none.');
  return oldest.id;
}

function newestIds({ simulator }: Rounds, howMany: number): readonly number[] {
  return simulator.world
    .activities(1001)
    .toSorted((one, other) => other.startAt.getTime() - one.startAt.getTime())
    .slice(0, howMany)
    .map(({ id }) => id);
}

async function statusOf({ program }: Rounds): Promise<string> {
  const asking = program();
  await status(asking, { json: false, check: false });
  return asking.printed();
}

describe('a reconcile', () => {
  it('a reconcile finds a late upload two years old at the next full re-list, and costs no other request', async () => {
    const scene = await open(long);
    expect((await scene.round()).exitCode).toBe(0);
    const startAt = new Date(Date.now() - twoYearsMs);
    scene.simulator.world.addActivity(1001, {}, { startAt, samples: 4 });
    await scene.pass(hourMs);
    const soon = await scene.round();
    expect(soon.requests).toBe(1);
    await scene.pass(7 * dayMs);
    const later = await scene.round();
    expect(later.requestsTo('streams')).toBe(1);
    expect(later.requests).toBe(later.requestsTo('list') + 1);
    expect(later.requestsTo('list')).toBeLessThanOrEqual(4);
    expect(await scene.differences()).toEqual([]);
  });

  it('a reconcile of the last weeks costs nothing where the newest page covers them', async () => {
    const scene = await open({ activities: 40 });
    await scene.round();
    for (let day = 1; day <= 3; day += 1) {
      await scene.pass(dayMs + hourMs);
      expect((await scene.round()).requests).toBe(1);
    }
    const athlete = await scene.db.collection('athletes').findOne({});
    const at = (athlete?.['sync'] as Document)['reconciled_at'] as Record<'recent' | 'full', Date>;
    expect(at.recent.getTime() - at.full.getTime()).toBeGreaterThan(3 * dayMs);
  });

  it('a reconcile brings an edit of an old activity, and the history says from what to what', async () => {
    const scene = await open(long);
    await scene.round();
    const id = oldestId(scene);
    const { name } = scene.simulator.world.summary(id);
    scene.simulator.world.editActivity(id, { name: 'Another name' });
    await scene.pass(8 * dayMs);
    const round = await scene.round();
    expect(round.requestsTo('streams')).toBe(0);
    expect(await scene.differences()).toEqual([]);
    const [change, ...others] = await scene.db.collection('changes').find().toArray();
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      kind: 'changed',
      fields: [{ field: 'name', from: name, to: 'Another name' }],
    });
    expect(Number(change?.['activity_id'])).toBe(id);
  });

  it('a reconcile replaces the streams of a cropped activity, wherever it is', async () => {
    const scene = await open({
      athletes: long.athletes.map((athlete) => ({
        ...athlete,
        samplesPerActivity: 20,
        manualShare: 0,
      })),
    });
    await scene.round();
    scene.simulator.world.cropActivity(oldestId(scene), { from: 0.2, to: 0.7 });
    const [newest = 0] = newestIds(scene, 1);
    scene.simulator.world.cropActivity(newest, { from: 0.3, to: 1 });
    await scene.pass(hourMs);
    expect((await scene.round()).requestsTo('streams')).toBe(1);
    await scene.pass(8 * dayMs);
    expect((await scene.round()).requestsTo('streams')).toBe(1);
    expect(await scene.differences()).toEqual([]);
  });
});

describe('a new login that shows more', () => {
  const narrow = ['read', 'activity:read', 'profile:read_all'];
  const wide = ['read', 'activity:read_all', 'profile:read_all'];

  async function narrowed(scene: Rounds): Promise<void> {
    const refreshToken = scene.simulator.issueRefreshToken(1001, narrow);
    await scene.db
      .collection('tokens')
      .updateOne({}, { $set: { refresh_token: refreshToken, scope: narrow } });
  }

  async function widen({ simulator, program }: Rounds): Promise<void> {
    const refreshToken = simulator.issueRefreshToken(1001, wide);
    expect(await auth(program(), { refreshToken, isBrowserWanted: false, isForced: false })).toBe(
      0,
    );
  }

  it('a new login that shows more brings what it shows at the next run', async () => {
    const scene = await open({ activities: 30 });
    await narrowed(scene);
    await scene.round();
    expect(await scene.differences()).toContain('27 stored, 30 at Strava');
    await widen(scene);
    await scene.round();
    expect(await scene.differences()).toEqual([]);
  });

  it('a new login that shows more brings it in a run that is under way', async () => {
    const scene = await open({ activities: 30 });
    await narrowed(scene);
    const holding = scene.simulator.hold({ endpoint: 'streams' });
    const running = scene.round({ STRAVA_QUOTA_SHORT_WINDOW: '1m' });
    const held = await holding;
    await eventually(async () => {
      const athlete = await scene.db.collection('athletes').findOne({});
      return (athlete?.['sync'] as Document | undefined)?.['reconciled_at'] !== undefined;
    });
    await widen(scene);
    await eventually(() => count(scene.db, 'activities').then((stored) => stored === 30));
    held.release();
    await running;
    expect(await scene.differences()).toEqual([]);
  });
});

describe('a deletion at Strava', () => {
  it('among the newest is seen by the next poll, fetched once, and leaves a tombstone', async () => {
    const scene = await open({ activities: 30 });
    await scene.round();
    const [, second = 0] = newestIds(scene, 2);
    scene.simulator.world.deleteActivity(second);
    await scene.pass(hourMs);
    const round = await scene.round();
    expect([round.requestsTo('list'), round.requestsTo('activity'), round.requests]).toEqual([
      1, 1, 2,
    ]);
    expect(await scene.differences()).toEqual([]);
    expect(await count(scene.db, 'streams', { activity_id: second })).toBe(0);
    expect(
      await count(scene.db, 'tombstones', {
        _id: Long.fromNumber(second),
        why: 'deleted',
      }),
    ).toBe(1);
    expect(await count(scene.db, 'changes', { kind: 'deleted' })).toBe(1);
    await scene.pass(hourMs);
    expect((await scene.round()).requests).toBe(1);
  });

  it('a deletion at Strava of an old activity is found by the full re-list', async () => {
    const scene = await open(long);
    await scene.round();
    scene.simulator.world.deleteActivity(oldestId(scene));
    await scene.pass(dayMs + hourMs);
    await scene.round();
    expect(await count(scene.db, 'activities')).toBe(230);
    await scene.pass(7 * dayMs);
    const round = await scene.round();
    expect(round.requestsTo('activity')).toBe(1);
    expect(await scene.differences()).toEqual([]);
  });

  it('a deletion at Strava is not believed where the activity itself is still there', async () => {
    const scene = await open({ activities: 12 });
    await scene.round();
    await scene.db
      .collection('activities')
      .updateMany(
        {},
        { $set: { 'sync.missing': { since: new Date(0), state: 'pending', tries: 0 } } },
      );
    const round = await scene.round();
    expect(round.requestsTo('activity')).toBeLessThanOrEqual(12);
    expect(await scene.differences()).toEqual([]);
    expect(await count(scene.db, 'activities', { 'sync.missing': { $exists: true } })).toBe(0);
  });

  it('a deletion at Strava of everything, of very many, or behind a grant without private ones removes nothing, and status says what to do', async () => {
    const scene = await open({ activities: 60 });
    await scene.round();
    const gone = newestIds(scene, 20);
    for (const id of gone) scene.simulator.world.deleteActivity(id);
    await scene.pass(hourMs);
    expect((await scene.round()).requestsTo('activity')).toBe(0);
    expect(await count(scene.db, 'activities')).toBe(60);
    expect(await statusOf(scene)).toMatch(
      /20 of 60 activities .*npm run verify -- --accept-deletions/,
    );

    for (const { id } of scene.simulator.world.activities(1001))
      scene.simulator.world.deleteActivity(id);
    await scene.pass(8 * dayMs);
    expect((await scene.round()).requestsTo('activity')).toBe(0);
    expect(await count(scene.db, 'activities')).toBe(60);
    expect(await statusOf(scene)).toMatch(/npm run verify -- --accept-deletions/);
  });

  it('a deletion at Strava is not taken away in pieces: what is missing from the whole list holds for its newest page too', async () => {
    const scene = await open(long);
    await scene.round();
    const newest = newestIds(scene, 230);
    for (const id of newest.slice(150)) scene.simulator.world.deleteActivity(id);
    await scene.pass(8 * dayMs);
    expect((await scene.round()).requestsTo('activity')).toBe(0);
    for (const id of newest.slice(0, 3)) scene.simulator.world.deleteActivity(id);
    await scene.pass(hourMs);
    expect((await scene.round()).requestsTo('activity')).toBe(0);
    expect(await count(scene.db, 'activities')).toBe(230);
    expect(await statusOf(scene)).toMatch(/80 of 230 activities/);
  });

  it('a deletion at Strava is no deletion where the grant shows no private activities', async () => {
    const scene = await open({ activities: 20 });
    await scene.round();
    await scene.db
      .collection('tokens')
      .updateMany({}, { $set: { scope: ['read', 'activity:read'] } });
    const [newest = 0] = newestIds(scene, 1);
    scene.simulator.world.deleteActivity(newest);
    await scene.pass(hourMs);
    expect((await scene.round({})).requestsTo('activity')).toBe(0);
    expect(await count(scene.db, 'activities')).toBe(20);
    expect(await statusOf(scene)).toMatch(/activity:read_all/);
  });

  it('a deletion at Strava is not made of an empty page, nor of a re-list that fails', async () => {
    const scene = await open(long);
    await scene.round();
    await scene.pass(8 * dayMs);
    scene.simulator.faults.next('empty-list', 4, { endpoint: 'list' });
    await scene.round();
    expect(await count(scene.db, 'activities')).toBe(230);
    scene.simulator.faults.clear();
    await scene.pass(8 * dayMs);
    scene.simulator.faults.next('truncated', 1, { endpoint: 'list' });
    scene.simulator.faults.next('wrong-shape', 1, { endpoint: 'list' });
    await scene.round();
    await scene.pass(8 * dayMs);
    const round = await scene.round();
    expect(round.requestsTo('activity')).toBe(0);
    expect(await scene.differences()).toEqual([]);
    expect(await count(scene.db, 'tombstones')).toBe(0);
  });
});

describe('a 404 for one that is marked as missing', () => {
  it('a 404 for one that is marked as missing proves nothing where the grant shows no private activities, and the activity is not fetched again', async () => {
    const scene = await open({ activities: 12 });
    await scene.round();
    await scene.db
      .collection('tokens')
      .updateMany({}, { $set: { scope: ['read', 'activity:read'] } });
    const [newest = 0] = newestIds(scene, 1);
    scene.simulator.world.deleteActivity(newest);
    const ofNewest = { _id: Long.fromNumber(newest) } as Document;
    const mark = { 'sync.missing': { since: new Date(0), state: 'pending', tries: 0 } };
    await scene.db.collection('activities').updateOne(ofNewest, { $set: mark });
    expect((await scene.round()).requestsTo('activity')).toBe(1);
    const kept = await scene.db.collection('activities').findOne(ofNewest);
    expect(kept?.['sync']).not.toHaveProperty('missing');
    expect(kept?.['sync']).not.toHaveProperty('confirmed_at');
    await scene.pass(hourMs);
    expect((await scene.round()).requestsTo('activity')).toBe(0);
    await scene.pass(8 * dayMs);
    expect((await scene.round()).requestsTo('activity')).toBe(0);
  });
});

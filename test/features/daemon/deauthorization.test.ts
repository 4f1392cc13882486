import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { personalCollections } from '../../../src/features/erase/store.ts';
import type { RequestLog } from '../../../src/simulator/api/request-log.ts';
import type { Rounds } from '../../support/rounds.ts';
import { notify, useDaemons } from '../../support/subscribed.ts';
import { eventually } from '../../support/waiting.ts';

const { open, launch, subscribed } = useDaemons();
const yearMs = 366 * 86_400_000;
const withdrawal = {
  object_type: 'athlete',
  object_id: 1001,
  updates: { authorized: 'false' },
};
const erase = { WEBHOOK_DEAUTHORIZATION: 'erase' };

async function isMirrored(scene: Rounds): Promise<boolean> {
  return (await scene.differences()).length === 0;
}

async function markOf({ db }: Rounds): Promise<Date | undefined> {
  const athlete: Document | null = await db.collection('athletes').findOne({});
  const sync = athlete?.['sync'] as { deauthorization_notified_at?: Date } | undefined;
  return sync?.deauthorization_notified_at;
}

/** How much is left of the one athlete; runs stay. */
async function leftOf({ db }: Rounds): Promise<number> {
  let left = 0;
  for (const name of personalCollections) {
    const isTheirs = name !== 'runs' && name !== 'leases';
    if (isTheirs) left += await db.collection(name).countDocuments();
  }
  return left;
}

/** Whether nothing was requested in the last second. */
function isQuiet(requests: RequestLog): () => boolean {
  return () => {
    const newest = requests.entries.at(-1)?.at.getTime() ?? 0;
    return Date.now() - newest > 1_000;
  };
}

describe('an event that an athlete withdrew the access', () => {
  it.each(['keep', 'erase'])(
    'is verified; then the login goes, the data by the setting: %s',
    async (choice) => {
      const { scene } = await subscribed({
        activities: 4,
        config: { WEBHOOK_DEAUTHORIZATION: choice },
      });
      await eventually(() => isMirrored(scene));
      scene.simulator.deauthorize(1001);
      const { db } = scene;
      await eventually(async () => (await db.collection('tokens').countDocuments()) === 0);
      if (choice === 'erase') {
        await eventually(async () => (await leftOf(scene)) === 0);
        return;
      }
      await eventually(async () => (await markOf(scene)) === undefined);
      expect(await db.collection('activities').countDocuments()).toBe(4);
      const marked = { 'sync.deauthorized_at': { $exists: true } };
      expect(await db.collection('athletes').countDocuments(marked)).toBe(1);
    },
  );

  it('withdrawn access erases everything within seconds while a backfill waits for the quota', async () => {
    const { scene, program } = await subscribed({
      activities: 60,
      quota: { short: 40, daily: 60, shortWindowMs: yearMs, dailyWindowMs: yearMs },
      config: {
        ...erase,
        STRAVA_QUOTA_SHORT: '40',
        STRAVA_QUOTA_SHORT_WINDOW: '366d',
        STRAVA_QUOTA_DAILY: '60',
        STRAVA_QUOTA_DAILY_WINDOW: '366d',
        SYNC_SCHEDULE: '0 * * * *',
      },
    });
    await eventually(() => program.logged().includes('Quota spent'));
    await eventually(isQuiet(scene.simulator.requests));
    scene.simulator.deauthorize(1001);
    await eventually(async () => (await leftOf(scene)) === 0, 30_000);
    await eventually(() => program.logged().includes('all is erased'));
  });

  it('a forged withdrawal leaves the login alone and costs no quota', async () => {
    const { scene, program } = await subscribed({ activities: 2, config: erase });
    await eventually(() => program.logged().includes('Run done'));
    const counted = () => scene.simulator.requests.count(({ isCounted }) => isCounted);
    const before = counted();
    const refreshes = scene.simulator.requests.count('token');
    expect(await notify(scene, withdrawal)).toBe(200);
    await eventually(() => scene.simulator.requests.count('token') > refreshes);
    await eventually(async () => (await markOf(scene)) === undefined);
    expect(await scene.db.collection('tokens').countDocuments()).toBe(1);
    expect(await isMirrored(scene)).toBe(true);
    expect(counted()).toBe(before);
  });

  it('a forged withdrawal changes nothing of an athlete whose login lacks a scope', async () => {
    const { scene, program } = await subscribed({ activities: 2, config: erase });
    await eventually(() => program.logged().includes('Run done'));
    const reason = 'a scope that is needed was not granted';
    const mark = { needs_authorization: { since: new Date('2026-01-01'), reason } };
    await scene.db.collection('tokens').updateOne({}, { $set: mark });
    const refreshes = scene.simulator.requests.count('token');
    expect(await notify(scene, withdrawal)).toBe(200);
    await eventually(() => scene.simulator.requests.count('token') > refreshes);
    await eventually(async () => (await markOf(scene)) === undefined);
    expect(await scene.db.collection('tokens').countDocuments(mark)).toBe(1);
    expect(await isMirrored(scene)).toBe(true);
  });

  it('a withdrawal stays marked while Strava does not respond, and is settled at the next tick', async () => {
    const { scene, program } = await subscribed({
      activities: 2,
      config: { SYNC_SCHEDULE: '*/2 * * * * *' },
    });
    await eventually(() => isMirrored(scene));
    const { faults, requests } = scene.simulator;
    faults.next('html-502', 1, { endpoint: 'token' });
    const refreshes = requests.count('token');
    expect(await notify(scene, withdrawal)).toBe(200);
    await eventually(() => faults.count('html-502') === 1);
    await eventually(async () => (await markOf(scene)) === undefined);
    expect(requests.count('token')).toBe(refreshes + 2);
    expect(program.logged()).not.toContain('withdrew the access');
    expect(await scene.db.collection('tokens').countDocuments()).toBe(1);
  });

  it('the next start finishes an erasure that was interrupted after the login went', async () => {
    const scene = await open({ activities: 3, config: erase });
    await scene.round();
    const at = new Date();
    const marks = { 'sync.deauthorized_at': at, 'sync.deauthorization_notified_at': at };
    await scene.db.collection('athletes').updateOne({}, { $set: marks });
    await scene.db.collection('tokens').deleteMany({});
    await launch(scene);
    await eventually(async () => (await leftOf(scene)) === 0);
  });

  it('a start erases nothing if the login went for another reason', async () => {
    const scene = await open({ activities: 3, config: erase });
    await scene.round();
    const delivered = { 'sync.deauthorization_notified_at': new Date() };
    await scene.db.collection('athletes').updateOne({}, { $set: delivered });
    await scene.db.collection('tokens').deleteMany({});
    await launch(scene);
    await eventually(async () => (await markOf(scene)) === undefined);
    expect(await scene.db.collection('activities').countDocuments()).toBe(3);
  });
});

import type { Document } from 'mongodb';
import { Long } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { Rounds } from '../support/rounds.ts';
import { dayMs, useRounds } from '../support/rounds.ts';

const open = useRounds();
/** More than one pass of the sweep removes, all within what the retention lets the sync reach. */
const athletes = [
  {
    id: 1001,
    firstname: 'Ada',
    lastname: 'Example',
    activities: 130,
    samplesPerActivity: 2,
    years: 1,
  },
];
const retentionDays = 500;
const config = { RETENTION_DAYS: String(retentionDays), KEEP_CHANGES: '3650d' };
const withSegments = { SYNC_SEGMENTS: 'true' };

/** How much is stored of whom it is about. */
async function stored({ db }: Rounds): Promise<Record<string, number>> {
  const names = ['activities', 'streams', 'tombstones', 'changes', 'parked', 'segments'];
  const counts = names.map(async (name) => [name, await db.collection(name).countDocuments()]);
  return Object.fromEntries(await Promise.all(counts)) as Record<string, number>;
}

/** One of everything that a list and single activities bring beside activities. */
async function putBeside({ db, simulator, round }: Rounds): Promise<void> {
  const [first] = simulator.world.activities(1001);
  simulator.world.editActivity(first?.id ?? 0, { name: 'Renamed' });
  await round();
  const [athlete_id, now] = [Long.fromNumber(1001), new Date()];
  await db.collection<{ readonly _id: string }>('parked').insertOne({
    _id: '1001:5',
    ...{ athlete_id, reason: 'it has no start', record: '{}', tries: 1 },
    ...{ first_seen_at: now, last_seen_at: now },
  });
  const sync = { athlete_ids: [athlete_id], first_seen_at: now };
  const record = { state: 'stored', tries: 0, fetched_at: now };
  // `pass` does not age it: it stays ahead, and near enough to be believed.
  const nextTryAt = new Date(now.getTime() + 25 * dayMs);
  const parked = { state: 'parked', tries: 5, next_try_at: nextTryAt };
  await db.collection<Document & { readonly _id: Long }>('segments').insertMany([
    { _id: Long.fromNumber(7), name: 'Hill', sync: { ...sync, record } },
    { _id: Long.fromNumber(8), sync: { ...sync, record: parked } },
  ]);
}

describe('what was fetched longer ago than the retention allows', () => {
  it('goes, all of it in one run, and is not fetched again; the tombstones stay', async () => {
    const scene = await open({ athletes, config });
    await scene.round();
    await putBeside(scene);
    const before = { activities: 130, tombstones: 0, changes: 1, parked: 1, segments: 2 };
    expect(await stored(scene)).toMatchObject(before);
    expect((await stored(scene))['streams']).toBeGreaterThan(100);
    await scene.pass((retentionDays - 1) * dayMs);
    await scene.round();
    expect(await stored(scene)).toMatchObject(before);

    await scene.pass(2 * dayMs);
    const added = scene.simulator.world.addActivity(1001, { name: 'New' }, { samples: 3 });
    const round = await scene.round(withSegments);
    expect(round.exitCode).toBe(0);
    const after = { activities: 1, streams: 1, tombstones: 130, changes: 0, parked: 0 };
    expect(await stored(scene)).toMatchObject({ ...after, segments: 1 });
    expect(await scene.db.collection('activities').distinct('_id')).toEqual([added]);
    const expired = await scene.db.collection('tombstones').distinct('why');
    expect(expired).toEqual(['expired']);
    expect([
      round.requestsTo('streams'),
      round.requestsTo('activity'),
      round.requestsTo('segment'),
    ]).toEqual([1, 1, 0]);

    await scene.pass(8 * dayMs);
    const next = await scene.round(withSegments);
    expect(next.requests).toBe(next.requestsTo('list'));
    expect(await stored(scene)).toMatchObject({ ...after, segments: 1 });
  });
});

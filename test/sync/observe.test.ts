import { hostname } from 'node:os';
import { Long } from 'mongodb';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { createAthleteStore } from '../../src/mongo/athletes/athletes.ts';
import { createLeaseStore } from '../../src/mongo/coordination/leases.ts';
import { everyApplication } from '../../src/mongo/schema/definitions/application.ts';
import { createDeletionStore } from '../../src/mongo/deletion/deletion-store.ts';
import { createAthleteLeases } from '../../src/sync/athletes/athlete-leases.ts';
import { observe } from '../../src/sync/observe.ts';
import { useAdapter } from '../mongo/adapter.ts';
import { fakeQuota } from './fakes/strava.ts';

const adapter = useAdapter();

beforeEach(() => adapter.empty());

/** The database's operations while a run of so many athletes brings its state up to date and renews. */
async function operationsWith(count: number): Promise<number> {
  const { store, activities, tasks, database } = adapter;
  const logins = Array.from({ length: count }, (_, index) => ({
    _id: Long.fromNumber(1001 + index),
    ...{ access_token: 'a', refresh_token: 'r', expires_at: new Date(0) },
  }));
  await store.tokens.insertMany(logins);
  const athletes = createAthleteStore(store, everyApplication);
  const worker = { pid: 1, host: hostname(), process: 'some|boot||1', clock: systemClock };
  const leases = createLeaseStore(store, { ...worker, durationMs: 60_000 });
  const athleteLeases = createAthleteLeases(
    { leases, athletes },
    {
      athleteIds: () => athletes.athleteIds(),
      scopeOf: () => ({ kind: 'default' }),
      isPollWanted: false,
      sharing: { group: '12345', recentPollMs: 0, isTakeover: false },
      nowMs: () => Date.now(),
    },
  );
  const deps = {
    ...{ activities, athletes, tasks, quota: fakeQuota(systemClock, () => 0) },
    deletions: createDeletionStore(store, { retentionDays: undefined }),
    kept: { streams: true, details: true, segments: true, athlete: false },
    reconcile: { recentIntervalMs: Infinity, recentPeriodMs: 0, fullIntervalMs: Infinity },
    log: pino({ level: 'silent' }),
  };
  const look = () => observe(deps, athleteLeases, { nowMs: Date.now(), isPollDue: true });
  await athleteLeases.acquire();
  expect(await look()).toHaveLength(count);
  await database.db.command({ profile: 2 });
  for (let looks = 0; looks < 3; looks += 1) await look();
  await database.db.command({ profile: 0 });
  const profile = database.db.collection('system.profile');
  const operations = await profile.countDocuments({ ns: { $not: /system\.profile$/ } });
  await profile.drop();
  await athleteLeases.release();
  return operations;
}

describe('a run that waits', () => {
  it('a run that waits sends as many commands to MongoDB for fifty athletes as for five', async () => {
    const five = await operationsWith(5);
    await adapter.empty();
    const fifty = await operationsWith(50);
    expect(five).toBeGreaterThan(0);
    expect(fifty).toBe(five);
    // Three looks.
    expect(five).toBeLessThanOrEqual(3 * 5);
  });
});

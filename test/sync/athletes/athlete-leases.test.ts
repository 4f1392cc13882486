import { hostname } from 'node:os';
import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/clock.ts';
import { createAthleteStore } from '../../../src/mongo/athletes/athletes.ts';
import { createLeaseStore } from '../../../src/mongo/coordination/leases.ts';
import { markReleasing } from '../../../src/mongo/athletes/erasing.ts';
import { identifyOwner } from '../../../src/owner.ts';
import type { AthleteLeases } from '../../../src/sync/athletes/athlete-leases.ts';
import { createAthleteLeases } from '../../../src/sync/athletes/athlete-leases.ts';
import { everyApplication } from '../../../src/mongo/schema/definitions/application.ts';
import { useAdapter } from '../../mongo/adapter.ts';

const [ada, bob] = [1001, 1002];
const adapter = useAdapter();
const host = hostname();
const owner = await identifyOwner(host);

beforeEach(() => adapter.empty());

/** A run that has read who is known, and then works with what is stored by now. */
function leasesOf(athleteIds: readonly number[]): AthleteLeases {
  const { store } = adapter;
  const clock = { clock: systemClock, durationMs: 15_000 };
  const leases = createLeaseStore(store, { pid: 1, host, process: owner, ...clock });
  const athletes = createAthleteStore(store, everyApplication);
  return createAthleteLeases(
    { leases, athletes },
    {
      athleteIds: () => Promise.resolve(athleteIds),
      scopeOf: () => ({ kind: 'default' }),
      isPollWanted: true,
      nowMs: () => Date.now(),
    },
  );
}

async function logIn(athleteId: number): Promise<void> {
  const login = { access_token: 'a', refresh_token: 'r', expires_at: new Date(0) };
  await adapter.store.tokens.insertOne({ _id: Long.fromNumber(athleteId), ...login });
}

async function heldLeases(): Promise<readonly string[]> {
  const held = { owner: { $exists: true } };
  const found = await adapter.store.leases.find(held).sort({ _id: 1 }).toArray();
  return found.map(({ _id }) => _id);
}

describe('an athlete who was erased while a run began', () => {
  it('an athlete who was erased while a run began is not taken, and no document of the athlete comes back', async () => {
    await logIn(bob);
    const athleteLeases = leasesOf([ada, bob]);
    await athleteLeases.acquire();
    expect(athleteLeases.athletes.map(({ athleteId }) => athleteId)).toEqual([bob]);
    expect(await heldLeases()).toEqual([`athlete:${bob}`]);
    expect(await adapter.store.athletes.distinct('_id')).toEqual([bob]);
    await athleteLeases.release();
  });
});

describe('an athlete who is being erased', () => {
  it('an athlete who is being erased is released when nothing is in flight any more, and the others are kept', async () => {
    await logIn(ada);
    await logIn(bob);
    const athleteLeases = leasesOf([ada, bob]);
    await athleteLeases.acquire();
    const { store } = adapter;
    const both = [`athlete:${ada}`, `athlete:${bob}`];
    await athleteLeases.releaseErasing();
    expect(await heldLeases()).toEqual(both);
    const [adas, bobs] = athleteLeases.athletes;
    adas?.inFlight.add('streams:5');
    await markReleasing(store, everyApplication, ada);
    await athleteLeases.releaseErasing();
    expect(await heldLeases()).toEqual(both);
    expect(adas?.stoppedBy).toMatchObject({ code: 'AUTHORIZATION_NEEDED' });
    expect(bobs?.stoppedBy).toBeUndefined();
    adas?.inFlight.clear();
    await athleteLeases.releaseErasing();
    expect(await heldLeases()).toEqual([`athlete:${bob}`]);
    expect(athleteLeases.athletes).toEqual([bobs]);
    await athleteLeases.release();
  });

  it('an athlete who is being erased is let go where the login was found to be of no use before', async () => {
    await logIn(ada);
    const athleteLeases = leasesOf([ada]);
    await athleteLeases.acquire();
    const { store } = adapter;
    const rejected = { since: new Date(), reason: 'Strava rejects the stored refresh token' };
    await store.tokens.updateOne({}, { $set: { needs_authorization: rejected } });
    await markReleasing(store, everyApplication, ada);
    await athleteLeases.releaseErasing();
    expect(await heldLeases()).toEqual([]);
    await athleteLeases.release();
  });
});

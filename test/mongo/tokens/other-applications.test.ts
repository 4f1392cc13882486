import { beforeEach, describe, expect, it } from 'vitest';

import { OtherApplicationError } from '../../../src/errors.ts';
import { createNotificationStore } from '../../../src/features/notifications/store.ts';
import { createAthleteStore, saveAthlete } from '../../../src/mongo/athletes/athletes.ts';
import {
  deauthorizedAthletes,
  noteDeauthorization,
  notifiedDeauthorizations,
  removeLogin,
} from '../../../src/mongo/athletes/deauthorized.ts';
import { erasingIds, markReleasing, unmarkReleasing } from '../../../src/mongo/athletes/erasing.ts';
import { createRunStore } from '../../../src/mongo/history/runs.ts';
import { everyApplication, loginsOf } from '../../../src/mongo/schema/definitions/application.ts';
import { countLogins } from '../../../src/mongo/tokens/login-counts.ts';
import {
  assertOwnAthlete,
  otherApplicationOf,
  otherLogins,
} from '../../../src/mongo/tokens/other-applications.ts';
import { createTokenStore } from '../../../src/mongo/tokens/tokens.ts';
import { useAdapter } from '../adapter.ts';

const adapter = useAdapter();
const [own, other] = ['111', '222'];
const [ours, theirs, typedIn] = [1_001, 2_002, 3_003];
const at = new Date('2026-10-05T10:00:00Z');
const theirGrant = {
  athleteId: theirs,
  accessToken: 'a2',
  refreshToken: 'r2',
  expiresAt: at,
  clientId: other,
};

beforeEach(async () => {
  await adapter.empty();
  const tokens = createTokenStore(adapter.store, everyApplication);
  const grant = { accessToken: 'a', refreshToken: 'r', expiresAt: at };
  await tokens.save({ ...grant, athleteId: ours, clientId: own });
  await tokens.save(theirGrant);
  await tokens.save({ ...grant, athleteId: typedIn });
});

const allLogins = () => loginsOf(adapter.store, everyApplication).sort({ _id: 1 }).toArray();

describe('the logins of an application', () => {
  it('an application has its own logins and those without a client id', async () => {
    expect(await createAthleteStore(adapter.store, own).athleteIds()).toEqual([ours, typedIn]);
    expect(await createAthleteStore(adapter.store, other).athleteIds()).toEqual([theirs, typedIn]);
    expect(await countLogins(adapter.store, own)).toEqual({ athletes: 2, needAuthorization: 0 });
  });

  it('the logins of an application without an application, all logins are loaded', async () => {
    const { store } = adapter;
    const everyone = [ours, theirs, typedIn];
    expect(await createAthleteStore(store, everyApplication).athleteIds()).toEqual(everyone);
    expect(await otherLogins(store, everyApplication)).toEqual({ athletes: 0, clientIds: [] });
    await expect(assertOwnAthlete(store, everyApplication, theirs)).resolves.toBeUndefined();
  });

  it('the logins of an application only the logins of the application decide when all were polled', async () => {
    for (const athleteId of [ours, typedIn]) {
      await adapter.store.athletes.insertOne({
        _id: (await idOf(athleteId)) as never,
        sync: { polled_at: at },
      });
    }
    expect(await createAthleteStore(adapter.store, own).allPolledAt()).toEqual(at);
    expect(await createAthleteStore(adapter.store, other).allPolledAt()).toBeUndefined();
  });
});

async function idOf(athleteId: number) {
  return (await allLogins()).find(({ _id }) => Number(_id) === athleteId)?._id;
}

describe('the login of another application', () => {
  it('the logins of other applications are counted, with their client ids', async () => {
    expect(await otherLogins(adapter.store, own)).toEqual({ athletes: 1, clientIds: [other] });
    expect(await otherLogins(adapter.store, '333')).toEqual({
      athletes: 2,
      clientIds: [own, other],
    });
    expect(await otherApplicationOf(adapter.store, own, theirs)).toBe(other);
    for (const athleteId of [ours, typedIn, 9_009])
      expect(await otherApplicationOf(adapter.store, own, athleteId)).toBeUndefined();
  });

  it('a login of another application is not loaded', async () => {
    const loading = createTokenStore(adapter.store, own).load(theirs);
    await expect(loading).rejects.toBeInstanceOf(OtherApplicationError);
    await expect(loading).rejects.toThrow(/application 222, and this is 111/);
  });

  it('a login of another application is neither renewed nor marked', async () => {
    const before = await allLogins();
    const tokens = createTokenStore(adapter.store, own);
    await tokens.renew(theirGrant, { ...theirGrant, refreshToken: 'r3' });
    await tokens.markNeedsAuthorization(theirGrant, 'rejected', at);
    await markReleasing(adapter.store, own, theirs);
    await removeLogin(adapter.store, own, { athleteId: theirs, at });
    expect(await allLogins()).toEqual(before);
  });

  it('a login of another application keeps the mark of its erasure', async () => {
    const { store } = adapter;
    await markReleasing(store, other, theirs);
    const before = await allLogins();
    await unmarkReleasing(store, own, theirs);
    expect(await allLogins()).toEqual(before);
    expect(await erasingIds(store, own)).toEqual([]);
    expect(await erasingIds(store, other)).toEqual([theirs]);
  });

  it('a marked login of another application is not deleted', async () => {
    const { store } = adapter;
    await createTokenStore(store, other).markNeedsAuthorization(theirGrant, 'rejected', at);
    await removeLogin(store, own, { athleteId: theirs, at });
    expect(await allLogins()).toHaveLength(3);
  });
});

describe('a withdrawn access', () => {
  it('withdrawn access is settled by its own application, also once the login is gone', async () => {
    const { store } = adapter;
    await saveAthlete(store, theirs, {});
    await noteDeauthorization(store, other, { athleteId: theirs, at });
    expect(await notifiedDeauthorizations(store, own)).toEqual([]);
    expect(await notifiedDeauthorizations(store, other)).toHaveLength(1);
    await createTokenStore(store, other).markNeedsAuthorization(theirGrant, 'rejected', at);
    await removeLogin(store, other, { athleteId: theirs, at });
    expect(await allLogins()).toHaveLength(2);
    expect(await notifiedDeauthorizations(store, own)).toEqual([]);
    expect(await deauthorizedAthletes(store, own)).toEqual([]);
    expect(await deauthorizedAthletes(store, other)).toEqual([{ athleteId: theirs, at }]);
  });
});

describe('the runs of an application', () => {
  it('an application does not see the runs of another one', async () => {
    const start = { reason: 'command', command: 'sync', host: 'h', pid: 1, startedAt: at } as const;
    const [runs, others] = [own, other].map((each) => createRunStore(adapter.store, each));
    const id = await others?.start(start);
    expect(id).toBeDefined();
    if (id === undefined) return;
    const errorCode = 'APPLICATION_REJECTED';
    await others?.end(id, { endedAt: at, outcome: 'failed', error: 'inactive', errorCode });
    expect(await runs?.last()).toBeUndefined();
    expect(await runs?.lastRejection(new Date(0))).toBeUndefined();
    expect(await others?.last()).toMatchObject({ client_id: other });
    expect(await others?.lastRejection(new Date(0))).toEqual({ at, text: 'inactive' });
  });
});

describe('the notifications of an application', () => {
  it('an application does not end the notification of another one with the same key', async () => {
    const [ones, others] = [own, other].map((each) => createNotificationStore(adapter.store, each));
    const silence = { key: 'silence', kind: 'silence', text: 'x', tries: 0 } as const;
    await others?.save({ ...silence, since: at, seenAt: at, watchedMs: 0 });
    expect(await ones?.load()).toEqual([]);
    await ones?.save({ ...silence, since: at, seenAt: at, watchedMs: 5 });
    await ones?.end(['silence']);
    expect(await others?.load()).toMatchObject([{ key: 'silence', watchedMs: 0 }]);
  });
});

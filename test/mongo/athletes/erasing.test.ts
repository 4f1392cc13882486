import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { erasingIds, markErasing, unmarkErasing } from '../../../src/mongo/athletes/erasing.ts';
import { everyApplication, loginsOf } from '../../../src/mongo/schema/definitions/application.ts';
import { useAdapter } from '../adapter.ts';

const [ada, bob] = [1001, 1002];
const now = new Date('2026-10-05T10:00:00Z');
const adapter = useAdapter();

beforeEach(async () => {
  await adapter.empty();
  const login = { access_token: 'a', refresh_token: 'r', expires_at: new Date(0) };
  await adapter.store.tokens.insertOne({ _id: Long.fromNumber(ada), ...login });
});

describe('the erasing mark of an athlete', () => {
  it('the erasing mark is set once, and removed', async () => {
    const { store } = adapter;
    await markErasing(store, everyApplication, { athleteId: ada, now });
    await markErasing(store, everyApplication, { athleteId: ada, now: new Date(0) });
    const marked = await store.tokens.findOne();
    expect(marked?.needs_authorization).toEqual({ since: now, reason: 'is being erased' });
    expect(await erasingIds(store, everyApplication)).toEqual([ada]);
    await unmarkErasing(store, everyApplication, ada);
    expect(await store.tokens.findOne()).not.toHaveProperty('needs_authorization');
    expect(await erasingIds(store, everyApplication)).toEqual([]);
  });

  it('the erasing mark replaces another mark, which is restored on removal', async () => {
    const { store } = adapter;
    const other = { since: now, reason: 'Strava rejects the stored refresh token' };
    await store.tokens.updateOne({}, { $set: { needs_authorization: other } });
    await markErasing(store, everyApplication, { athleteId: ada, now: new Date(0) });
    await markErasing(store, everyApplication, { athleteId: ada, now: new Date(0) });
    expect(await erasingIds(store, everyApplication)).toEqual([ada]);
    await unmarkErasing(store, everyApplication, ada);
    expect((await store.tokens.findOne())?.needs_authorization).toEqual(other);
    expect(await erasingIds(store, everyApplication)).toEqual([]);
  });

  it('removing the erasing mark removes no other mark', async () => {
    const { store } = adapter;
    const other = { since: now, reason: 'Strava rejects the stored refresh token' };
    await store.tokens.updateOne({}, { $set: { needs_authorization: other } });
    await unmarkErasing(store, everyApplication, ada);
    expect((await store.tokens.findOne())?.needs_authorization).toEqual(other);
  });

  it('the erasing mark creates no login', async () => {
    const { store } = adapter;
    await markErasing(store, everyApplication, { athleteId: bob, now });
    expect(await loginsOf(store, everyApplication).toArray()).toHaveLength(1);
  });
});

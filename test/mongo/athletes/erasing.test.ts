import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import {
  erasingIds,
  markErasing,
  markReleasing,
  unmarkReleasing,
} from '../../../src/mongo/athletes/erasing.ts';
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

const other = { since: now, reason: 'Strava rejects the stored refresh token' };

async function markOf(): Promise<unknown> {
  return (await adapter.store.tokens.findOne())?.needs_authorization;
}

/** As if it had been set so many minutes earlier. */
async function age(minutes: number): Promise<void> {
  const since = { $subtract: ['$needs_authorization.since', minutes * 60_000] };
  await adapter.store.tokens.updateOne({}, [{ $set: { 'needs_authorization.since': since } }]);
}

describe('the mark of an athlete whom a command waits for', () => {
  it('the mark of a waiting command is set once, and removed', async () => {
    const { store } = adapter;
    await markReleasing(store, everyApplication, ada);
    const marked = await markOf();
    expect(marked).toEqual({ since: expect.any(Date) as Date, reason: 'is being released' });
    await markReleasing(store, everyApplication, ada);
    expect(await markOf()).toEqual(marked);
    expect(await erasingIds(store, everyApplication)).toEqual([ada]);
    await unmarkReleasing(store, everyApplication, ada);
    expect(await markOf()).toBeUndefined();
    expect(await erasingIds(store, everyApplication)).toEqual([]);
  });

  it('the mark of a waiting command replaces another mark, which is restored on removal', async () => {
    const { store } = adapter;
    await store.tokens.updateOne({}, { $set: { needs_authorization: other } });
    await markReleasing(store, everyApplication, ada);
    await markReleasing(store, everyApplication, ada);
    expect(await erasingIds(store, everyApplication)).toEqual([ada]);
    await unmarkReleasing(store, everyApplication, ada);
    expect(await markOf()).toEqual(other);
    expect(await erasingIds(store, everyApplication)).toEqual([]);
  });

  it('removing the mark of a waiting command removes no other mark', async () => {
    const { store } = adapter;
    await store.tokens.updateOne({}, { $set: { needs_authorization: other } });
    await unmarkReleasing(store, everyApplication, ada);
    expect(await markOf()).toEqual(other);
    await markErasing(store, everyApplication, ada);
    await unmarkReleasing(store, everyApplication, ada);
    expect(await markOf()).toMatchObject({ reason: 'is being erased' });
  });

  it('a mark that a killed command left behind ends after 15 minutes, and gives back what it put aside', async () => {
    const { store } = adapter;
    await store.tokens.updateOne({}, { $set: { needs_authorization: other } });
    await markReleasing(store, everyApplication, ada);
    await age(14);
    expect(await erasingIds(store, everyApplication)).toEqual([ada]);
    await age(2);
    expect(await erasingIds(store, everyApplication)).toEqual([]);
    expect(await markOf()).toEqual(other);
  });

  it('neither mark creates a login', async () => {
    const { store } = adapter;
    await markReleasing(store, everyApplication, bob);
    await markErasing(store, everyApplication, bob);
    expect(await loginsOf(store, everyApplication).toArray()).toHaveLength(1);
  });
});

describe('the mark of an athlete whose data is being deleted', () => {
  it('the mark of a deletion that was cut off stays, and takes the place of the earlier one', async () => {
    const { store } = adapter;
    await store.tokens.updateOne({}, { $set: { needs_authorization: other } });
    await markReleasing(store, everyApplication, ada);
    await markErasing(store, everyApplication, ada);
    await age(60);
    await markReleasing(store, everyApplication, ada);
    expect(await erasingIds(store, everyApplication)).toEqual([ada]);
    expect(await markOf()).toMatchObject({ reason: 'is being erased', earlier: other });
  });
});

import { Long } from 'mongodb';
import { beforeEach, describe, expect, it } from 'vitest';

import { erasingIds, markErasing, unmarkErasing } from '../../../src/mongo/athletes/erasing.ts';
import { useAdapter } from '../adapter.ts';

const [ada, bob] = [1001, 1002];
const now = new Date('2026-10-05T10:00:00Z');
const adapter = useAdapter();

beforeEach(async () => {
  await adapter.empty();
  const login = { access_token: 'a', refresh_token: 'r', expires_at: new Date(0) };
  await adapter.collections.tokens.insertOne({ _id: Long.fromNumber(ada), ...login });
});

describe('the erasing mark of an athlete', () => {
  it('is set once, and removed', async () => {
    const { mongo, collections } = adapter;
    await markErasing(mongo, collections, ada, now);
    await markErasing(mongo, collections, ada, new Date(0));
    const marked = await collections.tokens.findOne();
    expect(marked?.needs_authorization).toEqual({ since: now, reason: 'is being erased' });
    expect(await erasingIds(mongo, collections)).toEqual([ada]);
    await unmarkErasing(mongo, collections, ada);
    expect(await collections.tokens.findOne()).not.toHaveProperty('needs_authorization');
    expect(await erasingIds(mongo, collections)).toEqual([]);
  });

  it('replaces another mark, which is restored on removal', async () => {
    const { mongo, collections } = adapter;
    const other = { since: now, reason: 'Strava refuses the stored refresh token' };
    await collections.tokens.updateOne({}, { $set: { needs_authorization: other } });
    await markErasing(mongo, collections, ada, new Date(0));
    await markErasing(mongo, collections, ada, new Date(0));
    expect(await erasingIds(mongo, collections)).toEqual([ada]);
    await unmarkErasing(mongo, collections, ada);
    expect((await collections.tokens.findOne())?.needs_authorization).toEqual(other);
    expect(await erasingIds(mongo, collections)).toEqual([]);
  });

  it('removes no other mark', async () => {
    const { mongo, collections } = adapter;
    const other = { since: now, reason: 'Strava refuses the stored refresh token' };
    await collections.tokens.updateOne({}, { $set: { needs_authorization: other } });
    await unmarkErasing(mongo, collections, ada);
    expect((await collections.tokens.findOne())?.needs_authorization).toEqual(other);
  });

  it('creates no login', async () => {
    const { mongo, collections } = adapter;
    await markErasing(mongo, collections, bob, now);
    expect(await collections.tokens.countDocuments()).toBe(1);
  });
});

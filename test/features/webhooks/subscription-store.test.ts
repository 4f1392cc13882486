import { beforeEach, describe, expect, it } from 'vitest';

import { createSubscriptionStore } from '../../../src/features/webhooks/subscription-store.ts';
import { useAdapter } from '../../mongo/adapter.ts';

const adapter = useAdapter();

beforeEach(() => adapter.empty());

describe('the subscription', () => {
  const subscriptions = () => createSubscriptionStore(adapter.store, '12345');
  const made = {
    callbackUrl: 'https://strava.example.org/abc',
    verifyToken: 'token',
    createdAt: new Date('2026-10-05T10:00:00Z'),
  };

  it('an application has one stored subscription, which can be replaced and removed', async () => {
    expect(await subscriptions().load()).toBeUndefined();
    await subscriptions().save(made);
    expect(await subscriptions().load()).toEqual(made);
    await subscriptions().save({ ...made, id: 123_456 });
    expect(await subscriptions().load()).toEqual({ ...made, id: 123_456 });
    const stored = { subscription_id: { $type: 'long' }, created_at: { $type: 'date' } } as const;
    expect(await adapter.database.db.collection('subscriptions').countDocuments(stored)).toBe(1);
    expect(await createSubscriptionStore(adapter.store, '999').load()).toBeUndefined();
    await subscriptions().remove();
    expect(await subscriptions().load()).toBeUndefined();
  });
});

/**
 * The `subscriptions` collection: one document an application, stored before the subscription is requested
 * from Strava, so that the daemon can respond to the challenge.
 */
import type { Subscription, SubscriptionStore } from '../../sync/ports/subscriptions.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { Store, SubscriptionDocument } from '../../mongo/schema/collections.ts';

export function createSubscriptionStore(
  { subscriptions }: Store,
  clientId: string,
): SubscriptionStore {
  const _id = clientId;
  return {
    load: async () => {
      const found = await subscriptions.findOne({ _id });
      return found === null ? undefined : subscriptionFrom(found);
    },
    save: async (subscription) => {
      const document = subscriptionTo(subscription);
      await subscriptions.replaceOne({ _id }, document, { upsert: true });
    },
    remove: async () => {
      await subscriptions.deleteOne({ _id });
    },
  };
}

function subscriptionFrom(document: SubscriptionDocument): Subscription {
  const { subscription_id, callback_url, verify_token, created_at } = document;
  return {
    ...(subscription_id !== undefined && { id: toNumber(subscription_id) }),
    callbackUrl: callback_url,
    verifyToken: verify_token,
    createdAt: created_at,
  };
}

function subscriptionTo(subscription: Subscription): Omit<SubscriptionDocument, '_id'> {
  const { id, callbackUrl, verifyToken, createdAt } = subscription;
  return {
    ...(id !== undefined && { subscription_id: int64(id) }),
    callback_url: callbackUrl,
    verify_token: verifyToken,
    created_at: createdAt,
  };
}

/**
 * The `subscriptions` collection: one document an application, stored before the subscription is requested
 * from Strava, so that the daemon can respond to the challenge.
 */
import type { Long } from 'mongodb';
import type { Subscription, SubscriptionStore } from '../../sync/ports/subscriptions.ts';
import { int64, toNumber } from '../../mongo/base/bson-value.ts';
import type { Store } from '../../mongo/schema/collections.ts';

interface SubscriptionDocument {
  /** The client id. */
  readonly _id: string;
  readonly subscription_id?: number | Long;
  readonly callback_url: string;
  readonly verify_token: string;
  readonly created_at: Date;
}

export function createSubscriptionStore({ db }: Store, clientId: string): SubscriptionStore {
  const subscriptions = db.collection<SubscriptionDocument>('subscriptions');
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

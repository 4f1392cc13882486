/** The application's webhook subscription, as this side remembers it. */

export interface Subscription {
  /** Strava's id; absent while the subscription is being made. */
  readonly id?: number;
  /** Its path is a secret. */
  readonly callbackUrl: string;
  /** What Strava shows when it checks the callback URL. */
  readonly verifyToken: string;
  readonly createdAt: Date;
}

/** One subscription at most: Strava allows an application no more. */
export interface SubscriptionStore {
  load(): Promise<Subscription | undefined>;
  /** Replaces what was there. */
  save(subscription: Subscription): Promise<void>;
  remove(): Promise<void>;
}

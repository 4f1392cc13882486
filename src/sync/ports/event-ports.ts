/**
 * What is known of the webhook: the application's subscription, and the hints that its events left for
 * the job. An event is never believed; a hint says which activity is worth a request.
 */
import type { ActivityEvent, Aspect } from '../../domain/webhook/push-event.ts';

/** An activity of which an event told, and which has not been read since. */
export interface PendingEvent {
  readonly activityId: number;
  /** What the events since the last reading said, in no order. */
  readonly aspects: readonly Aspect[];
  /** When the newest event came, by the store's clock. */
  readonly receivedAt: Date;
  /** How often it was postponed since it was last settled. */
  readonly tries: number;
}

export interface EventStore {
  /**
   * Makes the activity due; durable when it resolves. Doubles and wrong order collapse into one hint, and
   * one that was read or postponed within the last minute is due a minute after that. An athlete with 200
   * due activities gets no more: the event is dropped without a word. Of what it told of, the next look finds
   * what is new or changed among the newest 200 activities, and the next reconcile the rest. The limit is exact but for what arrives at the same instant.
   */
  save(event: ActivityEvent): Promise<void>;
  /** Those that are due, the one that waits longest first. */
  duePendingEvents(
    athleteId: number,
    now: Date,
    exclude: readonly number[],
    limit: number,
  ): Promise<readonly PendingEvent[]>;
  /** When the athlete's next hint is due, be it past or still to come; undefined when none waits. */
  nextPendingEventAt(athleteId: number): Promise<Date | undefined>;
  /**
   * It was read by a request that left at `readAt`, by the store's clock: it is no longer due, unless an event
   * came since then, for which it is due a minute after `readAt`.
   */
  settle(activityId: number, readAt: Date): Promise<void>;
  /** Reading it brought nothing final: it is due again at `dueAt`, with one more try. */
  postpone(activityId: number, dueAt: Date): Promise<void>;
}

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

/**
 * Pending webhook events. Events are untrusted hints: one says which activity is worth a request.
 */
import type { Waste } from '../../domain/sync/event-budget.ts';
import type { ActivityEvent, Aspect } from '../../domain/webhook/push-event.ts';

/** An athlete with this many due activities gets no more. */
export const maxPendingEvents = 200;

/** An activity that an event named and that has not been read since. */
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
   * Makes the activity due; durable when it resolves. Duplicates and events in the wrong order collapse
   * into one, and an activity that was read or postponed within the last minute is due a minute after
   * that. An athlete with 200 due activities gets no more: the event is dropped without a word. The next
   * poll finds what is new or changed among the newest 200 activities, and the next reconcile the rest.
   * The limit is exact but for what arrives at the same instant. Returns false where the event says
   * nothing new: it was dropped, or the activity was due already and the same had happened to it.
   */
  save(event: ActivityEvent): Promise<boolean>;
  /** Those that are due, the one that waits longest first. */
  due(
    athleteId: number,
    now: Date,
    exclude: readonly number[],
    limit: number,
  ): Promise<readonly PendingEvent[]>;
  /** Which of the athletes have events, or requests of `sync --activity`, that are due. */
  withDue(athleteIds: readonly number[], now: Date): Promise<readonly number[]>;
  /** When the athlete's next event or request is due; with `after`, the next that becomes due after that instant. */
  nextDueAt(athleteId: number, after?: Date): Promise<Date | undefined>;
  /**
   * A request sent at `readAt`, by the store's clock, read it: it is no longer due, unless an event came
   * since then, for which it is due a minute after `readAt`. `waste` says that the request brought nothing.
   */
  settle(activityId: number, readAt: Date, waste?: Waste): Promise<void>;
  /** Reading it brought nothing final: it is due again at `dueAt`, with one more try. */
  postpone(activityId: number, dueAt: Date, waste?: Waste): Promise<void>;
  /** When requests were wasted on events, of all athletes, from then on. */
  wastedAt(waste: Waste, from: Date): Promise<readonly Date[]>;
  /** Forgets pending events of these activities; one that came since `before` stays. */
  drop(activityIds: readonly number[], before: Date): Promise<void>;
}

/**
 * What the webhook tells the daemon, handed on to whoever listens; and how often the lists are looked at
 * while a subscription tells of new activities.
 */
import type { Clock } from '../../clock.ts';

/** A bell: who rings does not know who listens. */
export interface EventEmitter {
  readonly ring: () => void;
  readonly onRing: (listener: () => void) => void;
}

export function createEventEmitter(): EventEmitter {
  const listeners: (() => void)[] = [];
  return {
    ring: () => {
      for (const listener of listeners) listener();
    },
    onRing: (listener) => {
      listeners.push(listener);
    },
  };
}

export interface PollPolicy {
  /** Whether a tick of the schedule looks at the lists. */
  readonly isPollDue: () => boolean;
  /** How often they are looked at by this alone, in milliseconds; 0 where each tick looks. */
  readonly everyMs: () => number;
  /** A look begins. */
  readonly polled: () => void;
  /** It came to nothing: the next tick looks again. */
  readonly failed: () => void;
  /** Reads anew whether there is a subscription. */
  readonly refresh: () => Promise<void>;
}

export interface PollPolicyOptions {
  readonly clock: Clock;
  /** How often the lists are looked at while there is a subscription, in milliseconds; without one, each tick looks. */
  readonly intervalMs: number;
  readonly isSubscribed: () => Promise<boolean>;
}

export function createPollPolicy({
  clock,
  intervalMs,
  isSubscribed,
}: PollPolicyOptions): PollPolicy {
  let isKnownSubscribed = false;
  let polledAtMs = Number.NEGATIVE_INFINITY;
  return {
    isPollDue: () => !isKnownSubscribed || clock.nowMs() - polledAtMs >= intervalMs,
    everyMs: () => (isKnownSubscribed ? intervalMs : 0),
    polled: () => {
      polledAtMs = clock.nowMs();
    },
    failed: () => {
      polledAtMs = Number.NEGATIVE_INFINITY;
    },
    refresh: async () => {
      isKnownSubscribed = await isSubscribed();
    },
  };
}

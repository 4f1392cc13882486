/**
 * Passes webhook events to the listeners of the daemon, and decides how often the lists are polled while
 * a subscription reports new activities.
 */
import type { Clock } from '../../clock.ts';

/** Emits events to listeners that the emitter does not know. */
export interface EventEmitter {
  readonly emit: () => void;
  readonly onEvent: (listener: () => void) => void;
}

export function createEventEmitter(): EventEmitter {
  const listeners: (() => void)[] = [];
  return {
    emit: () => {
      for (const listener of listeners) listener();
    },
    onEvent: (listener) => {
      listeners.push(listener);
    },
  };
}

export interface PollPolicy {
  /** Whether a tick of the schedule polls the lists. */
  readonly isPollDue: () => boolean;
  /** The poll interval of this policy, in milliseconds; 0 if each tick polls. */
  readonly everyMs: () => number;
  /** A poll begins. */
  readonly polled: () => void;
  /** The poll failed: the next tick polls again. */
  readonly failed: () => void;
  /** Reads anew whether there is a subscription. */
  readonly refresh: () => Promise<void>;
}

export interface PollPolicyOptions {
  readonly clock: Clock;
  /** The poll interval while there is a subscription, in milliseconds; without one, each tick polls. */
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

/**
 * Records when each loop of the daemon last ran an iteration, by the monotonic clock. The health rules
 * decide what a silent loop means.
 */
import type { Clock } from '../../clock.ts';
import { minuteMs } from '../../domain/duration.ts';
import type { LoopState } from '../../domain/monitoring/health.ts';

export interface Heartbeat {
  /** The loop that watches the schedule turns, once a minute. */
  readonly watched: () => void;
  /** A run begins; until it ends its loop has to turn. */
  readonly runBegan: () => void;
  /** The run's loop turns, or MongoDB, for which it may wait, is tried again. */
  readonly turned: () => void;
  readonly runEnded: () => void;
  /** None before the first turn. */
  loops(): readonly LoopState[];
}

export interface HeartbeatOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** How long one request to Strava may take; a run may wait for several, one after the other. */
  readonly requestTimeoutMs: number;
}

const maxWatchMs = 5 * minuteMs;
const maxIterationMs = 5 * minuteMs;
const requestsInARow = 3;

export function createHeartbeat({ clock, requestTimeoutMs }: HeartbeatOptions): Heartbeat {
  const maxRunMs = maxIterationMs + requestsInARow * requestTimeoutMs;
  let watchedMs: number | undefined;
  let turnedMs: number | undefined;
  const stateOf = (name: string, atMs: number | undefined, maxMs: number): LoopState[] =>
    atMs === undefined ? [] : [{ name, silentMs: clock.monotonicMs() - atMs, maxMs }];
  return {
    watched: () => {
      watchedMs = clock.monotonicMs();
    },
    runBegan: () => {
      turnedMs = clock.monotonicMs();
    },
    turned: () => {
      if (turnedMs !== undefined) turnedMs = clock.monotonicMs();
    },
    runEnded: () => {
      turnedMs = undefined;
    },
    loops: () => [
      ...stateOf("schedule's", watchedMs, maxWatchMs),
      ...stateOf("run's", turnedMs, maxRunMs),
    ],
  };
}

/**
 * Time as a dependency: everything that waits or asks for the time takes a {@link Clock}, so that a
 * test can hold it still, turn it back, or let a day pass in a millisecond.
 */
import { setTimeout as sleepFor } from 'node:timers/promises';

/** The time, and the way to wait for it. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch, UTC. It can jump in either direction. */
  nowMs(): number;
  /** Milliseconds on a clock that never goes back, and that stands still while the machine sleeps. */
  monotonicMs(): number;
  /**
   * Resolves after `ms` milliseconds, or at once when `signal` is aborted: callers look at the
   * signal themselves, because being woken is no failure.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A longer timer of Node's fires at once; whoever waits for longer looks at the time and waits again. */
const maxTimerMs = 2 ** 31 - 1;

/** The machine's own clocks. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    if (ms <= 0) return;
    const dueMs = Math.min(ms, maxTimerMs);
    try {
      await sleepFor(dueMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    }
  },
};

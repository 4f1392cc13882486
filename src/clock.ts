/**
 * Time as a dependency: everything that waits or reads the time takes a {@link Clock}, so that a test
 * can stop it, turn it back, or let a day pass in a millisecond.
 */

export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. It can jump in either direction. */
  nowMs(): number;
  /** Milliseconds on a clock that never goes back and stops while the machine sleeps. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds, or as soon as `signal` is aborted: callers check the signal. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node fires a longer timer at once, so a longer sleep ends early: callers check the time. */
const maxTimerMs = 2 ** 31 - 1;

/** The machine's own clocks. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  // By a plain timer: Node's own promise makes an error with a stack for each sleep that is ended early.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (ms <= 0 || signal?.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.min(ms, maxTimerMs));
      signal?.addEventListener('abort', end, { once: true });
    }),
};

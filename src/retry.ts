/**
 * The one loop that waits and tries again. What is worth another try, and for how long, the caller says.
 */
import type { Clock } from './clock.ts';
import type { Backoff } from './domain/sync/retry.ts';
import { backoffMs } from './domain/sync/retry.ts';

export interface RetryOptions {
  /** Whether another try may succeed where this error was thrown. */
  readonly isRetriable: (error: unknown) => boolean;
  readonly backoff: Backoff;
  /** No try begins later than this after the first one; without it tries go on. */
  readonly deadlineMs?: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Called before each further try. */
  readonly onRetry?: () => Promise<void> | void;
}

/**
 * Runs `operation` until it succeeds.
 * @throws the last error of `operation`: one that is not retriable, or any once the deadline is over or
 * the signal is aborted.
 */
export async function retry<T>(operation: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { isRetriable, backoff, deadlineMs = Number.POSITIVE_INFINITY, clock, random } = options;
  const startedMs = clock.monotonicMs();
  const isStopped = (): boolean => options.signal?.aborted ?? false;
  for (let failures = 1; ; failures += 1) {
    try {
      return await operation();
    } catch (error) {
      const isOver = clock.monotonicMs() - startedMs >= deadlineMs;
      if (!isRetriable(error) || isOver || isStopped()) throw error;
      // Half of the pause is random, so that processes that failed together do not return together.
      await clock.sleep(backoffMs(failures, backoff, 0.5 + random() / 2), options.signal);
      if (isStopped()) throw error;
      await options.onRetry?.();
    }
  }
}

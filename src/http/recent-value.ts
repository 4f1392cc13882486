/**
 * A value that is loaded again when a caller needs a newer one: one load at a time, with a fixed interval
 * between loads, however many callers wait.
 */
import type { Clock } from '../clock.ts';

export interface RecentValue<T> {
  /** The value as it was at most `maxAgeMs` ago; with 0, as it is after the call. @throws what `load` throws. */
  read(maxAgeMs: number): Promise<T>;
}

export interface RecentValueOptions<T> {
  readonly load: () => Promise<T>;
  readonly clock: Clock;
  /** From the start of one load to the start of the next; read at each load. */
  readonly pollIntervalMs: number;
  /** Ends the waiting for the interval. */
  readonly signal?: AbortSignal | undefined;
}

export function createRecentValue<T>(options: RecentValueOptions<T>): RecentValue<T> {
  const { load, clock, signal } = options;
  let last: { readonly startedMs: number; readonly value: Promise<T> } | undefined;
  let next: Promise<T> | undefined;

  const start = async (): Promise<T> => {
    await last?.value.catch(() => undefined);
    const { pollIntervalMs } = options;
    if (last) await clock.sleep(last.startedMs + pollIntervalMs - clock.monotonicMs(), signal);
    last = { startedMs: clock.monotonicMs(), value: load() };
    next = undefined;
    return last.value;
  };

  return {
    read: (maxAgeMs) => {
      if (last && clock.monotonicMs() - last.startedMs < maxAgeMs) return last.value;
      next ??= start();
      return next;
    },
  };
}

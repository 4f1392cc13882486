/**
 * A value that is loaded again when somebody needs a newer one: one loading at a time and at a fixed pace,
 * however many ask.
 */
import type { Clock } from '../clock.ts';

export interface RecentValue<T> {
  /**
   * The value as it was at most `maxAgeMs` ago; with 0, as it is after the call.
   * @throws what the loading throws.
   */
  read(maxAgeMs: number): Promise<T>;
}

export interface RecentValueOptions<T> {
  readonly load: () => Promise<T>;
  readonly clock: Clock;
  /** From the beginning of one loading to that of the next. */
  readonly pollIntervalMs: number;
}

interface Loading<T> {
  readonly startedMs: number;
  readonly value: Promise<T>;
}

export function createRecentValue<T>(options: RecentValueOptions<T>): RecentValue<T> {
  const { load, clock, pollIntervalMs } = options;
  let last: Loading<T> | undefined;
  let next: Promise<T> | undefined;

  const begin = async (): Promise<T> => {
    await last?.value.catch(() => undefined);
    if (last) await clock.sleep(last.startedMs + pollIntervalMs - clock.monotonicMs());
    last = { startedMs: clock.monotonicMs(), value: load() };
    next = undefined;
    return last.value;
  };

  return {
    read: (maxAgeMs) => {
      if (last && clock.monotonicMs() - last.startedMs < maxAgeMs) return last.value;
      next ??= begin();
      return next;
    },
  };
}

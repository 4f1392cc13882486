/**
 * A clock that moves on only when everybody waits.
 */
import type { Clock } from '../../../src/clock.ts';

export const dayMs = 24 * 60 * 60 * 1_000;
export const windowMs = 15 * 60 * 1_000;
/** Noon and one minute: one minute into a quota window. */
export const startMs = Date.UTC(2026, 5, 1, 12, 1);

/** Resolves once everything that can go on without the clock has done so. */
export function idle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A clock on which the earliest sleep ends at once, as soon as nothing else can go on. */
export function createFakeClock(nowMs: number = startMs): Clock {
  let sleepers: readonly Sleeper[] = [];
  const endEarliest = (): void => {
    const [first] = [...sleepers].sort((one, other) => one.dueMs - other.dueMs);
    if (first === undefined) return;
    nowMs = Math.max(nowMs, first.dueMs);
    first.wake();
  };
  return {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { dueMs: nowMs + ms, wake };
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        signal?.addEventListener('abort', wake);
        sleepers = [...sleepers, sleeper];
        setImmediate(endEarliest);
      }),
  };
}

/** A promise that the test ends. */
export function createHold<T = void>() {
  return Promise.withResolvers<T>();
}

/**
 * Work with a deadline: the caller gets another value when it passes, and the work goes on by itself. While
 * too much work is running, no more is started.
 */
import type { Clock } from '../clock.ts';

export interface BoundedWorkOptions {
  readonly clock: Clock;
  readonly maxMs: number;
  /** Includes work whose caller has given up. */
  readonly maxRunning: number;
}

/** Resolves with `otherwise` if the work is too late or cannot start. */
export type BoundedWork = <T>(work: () => Promise<T>, otherwise: T) => Promise<T>;

export function createBoundedWork({ clock, maxMs, maxRunning }: BoundedWorkOptions): BoundedWork {
  let running = 0;
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
    }
  };
  return async (work, otherwise) => {
    if (running >= maxRunning) return otherwise;
    const settled = new AbortController();
    const late = clock.sleep(maxMs, settled.signal).then(() => otherwise);
    try {
      return await Promise.race([run(work), late]);
    } finally {
      settled.abort();
    }
  };
}

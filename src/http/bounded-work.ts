/**
 * Work that somebody waits for only so long. What is too late goes on by itself; where too much of it
 * goes on, nothing more is begun.
 */
import type { Clock } from '../clock.ts';

export interface BoundedWorkOptions {
  readonly clock: Clock;
  readonly maxMs: number;
  /** How much may be under way, what nobody waits for any more included. */
  readonly most: number;
}

/** Runs the work, or resolves with `otherwise` where it is too late or cannot begin. */
export type BoundedWork = <T>(work: () => Promise<T>, otherwise: T) => Promise<T>;

export function createBoundedWork({ clock, maxMs, most }: BoundedWorkOptions): BoundedWork {
  let underWay = 0;
  const count = async <T>(work: () => Promise<T>): Promise<T> => {
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
    }
  };
  return async (work, otherwise) => {
    if (underWay >= most) return otherwise;
    const settled = new AbortController();
    const late = clock.sleep(maxMs, settled.signal).then(() => otherwise);
    try {
      return await Promise.race([count(work), late]);
    } finally {
      settled.abort();
    }
  };
}

/** Runs `work` as soon as fewer than the maximum number of others run. */
export type WhenFree = <T>(work: () => Promise<T>) => Promise<T>;

/** At most `max` run at once; the others wait in the order in which they came. */
export function createSlots(max: number): WhenFree {
  const waiting: (() => void)[] = [];
  let free = max;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Handed on at once, so that nobody who comes later takes it first.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

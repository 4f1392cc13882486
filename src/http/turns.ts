/**
 * Lets so much work run at once; more of it waits for its turn, first come, first served.
 */

export interface TurnsOptions {
  readonly maxRunning: number;
  readonly maxWaiting: number;
}

export interface Turns {
  /** Whether more work would be rejected. */
  readonly isFull: () => boolean;
  /** Resolves once it is the caller's turn, with what ends the turn. */
  readonly take: () => Promise<() => void>;
}

export function createTurns({ maxRunning, maxWaiting }: TurnsOptions): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  /** The next one that waits takes the place over. */
  const end = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };
  return {
    isFull: () => running >= maxRunning && waiting.length >= maxWaiting,
    take: async () => {
      if (running < maxRunning) {
        running += 1;
      } else {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return end;
    },
  };
}
